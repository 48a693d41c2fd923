"""The pieces of a pipeline definition: references, steps, and what a definition may not say."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.artifact import CodeDirectory, S3Prefix
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.image import ManagedImage
from stacks.constructs.references import EXECUTION_ID, Get, Join, Parameter, paths, render
from stacks.constructs.steps import Cluster, Jobs, Processing, PropertyFile, Training, read_hyperparameters
from stacks.constructs.training_pipeline import TrainingPipeline, check_definition


def step(name: str, *references: str) -> dict[str, Any]:
    return {"Name": name, "Arguments": {"Inputs": [{"Uri": {"Get": path}} for path in references]}}


def definition(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"Parameters": [{"Name": "InputData"}], "Steps": list(steps)}


def test_references_render_as_the_definitions_functions() -> None:
    rows = Parameter.integer("Rows", 10)
    uri = Join("/", ("s3://bucket", EXECUTION_ID, Get("Steps.Split.Name"), rows))
    assert render({"Uri": [uri], "Rows": 10}) == {
        "Uri": [
            {
                "Std:Join": {
                    "On": "/",
                    "Values": [
                        "s3://bucket",
                        {"Get": "Execution.PipelineExecutionId"},
                        {"Get": "Steps.Split.Name"},
                        {"Get": "Parameters.Rows"},
                    ],
                }
            }
        ],
        "Rows": 10,
    }
    assert rows.declare() == {"Name": "Rows", "Type": "Integer", "DefaultValue": 10}


def test_every_get_is_found_wherever_it_stands() -> None:
    rendered = render({"a": [Join("", (Get("A"), "text", Get("B")))], "b": {"c": Get("C")}})
    assert list(paths(rendered)) == ["A", "B", "C"]


def test_a_definition_may_refer_to_what_stands_before() -> None:
    check_definition(
        definition(
            step("Split", "Parameters.InputData", "Execution.PipelineExecutionId"),
            step("Fit", "Steps.Split.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"),
        )
    )


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("Parameters.Rows", [step("Split", "Parameters.Rows")]),
        ("Execution.StartDateTime", [step("Split", "Execution.StartDateTime")]),
        ("Steps.Fit.Model", [step("Split", "Steps.Fit.Model"), step("Fit")]),
        ("Steps.Split.Output", [step("Split", "Steps.Split.Output")]),
    ],
)
def test_a_reference_that_nothing_before_declares_is_refused(path: str, steps: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=f"the step Split refers to {path}"):
        check_definition(definition(*steps))


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps are called Split"):
        check_definition(definition(step("Split"), step("Split")))


@pytest.mark.parametrize("name", ["", "Fit the model", "Fit.Model", "F" * 65])
def test_a_name_that_pipelines_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a step"):
        check_definition(definition(step(name)))


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "Stack", env=Environment(region="eu-central-1"))


@pytest.fixture
def outputs(stack: Stack) -> S3Prefix:
    key = kms.Key(stack, "Key")
    return S3Prefix(s3.Bucket(stack, "Bucket", encryption_key=key), "training")


@pytest.fixture
def processing(stack: Stack, tmp_path: Path) -> Processing:
    (tmp_path / "__main__.py").write_text("")
    return Processing(
        "Evaluate",
        image=ManagedImage.named("scikit-learn"),
        code=CodeDirectory(stack, "Code", folder=tmp_path),
        inputs={"labels": "s3://bucket/labels"},
        outputs=["report"],
        options={"seed": Parameter.string("Seed", "1")},
        property_files=[PropertyFile("Evaluation", "report", "evaluation.json")],
    )


def test_inputs_and_outputs_are_folders_that_the_code_is_told(
    stack: Stack, outputs: S3Prefix, processing: Processing
) -> None:
    role = ExecutionRole(stack, "Role", description="runs")
    rendered = processing.render(Jobs(stack, role, Cluster("ml.m5.large", 10, 60), outputs, "key"))
    arguments = rendered["Arguments"]
    assert arguments["AppSpecification"]["ContainerArguments"] == [
        "--labels",
        "/opt/ml/processing/input/labels",
        "--report",
        "/opt/ml/processing/output/report",
        "--seed",
        {"Get": "Parameters.Seed"},
    ]
    python, program = arguments["AppSpecification"]["ContainerEntrypoint"]
    assert python == "python3"
    assert program == f"/opt/ml/processing/input/code/{processing.code.file_name}"
    assert rendered["PropertyFiles"] == [
        {"PropertyFileName": "Evaluation", "OutputName": "report", "FilePath": "evaluation.json"}
    ]


def test_an_output_that_a_step_does_not_have_is_refused(processing: Processing) -> None:
    with pytest.raises(ValueError, match="the step Evaluate has no output labels; it has report"):
        processing.output("labels")


def test_a_data_channel_in_the_place_of_the_source_is_refused(stack: Stack, outputs: S3Prefix) -> None:
    fit = Training("Fit", image=ManagedImage.named("xgboost"), channels={"code": "s3://bucket/rows"})
    role = ExecutionRole(stack, "Role", description="runs")
    with pytest.raises(ValueError, match="Fit: the channel code is the source's"):
        fit.render(Jobs(stack, role, Cluster("ml.m5.large", 10, 60), outputs, "key"))


def test_outputs_without_a_key_of_their_own_are_refused(stack: Stack, processing: Processing) -> None:
    with pytest.raises(ValueError, match="needs a key of its own"):
        TrainingPipeline(
            stack,
            "Pipeline",
            name="pipeline",
            parameters=[],
            steps=[processing],
            cluster=Cluster("ml.m5.large", 10, 60),
            reads=[],
            outputs=S3Prefix(s3.Bucket(stack, "Plain"), "training"),
        )


def test_hyperparameters_are_read_as_strings(tmp_path: Path) -> None:
    file = tmp_path / "hyperparameters.json"
    file.write_text('{"eta": "0.2"}')
    assert read_hyperparameters(file) == {"eta": "0.2"}
    file.write_text('{"eta": 0.2}')
    with pytest.raises(ValueError, match=r"hyperparameters\.json: the hyperparameter eta is 0\.2"):
        read_hyperparameters(file)
