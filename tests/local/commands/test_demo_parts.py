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
    for name in ("test/rows.jsonl", "labels/labels.csv"):
        path = folder / "artifacts" / "shop" / "training" / "first" / "Split" / name
        path.parent.mkdir(parents=True)
        path.write_text("")
    record = ExecutionRecord("second", "train", "shop", "slipway-dev-shop", {}, "", False)
    record.steps = [StepRecord("Split", "Processing", "unchanged", origin="first")]
    return record


def test_it_lies_where_the_execution_left_it_that_did_the_work(tmp_path: Path) -> None:
    record = training(tmp_path)

    held_out = HeldOut.of(steps(output("Split", "test")), record, tmp_path, "shop")

    split = tmp_path / "artifacts" / "shop" / "training" / "first" / "Split"
    assert held_out == HeldOut(split / "test" / "rows.jsonl", {"labels": split / "labels"})


def test_a_pipeline_that_scores_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="Score does not read the output"):
        HeldOut.of(steps("s3://data/rows.csv"), training(tmp_path), tmp_path, "shop")
