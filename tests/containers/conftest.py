"""Containers for the tests: their packages on the path, and live processes that a session shares."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (ROOT / "containers" / "script_mode", ROOT / "containers" / "stand_ins")
sys.path[:0] = [str(path) for path in PACKAGES]

from container_process import Container, run_training, write_csv, write_job  # noqa: E402
from linear_jobs import Jobs  # noqa: E402


@pytest.fixture(scope="session")
def training_rows() -> list[list[float]]:
    """Label first: 200 rows that one comparison separates, with values that are exact in single precision."""
    rows = []
    for number in range(200):
        features = [(number * step % 64) / 8 for step in (7, 13, 29, 37)]
        rows.append([float(features[0] + features[1] > 8), *features])
    return rows


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, training_rows: list[list[float]]) -> Path:
    """The folder that stands for /opt/ml after a training job of the XGBoost stand-in."""
    folder = tmp_path_factory.mktemp("xgboost") / "opt" / "ml"
    write_job(folder, {"num_round": "6", "objective": "binary:logistic"}, {"train": "text/csv"})
    write_csv(folder / "input" / "data" / "train" / "train.csv", training_rows)
    assert run_training("xgboost_image", folder).code == 0
    return folder


@pytest.fixture(scope="session")
def xgboost_container(trained: Path) -> Iterator[Container]:
    with Container("xgboost_image", trained) as container:
        yield container


@pytest.fixture(scope="session")
def managed_xgboost_container(trained: Path) -> Iterator[Container]:
    with Container("xgboost_image", trained, SLIPWAY_MANAGED_BEHAVIOR="1") as container:
        yield container


@pytest.fixture
def jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Jobs of the linear-learner stand-in."""
    # A container's standard output can be reconfigured; pytest's cannot.
    monkeypatch.setattr("sys.stdout.reconfigure", lambda **_: None, raising=False)
    return Jobs(tmp_path, capsys)
