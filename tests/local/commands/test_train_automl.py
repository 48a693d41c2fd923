"""AutoML's declared pipeline with two trainings: the better one's three containers, and what they answer."""

import csv
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost
from assemblies import MODELS, Assembly
from sampled import sampled, slipway_in

ROWS = 1500
# One of each algorithm; few rows do not reach what a model has to.
SETTINGS = ("TuningJobs=2", "TuningJobsAtOnce=2", "MinimumF1=0.3")
PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "churn.txt"


@pytest.fixture(scope="module")
def workspace(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which dev's pipeline has been run, on the public file where there is one."""
    folder = sampled(tmp_path_factory.mktemp("automl"), dev, "automl", rows=ROWS, data="table.csv")
    if PUBLIC.exists():
        (folder / "table.csv").write_bytes(PUBLIC.read_bytes())
    given = [part for one in SETTINGS for part in ("--set", one)]
    done = slipway_in(folder, "train", "automl", "--data", "table.csv", *given)
    assert done.returncode == 0, done.stderr
    return folder


def one(folder: Path, pattern: str) -> Path:
    [found] = (folder / "build" / "s3").glob(f"**/automl/training/*/{pattern}")
    return found


def test_the_containers_of_the_better_algorithm_are_published_and_no_other_s(workspace: Path) -> None:
    archives = (workspace / "build" / "artifacts" / "automl").glob("*/model.tar.gz")
    assert {path.parent.name for path in archives} == {*MODELS["automl"]}
    [package] = (workspace / "build" / "registry").rglob("package.json")
    registered = json.loads(package.read_text())["containers"]
    assert [container["hostname"] for container in registered] == [*MODELS["automl"]]


def test_each_algorithm_was_tried_and_only_the_better_one_fitted_again(workspace: Path) -> None:
    [path] = workspace.glob("build/runs/*/Tune/trials.json")
    trials = {one["definition"]: one["value"] for one in json.loads(path.read_text())["trials"]}
    assert trials["dpp0-xgboost"] > trials["dpp2-linear-learner"] > 0
    assert [*workspace.glob("build/runs/*/Fit0")] and not [*workspace.glob("build/runs/*/Fit2")]


def test_the_three_containers_answer_the_test_rows_as_transformers_and_booster_in_one_process(
    workspace: Path, tmp_path: Path
) -> None:
    for name in ("features", "xgboost"):
        with tarfile.open(workspace / "build" / "artifacts" / "automl" / name / "model.tar.gz") as archive:
            archive.extractall(tmp_path / name, filter="data")
    rows = one(workspace, "HoldOut/test/rows.csv").read_text(encoding="utf-8")
    features = in_process(tmp_path / "features", rows)
    booster = xgboost.Booster()
    booster.load_model(bytearray((tmp_path / "xgboost" / "xgboost-model").read_bytes()))
    # In sparse records what is zero is absent, and so missing.
    scores = booster.predict(xgboost.DMatrix(features, missing=0.0))
    labels = json.loads((tmp_path / "features" / "schema.json").read_text())["labels"]
    expected = [labels[int(score > 0.5)] for score in scores]

    answers = one(workspace, "ScoreXgboost/rows.csv.out").read_text(encoding="utf-8").splitlines()
    assert len(answers) == len(list(csv.reader(rows.splitlines()))) == len(expected)
    assert {*answers} == {*labels}
    assert answers == expected


def in_process(model: Path, rows: str) -> np.ndarray:
    """The features that the archive's own transformers make, in a Python that sees nothing else of ours."""
    program = """
import sys
sys.path.insert(0, sys.argv[1] + "/code")
import pathlib, numpy
from feature_pipeline import FeaturePipeline
from table_rows import RowReader
from table_schema import FILE, Schema
folder = pathlib.Path(sys.argv[1])
cells = RowReader(Schema.load(folder / FILE)).read(sys.stdin.read().rstrip("\\n")).cells
numpy.save(sys.argv[2], FeaturePipeline.load(folder).transform([*zip(*cells)]))
"""
    target = model / "of-test.npy"
    subprocess.run([sys.executable, "-c", program, model, target], input=rows, text=True, check=True, cwd="/")
    return np.asarray(np.load(target), dtype=np.float32)
