"""What `slipway demo` evaluates: the last training's test part, wherever its steps left it."""

from pathlib import Path
from typing import Any

import pytest

from assembly.errors import SlipwayError
from local.pipeline.held_out import HeldOut
from local.pipeline.record import ExecutionRecord, StepRecord


def output(step: str, name: str) -> dict[str, str]:
    return {"Get": f"Steps.{step}.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"}


def steps(source: Any) -> dict[str, Any]:
    given = {
        "code": "s3://assets/code.zip",
        "labels": output("Split", "labels"),
        "baseline": {"Get": "Steps.Fit.ModelArtifacts.S3ModelArtifacts"},
        "scores": {"Get": "Steps.Score.TransformOutput.S3OutputPath"},
    }
    return {
        "Score": {"TransformInput": {"DataSource": {"S3DataSource": {"S3Uri": source}}}},
        "Evaluate": {
            "ProcessingInputs": [
                {"InputName": name, "S3Input": {"S3Uri": uri}} for name, uri in given.items()
            ]
        },
    }


def training(folder: Path) -> ExecutionRecord:
    """The second execution, which took over what the first one had split."""
    names = ("test/rows-2.jsonl", "test/rows-1.jsonl", "labels/labels.csv")
    written = [f"first/Split/{name}" for name in names] + ["second/Fit/job/output/model.tar.gz"]
    for name in written:
        path = folder / "artifacts" / "shop" / "training" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    record = ExecutionRecord("second", "train", "shop", "slipway-dev-shop", {}, "", False)
    record.steps = [
        StepRecord("Split", "Processing", "unchanged", origin="first"),
        StepRecord("Fit", "Training", "succeeded", origin="second"),
    ]
    return record


def test_it_lies_where_the_execution_left_it_that_did_the_work(tmp_path: Path) -> None:
    record = training(tmp_path)

    held_out = HeldOut.of(steps(output("Split", "test")), record, tmp_path, "shop")

    executions = tmp_path / "artifacts" / "shop" / "training"
    split, fit = executions / "first" / "Split", executions / "second" / "Fit"
    assert held_out == HeldOut(
        [split / "test" / "rows-1.jsonl", split / "test" / "rows-2.jsonl"],
        {"labels": split / "labels", "baseline": fit / "job" / "output"},
    )


def test_a_pipeline_that_scores_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="Score does not read the output"):
        HeldOut.of(steps("s3://data/rows.csv"), training(tmp_path), tmp_path, "shop")
