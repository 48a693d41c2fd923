"""What `slipway demo` evaluates: the last training's test part, wherever its steps left it."""

import json
from pathlib import Path
from typing import Any

import pytest
from assembly_files import tags, write_assembly
from pipelines import fail

import assembly
from assembly.errors import SlipwayError
from local.commands import demo
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


def in_branches(*taken: str, folder: Path) -> HeldOut:
    """Of a training with a step Score and a step Evaluate in each of two branches."""
    named = steps(output("Split", "test"))
    record = training(folder)
    both = {f"{name}{branch}": one for name, one in named.items() for branch in ("Tree", "Line")}
    record.steps += [
        StepRecord(name, "Transform", "succeeded" if name in taken else "not taken", origin="second")
        for name in both
    ]
    return HeldOut.of(both, record, folder, "shop")


def test_of_branches_it_is_the_one_that_was_taken(tmp_path: Path) -> None:
    held_out = in_branches("ScoreLine", "EvaluateLine", folder=tmp_path)

    assert [one.name for one in held_out.rows] == ["rows-1.jsonl", "rows-2.jsonl"]
    assert held_out.inputs.keys() == {"labels", "baseline"}


@pytest.mark.parametrize(
    ("taken", "got"), [((), "none"), (("ScoreTree", "ScoreLine"), "ScoreTree, ScoreLine")]
)
def test_a_training_that_scored_nothing_or_twice_is_refused(
    tmp_path: Path, taken: tuple[str, ...], got: str
) -> None:
    with pytest.raises(
        SlipwayError, match=f"a step whose name starts with Score, in the last training; got {got}$"
    ):
        in_branches(*taken, folder=tmp_path)


def batch(folder: Path, *accept: str) -> assembly.Assembly:
    parameters = [{"Name": "Accept", "Type": "String", "DefaultValue": accept[0], "EnumValues": [*accept]}]
    body = {"Version": "2020-12-01", "Parameters": parameters, "Steps": [fail()]}
    pipeline = {
        "Type": "AWS::SageMaker::Pipeline",
        "Properties": {
            "PipelineName": "slipway-dev-shop-batch",
            "PipelineDefinition": {"PipelineDefinitionBody": json.dumps(body)},
            "Tags": tags(workload="shop", purpose="batch"),
        },
    }
    return assembly.load(write_assembly(folder / "cdk.out", {"Batch": pipeline}))


@pytest.mark.parametrize(
    ("accept", "options"),
    [
        (("text/csv", "application/jsonlines"), ["--set", "Accept=application/jsonlines"]),
        (("text/csv",), []),
    ],
)
def test_the_demo_asks_for_json_lines_where_the_workload_has_them(
    tmp_path: Path, accept: tuple[str, ...], options: list[str]
) -> None:
    assert demo.most_telling(batch(tmp_path, *accept), "shop") == options


def test_a_pipeline_that_scores_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="Score does not read the output"):
        HeldOut.of(steps("s3://data/rows.csv"), training(tmp_path), tmp_path, "shop")
