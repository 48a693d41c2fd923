"""The pieces of a pipeline definition: references and steps."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_sagemaker import CfnModelPackageGroup

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.pipeline.pipeline import Pipeline
from stacks.constructs.pipeline.references import EXECUTION_ID, Get, Join, JsonGet, Parameter, paths, render
from stacks.constructs.pipeline.steps import (
    Cluster,
    Instances,
    Jobs,
    Model,
    Processing,
    PropertyFile,
    RegisterModel,
    Training,
    read_hyperparameters,
)
from stacks.constructs.storage.artifact import CodeDirectory, S3Prefix


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
    file = Get("Steps.Evaluate.PropertyFiles.Evaluation")
    assert render(JsonGet(file, "f1")) == {
        "Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}, "Path": "f1"}
    }


@pytest.mark.parametrize(
    ("parameter", "declared"),
    [
        (Parameter.integer("Rows", 10), {"Type": "Integer", "DefaultValue": 10}),
        (Parameter.number("F1", 0.5), {"Type": "Float", "DefaultValue": 0.5}),
        (Parameter.string("Seed", "1"), {"Type": "String", "DefaultValue": "1"}),
        (
            Parameter.choice("Join", ["None", "Input"]),
            {"Type": "String", "DefaultValue": "None", "EnumValues": ["None", "Input"]},
        ),
    ],
)
def test_a_parameter_says_its_type_its_default_and_its_choices(
    parameter: Parameter, declared: dict[str, Any]
) -> None:
    assert parameter.declare() == {"Name": parameter.name, **declared}


def test_every_get_is_found_wherever_it_stands() -> None:
    rendered = render({"a": [Join("", (Get("A"), "text", Get("B")))], "b": {"c": Get("C")}})
    assert list(paths(rendered)) == ["A", "B", "C"]


XGBOOST = ManagedImage.named("xgboost")
CLUSTER = Cluster(Instances(Parameter.choice("InstanceType", ["ml.m5.large"])), 10, 60)


@pytest.fixture
def processing(stack: Stack, tmp_path: Path) -> Processing:
    (tmp_path / "__main__.py").write_text("")
    return Processing(
        "Evaluate",
        image=ManagedImage.named("scikit-learn"),
        code=CodeDirectory(stack, "Code", folder=tmp_path),
        inputs={"labels": "s3://bucket/labels"},
        outputs=["report"],
        cluster=CLUSTER,
        options={"seed": Parameter.string("Seed", "1")},
        property_files=[PropertyFile("Evaluation", "report", "evaluation.json")],
    )


def test_inputs_and_outputs_are_folders_that_the_code_is_told(jobs: Jobs, processing: Processing) -> None:
    rendered = processing.render(jobs)
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


def test_instances_of_a_job_share_the_objects_of_an_input_and_encrypt_what_they_say(
    jobs: Jobs, processing: Processing
) -> None:
    shared = replace(processing, cluster=CLUSTER.of(2), sharded=["labels"]).arguments(jobs)

    [code, rows] = shared["ProcessingInputs"]
    assert code["S3Input"]["S3DataDistributionType"] == "FullyReplicated"
    assert rows["S3Input"]["S3DataDistributionType"] == "ShardedByS3Key"
    assert shared["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 2
    assert shared["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True
    assert "EnableInterContainerTrafficEncryption" not in processing.arguments(jobs)["NetworkConfig"]


def test_an_input_that_a_step_does_not_have_is_not_sharded(jobs: Jobs, processing: Processing) -> None:
    with pytest.raises(ValueError, match="the step Evaluate has no input rows; it has labels"):
        replace(processing, sharded=["rows"]).arguments(jobs)


def test_a_training_on_several_instances_encrypts_what_they_say(jobs: Jobs) -> None:
    training = Training("Fit", image=XGBOOST, channels={"train": "s3://bucket/train"}, cluster=CLUSTER.of(2))

    request = training.arguments(jobs)

    assert request["ResourceConfig"]["InstanceCount"] == 2
    assert request["EnableInterContainerTrafficEncryption"] is True


def test_what_cloudwatch_looks_for_in_the_log_is_declared(jobs: Jobs) -> None:
    training = Training(
        "Fit", image=XGBOOST, channels={}, cluster=CLUSTER, metrics={"validation:loss": "^loss=(.+)$"}
    )

    definitions = training.arguments(jobs)["AlgorithmSpecification"]["MetricDefinitions"]

    assert definitions == [{"Name": "validation:loss", "Regex": "^loss=(.+)$"}]


def test_a_data_channel_in_the_place_of_the_source_is_refused(jobs: Jobs) -> None:
    fit = Training("Fit", image=XGBOOST, channels={"code": "s3://bucket/rows"}, cluster=CLUSTER)
    with pytest.raises(ValueError, match="Fit: channel name code is reserved for source code"):
        fit.render(jobs)


def test_outputs_without_a_key_of_their_own_are_refused(stack: Stack, processing: Processing) -> None:
    with pytest.raises(ValueError, match="needs a customer managed KMS key"):
        Pipeline(
            stack,
            "Pipeline",
            name="pipeline",
            parameters=[],
            steps=[processing],
            job_role=ExecutionRole(stack, "JobRole", description="runs"),
            reads=[],
            outputs=S3Prefix(s3.Bucket(stack, "Plain"), "training"),
        )


def test_the_registry_takes_fewer_variables_than_a_model(stack: Stack, jobs: Jobs) -> None:
    variables = {f"V{n}": "1" for n in range(17)}
    hops = [Container("a", XGBOOST, variables), Container("b", XGBOOST)]
    register = RegisterModel(
        "Register",
        group=CfnModelPackageGroup(stack, "Group", model_package_group_name="group"),
        model=Model(
            "Model",
            containers=hops,
            model_data={"a": "s3://bucket/a", "b": "s3://bucket/b"},
            instance_types=["ml.m5.large"],
        ),
        statistics="s3://bucket/evaluation.json",
        accepts=["text/csv"],
        answers=["text/csv"],
        transform_instance_types=["ml.m5.large"],
        realtime_instance_types=["ml.m5.large"],
    )
    with pytest.raises(ValueError, match="a: the registry takes 16 environment variables, not 17"):
        register.render(jobs)


def test_hyperparameters_are_read_as_strings(tmp_path: Path) -> None:
    file = tmp_path / "hyperparameters.json"
    file.write_text('{"eta": "0.2"}')
    assert read_hyperparameters(file) == {"eta": "0.2"}
    file.write_text('{"eta": 0.2}')
    with pytest.raises(ValueError, match=r"hyperparameters\.json: the hyperparameter eta is 0\.2"):
        read_hyperparameters(file)
