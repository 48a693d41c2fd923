"""How the measures count: over answers of a load generator and templates written by hand."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from assembly_files import write_assembly

from quality.resilience import replacement
from quality.resilience.overload import Offered, Rounds, result


def offered(*, right: int, refused: int = 0, wrong: int = 0, sent: int | None = None) -> Offered:
    counts = {"right": right, "refused": refused, "wrong": wrong, "unclear": 0}
    counts["sent"] = sum(counts.values()) if sent is None else sent
    middle = {"seconds": 2.0, **counts}
    return Offered({"all": counts, "middle": middle, "errors": 0, "twice": 0, "p50": 1.0, "p99": 5.0})


def measured(overload: Offered) -> dict[str, Any]:
    rounds = Rounds([offered(right=100)], [overload])
    return {figure.title: figure for figure in result(rounds, rounds).figures}


def test_goodput_is_what_is_right_of_twice_the_load_by_the_peak() -> None:
    figures = measured(offered(right=95, refused=105))
    assert (figures["goodput"].value, figures["offered"].value) == (0.95, 2.0)
    assert all(figure.holds for figure in figures.values())
    assert figures["refused"].value == 210


def test_collapse_wrong_lost_and_too_few_requests_break_the_promise() -> None:
    assert not measured(offered(right=50, refused=150))["goodput"].holds
    assert not measured(offered(right=95, refused=104, wrong=1))["any other answer"].holds
    assert not measured(offered(right=95, refused=100, sent=200))["not answered"].holds
    assert not measured(offered(right=95, refused=5))["offered"].holds


def test_every_version_changes_each_model_of_several_containers_and_nothing_else(tmp_path: Path) -> None:
    model = {
        "Type": "AWS::SageMaker::Model",
        "Properties": {"Containers": [{"Environment": {"A": "1"}}, {"Environment": {}}, {"Environment": {}}]},
    }
    alone = {"Type": "AWS::SageMaker::Model", "Properties": {"Containers": [{"Environment": {}}]}}
    resources = {"Model": model, "Alone": alone, "Key": {"Type": "AWS::KMS::Key", "Properties": {}}}
    original, assembly = tmp_path / "cdk.out", tmp_path / "changed"
    write_assembly(original, resources)

    def written(change: replacement.Change) -> list[dict[str, str]]:
        replacement.write_changed(assembly, original, change)
        template = json.loads((assembly / "Shop.template.json").read_text())["Resources"]
        assert (template["Key"], template["Alone"]) == (resources["Key"], alone)
        return [one["Environment"] for one in template["Model"]["Properties"]["Containers"]]

    first, second = (written(change) for change in islice(replacement.revisions(), 2))
    assert first == [{"A": "1", "REVISION": "1"}, {"REVISION": "1"}, {"REVISION": "1"}]
    assert second[0] == {"A": "1", "REVISION": "2"}
    broken = [written(change) for change in islice(replacement.failures(), 2)]
    assert broken == [
        [{"A": "1"}, {"SAGEMAKER_PROGRAM": "missing.py"}, {}],
        [{"A": "1"}, {}, {"MAX_CONTENT_LENGTH": "1"}],
    ]
