"""The executions of a workspace, as they are read while others write them."""

import json
import os
from pathlib import Path
from typing import Any

from local.pipeline.record import RUNNING, SUCCEEDED, ExecutionRecord
from local.sagemaker_api.runs import Runs


def entry(name: str, **changes: Any) -> dict[str, Any]:
    known = {"name": name, "type": "Training", "job": f"pipelines-a-{name}", "arguments": {}, "started": 1.0}
    left = {"ended": None, "status": "Executing", "failure": None, "result": None, "origin": None}
    return {**known, **left, **changes}


def write(folder: Path, status: str, *steps: dict[str, Any]) -> None:
    """An execution as it stands; the clock of its files has not moved since the last time."""
    ExecutionRecord("a", "train", "shop", "shop", {}, None, False, status=status).save(folder)
    path = folder / "a" / "steps.json"
    path.write_text(json.dumps(steps))
    os.utime(path, ns=(1, 1))


def test_a_running_executions_steps_are_those_of_this_moment(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for steps in ([entry("one")], [entry("two")], [entry("two"), entry("three")]):
        write(tmp_path, RUNNING, *steps)
        assert [one["name"] for found in runs.all() for one in found.steps()] == [
            one["name"] for one in steps
        ]


def test_what_ran_when_its_process_ended_has_failed(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    write(tmp_path, RUNNING, entry("one"))
    assert [one["status"] for one in runs.jobs("Training")] == ["InProgress"]
    write(tmp_path, SUCCEEDED, entry("one"))
    (job,) = runs.jobs("Training", "pipelines-a-one")
    assert (job["status"], job["phase"]) == ("Failed", "Failed")
    assert "start another execution" in job["failure"]
    assert not [*runs.jobs("Training", "pipelines-b-one")]
    assert not [*runs.jobs("Training", "of-a-client")]
