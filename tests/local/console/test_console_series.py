"""The forecast's page draws series that were recorded, the newest of their values."""

import json
from pathlib import Path

from assemblies import Assembly

import assembly as assemblies
from local.console.series import first_series, recorded
from local.pipeline.record import SUCCEEDED, ExecutionRecord, StepRecord
from local.storage.workspace import Workspace

LINE = {"start": "2014-01-01 00:00:00", "target": [1.5, "NaN", 2.0]}


def test_a_series_has_its_start_and_its_values_with_gaps(tmp_path: Path) -> None:
    path = tmp_path / "series.json"
    path.write_text(f"{json.dumps(LINE)}\n" * 12)
    found = first_series(path)
    assert found[0] == {"name": "1", "start": "2014-01-01 00:00:00", "values": [1.5, None, 2.0]}
    assert [one["name"] for one in found] == [str(number) for number in range(1, 11)]


def test_of_a_long_series_the_newest_values_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "series.json"
    path.write_text(json.dumps({**LINE, "target": [*range(4012)]}))
    [found] = first_series(path)
    assert (found["start"], found["values"][0], len(found["values"])) == ("2014-01-02 00:00:00", 12, 4000)


def test_the_last_training_says_where_they_are(dev: Assembly, tmp_path: Path) -> None:
    declared, workspace = assemblies.load(dev.folder), Workspace(tmp_path)
    assert recorded(declared, workspace, "forecast") is None, "nothing is trained"
    steps = [
        StepRecord(name, "Processing", SUCCEEDED, origin="a1") for name in ("Prepare", "Evaluate", "Score")
    ]
    record = ExecutionRecord("a1", "train", "forecast", "slipway-dev-forecast", {}, None, False)
    record.status, record.steps = SUCCEEDED, steps
    record.save(workspace.runs)
    prepared = workspace.storage / "bucket/forecast/training/a1/Prepare"
    for name in ("train", "test", "windows", "truth", "series"):
        (prepared / name).mkdir(parents=True)
    (prepared / "windows/windows.json").write_text("{}")
    (prepared / "series/series.json").write_text(json.dumps(LINE))

    found = recorded(declared, workspace, "forecast")

    assert found is not None
    assert (found["step"], len(found["series"])) == (7200, 1)


def test_a_workload_without_series_has_none(dev: Assembly, tmp_path: Path) -> None:
    assert recorded(assemblies.load(dev.folder), Workspace(tmp_path), "churn") is None
