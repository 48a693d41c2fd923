"""The bank's declared pipeline on a generated sample: tuned, measured beside the workshop's, registered."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from sampled import sampled, slipway_in

ROWS = 1500
ARCHIVE = Path("build/artifacts/bank/xgboost/model.tar.gz")
# Fewer trials than are declared, and few rows do not reach what a model has to.
SETTINGS = ("TuningJobs=3", "TuningJobsAtOnce=2", "MinimumAUC=0.6")


@pytest.fixture(scope="module")
def workspace(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sampled(tmp_path_factory.mktemp("bank"), dev, "bank", rows=ROWS, data="bank.csv")
    result = train(folder)
    assert result.returncode == 0, result.stderr
    return folder


def train(folder: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    given = [part for one in (*SETTINGS, *settings) for part in ("--set", one)]
    return slipway_in(folder, "train", "bank", "--data", "bank.csv", *given)


def trials(folder: Path) -> list[Any]:
    return [json.loads(path.read_text()) for path in folder.glob("build/runs/*/Tune/trials.json")]


def test_the_model_is_measured_on_the_same_clients_as_the_workshop_s(workspace: Path) -> None:
    evaluation = json.loads((workspace / "build/reports/bank-evaluation.json").read_text())
    assert evaluation["rows"] == evaluation["baseline"]["rows"] == ROWS * 3 // 10
    assert evaluation["auc"] > 0.6
    assert (workspace / "build/reports/bank-evaluation.html").exists()


def test_the_best_of_the_trials_is_the_one_with_the_largest_auc(workspace: Path) -> None:
    [tuned] = trials(workspace)
    assert [one["objective"] for one in tuned["trials"]] == ["validation:auc"] * 3
    best = max(tuned["trials"], key=lambda one: one["value"])
    assert tuned["best"] == best["job"]
    [given] = [
        json.loads(path.read_text())
        for path in workspace.glob("build/runs/*/Xgboost/opt/ml/input/config/hyperparameters.json")
    ]
    assert best["hyperparameters"].items() <= given.items()


def test_a_model_above_the_gate_is_registered_with_its_one_container(workspace: Path) -> None:
    [package] = (workspace / "build").rglob("package.json")
    assert [one["hostname"] for one in json.loads(package.read_text())["containers"]] == ["xgboost"]


def test_training_again_from_nothing_gives_the_same_archive(workspace: Path) -> None:
    before = (workspace / ARCHIVE).read_bytes()
    shutil.rmtree(workspace / "build")
    result = train(workspace, "MinimumAUC=0.999")
    assert "misses the minimum 0.999 by 0." in result.stderr
    [model] = (workspace / "build").rglob("pipelines-*-Xgboost/output/model.tar.gz")
    assert model.read_bytes() == before
