import json
import subprocess
from pathlib import Path

import pytest
from assemblies import HOSTNAMES, Assembly
from sampled import sampled, slipway_in

ROWS = 600


@pytest.fixture(scope="module")
def workspace(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which dev's pipeline has been run on a generated sample."""
    folder = sampled(tmp_path_factory.mktemp("churn"), dev, "churn", rows=ROWS, data="churn.txt")
    result = train(folder, "--data", "churn.txt")
    assert result.returncode == 0, result.stderr
    return folder


def train(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A few rows do not reach what a model has to.
    gate = [] if "MinimumF1" in "".join(arguments) else ["--set", "MinimumF1=0.5"]
    return slipway_in(folder, "train", "churn", *gate, *arguments)


def archives(folder: Path) -> dict[str, bytes]:
    found = (folder / "build" / "artifacts" / "churn").rglob("*")
    return {
        path.parent.name if path.name == "model.tar.gz" else path.stem: path.read_bytes()
        for path in found
        if path.is_file()
    }


def report(folder: Path) -> dict[str, object]:
    text = (folder / "build" / "reports" / "churn-evaluation.json").read_text()
    return json.loads(text)  # type: ignore[no-any-return]


def test_the_declared_pipeline_leaves_an_archive_for_every_container_and_its_data_s_baseline(
    workspace: Path,
) -> None:
    assert archives(workspace).keys() == {*HOSTNAMES, "statistics", "constraints"}


def test_the_pipeline_scores_its_test_part_through_the_four_containers(workspace: Path) -> None:
    evaluation = report(workspace)
    assert (evaluation["rows"], evaluation["split"]) == (ROWS // 10, 1729)
    # The sample's rule is learnable; a model that learnt nothing would call nobody a churner.
    assert float(str(evaluation["f1"])) > 0.5


def test_training_again_on_the_same_data_gives_the_same_archives(workspace: Path) -> None:
    before = archives(workspace)
    result = train(workspace, "--data", "churn.txt")
    assert result.returncode == 0, result.stderr
    assert archives(workspace) == before


def test_a_wrong_label_is_refused_by_file_and_line_and_the_archives_stay(
    workspace: Path, tmp_path: Path
) -> None:
    before = archives(workspace)
    header, first, *others = (workspace / "churn.txt").read_text().splitlines()
    (tmp_path / "bad.txt").write_text("\n".join([header, first.rpartition(",")[0] + ",Perhaps", *others]))
    result = train(workspace, "--data", str(tmp_path / "bad.txt"))
    assert result.returncode == 1
    assert "churn.txt, line 2, column" in result.stderr
    assert archives(workspace) == before


def test_a_model_below_the_gate_is_refused_by_how_much_it_lacks_and_nothing_is_registered(
    workspace: Path,
) -> None:
    registered = packages(workspace)
    before = archives(workspace)
    result = train(workspace, "--data", "churn.txt", "--set", "MinimumF1=0.999")
    assert result.returncode == 1
    assert "misses the minimum 0.999 by 0." in result.stderr
    assert packages(workspace) == registered
    assert archives(workspace) == before


def test_a_model_above_the_gate_is_registered_once_with_four_containers_in_order(workspace: Path) -> None:
    [package] = packages(workspace)
    content = json.loads(package.read_text())
    assert content["status"] == "PendingManualApproval"
    assert [one["hostname"] for one in content["containers"]] == list(HOSTNAMES)


def packages(folder: Path) -> list[Path]:
    return sorted((folder / "build").rglob("package.json"))
