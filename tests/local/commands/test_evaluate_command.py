"""`slipway evaluate`: several splits, and what is left of them."""

import json
import statistics
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_versions
from pipelines import PARAMETERS, double, fit, gate, get, model, register, write_pipeline
from runner import Runner

MEASURE = """
import json, pathlib, sys
rows, doubled, report = map(pathlib.Path, sys.argv[1:4])
(doubled / "rows.csv").write_text("1\\n")
measured = {"f1": 0.5 + int(sys.argv[4]) % 7 / 10, "rows": 2, "split": int(sys.argv[4])}
(report / "report.json").write_text(json.dumps(measured))
"""


def measure() -> dict[str, Any]:
    step = double(MEASURE)
    step["Arguments"]["AppSpecification"]["ContainerArguments"].append(get("Parameters.SplitSeed"))
    return step


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    seed = {"Name": "SplitSeed", "Type": "String", "DefaultValue": "1729"}
    monkeypatch.setattr("pipelines.PARAMETERS", [*PARAMETERS, seed])
    write_pipeline(tmp_path / "cdk.out", measure(), fit(), model("Fit"), gate(register("Fit")))
    write_versions(tmp_path)
    (tmp_path / "rows.csv").write_text("1,2\n")
    return Runner(tmp_path)


def test_the_last_line_says_mean_and_spread_over_the_splits(shop: Runner) -> None:
    code, out, err = shop.run("evaluate", "shop", "--splits", "3", "--data", "rows.csv")
    assert code == 0, err
    expected = [0.5 + seed % 7 / 10 for seed in (1729, 0, 1)]
    lines = out.splitlines()
    mean, spread = statistics.mean(expected), statistics.stdev(expected)
    assert lines[-1] == f"mean f1 {mean:.3f} +- {spread:.3f} over 3 splits"
    assert [line.split("\t")[:2] for line in lines[:-1]] == [
        ["SplitSeed", "f1"],
        *([str(seed), f"{value:.3f}"] for seed, value in zip((1729, 0, 1), expected, strict=True)),
    ]
    assert "split 2 of 3, seed 0: started" in err
    report = json.loads((shop.folder / "build/reports/shop-splits.json").read_text())
    assert report["mean"] == pytest.approx(mean)
    assert [split["SplitSeed"] for split in report["splits"]] == ["1729", "0", "1"]


def test_nothing_is_registered_or_published(shop: Runner) -> None:
    assert shop.run("evaluate", "shop", "--splits", "2", "--data", "rows.csv")[0] == 0
    assert not (shop.folder / "build/artifacts").exists()
    assert not (shop.folder / "build/registry").exists()
    assert shop.run("models", "shop")[1].startswith("slipway-dev-shop has no versions yet")
    assert len(shop.run("runs", "shop", "--command", "evaluate")[1].splitlines()) == 3


def test_what_stands_behind_a_condition_is_run_up_to_what_registers(tmp_path: Path, shop: Runner) -> None:
    write_pipeline(tmp_path / "cdk.out", measure(), gate(fit(), model("Fit"), register("Fit")))
    assert shop.run("evaluate", "shop", "--splits", "2", "--data", "rows.csv")[0] == 0
    [record, _] = [
        json.loads(path.read_text()) for path in (shop.folder / "build/runs").glob("*/execution.json")
    ]
    states = {step["name"]: step["status"] for step in record["steps"]}
    assert (states["Fit"], states["Register"]) == ("succeeded", "not taken")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--splits", "1"], 2, "expected a whole number of at least 2"),
        (["--metric", "glory", "--splits", "2"], 1, "evaluation has no metric glory; it has SplitSeed, f1"),
        (["--data", "gone.csv"], 2, "gone.csv: there is no such file or folder"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(
    shop: Runner, arguments: list[str], code: int, message: str
) -> None:
    found, out, err = shop.run("evaluate", "shop", "--data", "rows.csv", *arguments)
    assert (found, out) == (code, "")
    assert message in err
