"""The log of an execution's steps: what each began with, and how it ended."""

from pathlib import Path
from typing import Any

import pytest
from executions import execution, run
from pipelines import double, fail, fit, gate

from local.errors import JobError
from local.pipeline import step_log

CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}


def entries(tmp_path: Path, id: str = "abc") -> dict[str, Any]:
    return {one["name"]: one for one in step_log.read(tmp_path / "runs" / id)}


def test_a_step_that_succeeds_has_its_job_its_arguments_and_its_result(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), fit()))
    found = entries(tmp_path)["Fit"]
    assert (found["status"], found["job"], found["failure"]) == ("Succeeded", "pipelines-abc-Fit", None)
    assert found["arguments"]["OutputDataConfig"] == {"S3OutputPath": "s3://data/out/abc"}
    uri = "s3://data/out/abc/pipelines-abc-Fit/output/model.tar.gz"
    assert found["result"]["ModelArtifacts"] == {"S3ModelArtifacts": uri}
    assert found["started"] <= found["ended"]


def test_a_step_that_fails_says_why_and_what_follows_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JobError):
        run(execution(tmp_path, double(), gate(fit(), otherwise=(fail(),)), MinimumRows="1000"))
    found = entries(tmp_path)
    assert found.keys() == {"Double", "Enough", "TooFew"}
    assert found["Enough"]["result"]["Outcome"] is False
    assert (found["TooFew"]["status"], found["TooFew"]["failure"]) == ("Failed", "too few rows")


def test_a_property_file_that_is_missing_fails_the_step_itself(tmp_path: Path) -> None:
    with pytest.raises(JobError):
        run(execution(tmp_path, double("pass")))
    assert "has not written its property file" in entries(tmp_path)["Double"]["failure"]


def test_a_result_that_is_taken_over_names_the_execution_and_the_job_that_made_it(tmp_path: Path) -> None:
    for id in ("first", "second"):
        run(execution(tmp_path, double(), {**fit(), **CACHED}, id=id))
    found = entries(tmp_path, "second")["Fit"]
    assert (found["status"], found["origin"]) == ("Succeeded", "first")
    assert found["result"]["TrainingJobName"] == "pipelines-first-Fit"


@pytest.mark.parametrize("content", [None, b"", b"{}", b"["])
def test_a_folder_without_a_log_has_no_entries(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "steps.json").write_bytes(content)
    assert step_log.read(tmp_path) == []
