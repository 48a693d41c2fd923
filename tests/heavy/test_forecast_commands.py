"""What draws and measures forecasts, after a training of one epoch in a copy of the tree."""

import json
from pathlib import Path

import pytest
from assemblies import ROOT
from project import Project, copy_of_the_tree

SMALLEST = {"Epochs": "1", "MinimumSkill": "-100"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("forecast") / "tree"
    project = copy_of_the_tree(folder, {"build/lambda": ROOT / "build" / "lambda"})
    (folder / "build" / "environments").symlink_to(ROOT / "build" / "environments")
    (folder / "smallest.json").write_text(json.dumps(SMALLEST))
    done = project.make("train", "WORKLOAD=forecast", "LAPTOP=smallest.json")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_a_forecast_is_drawn(trained: Project) -> None:
    done = trained.make("forecast-plot", "SERIES=1", "DAY=3")

    assert done.returncode == 0, done.stdout + done.stderr
    reports = trained.folder / "build" / "reports"
    assert {path.suffix for path in reports.glob("forecast-1-day-3*")} >= {".png", ".html"}


def test_forecasts_are_measured(trained: Project) -> None:
    synth = trained.make("cdk.out/.dev")
    assert synth.returncode == 0, synth.stderr

    done = trained.run(".venv/bin/python", "-m", "quality.bench.forecast", "--rounds", "2")

    # Two rounds are too few to judge a speed by.
    assert done.returncode in (0, 1), done.stderr
    assert "p50" in done.stdout + done.stderr
