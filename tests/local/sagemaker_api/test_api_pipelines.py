"""Pipelines and the registry of SageMaker's API: made, started, watched and approved by boto3."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from laptop import BUCKET, ROLE, SERVING_IMAGE, Laptop, readable
from pipelines import definition, double, fail, fit, gate, register

GROUP = "slipway-dev-shop"
ENDED = ("Succeeded", "Failed", "Stopped")


@pytest.fixture(scope="module")
def sagemaker(laptop: Laptop) -> Iterator[Any]:
    client = laptop.client("sagemaker")
    laptop.client("s3").put_object(Bucket=BUCKET, Key="pipelines/in/rows.csv", Body=b"1\n2\n")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    steps = (double(), fit(), gate(register("Fit"), otherwise=(fail(),)))
    client.create_pipeline(
        PipelineName="gated",
        PipelineDefinition=readable(definition(*steps)),
        ClientRequestToken="t" * 32,
        RoleArn=ROLE,
    )
    yield client
    client.delete_pipeline(PipelineName="gated", ClientRequestToken="t" * 32)


def start(sagemaker: Any, token: str, **parameters: str) -> str:
    given = [{"Name": name, "Value": value} for name, value in parameters.items()]
    started = sagemaker.start_pipeline_execution(
        PipelineName="gated", PipelineParameters=given, ClientRequestToken=token * 32
    )
    return str(started["PipelineExecutionArn"])


def ended(laptop: Laptop, sagemaker: Any, arn: str) -> Any:
    return laptop.wait(
        sagemaker.describe_pipeline_execution,
        "PipelineExecutionStatus",
        until=ENDED,
        PipelineExecutionArn=arn,
    )


def steps_of(sagemaker: Any, arn: str) -> dict[str, Any]:
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    return {one["StepName"]: one for one in listed["PipelineExecutionSteps"]}


def test_an_execution_registers_a_package_that_is_approved_and_deployed(
    laptop: Laptop, sagemaker: Any
) -> None:
    arn = start(sagemaker, "a")
    # The answer to the first may have been lost: it is asked for again.
    assert [start(sagemaker, "a") for _ in range(6)] == [arn] * 6
    execution = ended(laptop, sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded", execution
    steps = steps_of(sagemaker, arn)
    assert set(steps) == {"Double", "Fit", "Enough", "Register"}
    assert {one["StepStatus"] for one in steps.values()} == {"Succeeded"}
    assert steps["Enough"]["Metadata"]["Condition"]["Outcome"] == "True"
    assert "training-job/pipelines-" in steps["Fit"]["Metadata"]["TrainingJob"]["Arn"]

    package_arn = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    package = sagemaker.describe_model_package(ModelPackageName=package_arn)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    statistics = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = statistics.removeprefix("s3://").partition("/")
    s3 = laptop.client("s3")
    assert b'"rows": 4' in s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    sagemaker.update_model_package(
        ModelPackageArn=package_arn, ModelApprovalStatus="Approved", ApprovalDescription="better by far"
    )
    described = sagemaker.describe_model_package(ModelPackageName=package_arn)
    assert described["ApprovalDescription"] == "better by far"
    approved = sagemaker.list_model_packages(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved")
    assert [one["ModelPackageArn"] for one in approved["ModelPackageSummaryList"]] == [package_arn]
    (container,) = package["InferenceSpecification"]["Containers"]
    sagemaker.create_model(ModelName="of-package", ExecutionRoleArn=ROLE, PrimaryContainer=container)


def test_a_missed_gate_ends_the_execution_with_its_message_and_without_a_package(
    laptop: Laptop, sagemaker: Any
) -> None:
    arn = start(sagemaker, "b", MinimumRows="1000")
    execution = ended(laptop, sagemaker, arn)

    assert execution["PipelineExecutionStatus"] == "Failed"
    assert "too few rows" in execution["FailureReason"]
    steps = steps_of(sagemaker, arn)
    assert steps["Enough"]["Metadata"]["Condition"]["Outcome"] == "False"
    assert "too few rows" in steps["TooFew"]["FailureReason"]
    assert steps["TooFew"]["Metadata"]["Fail"]["ErrorMessage"] == steps["TooFew"]["FailureReason"]
    assert "Register" not in steps


def test_two_tokens_are_two_executions_and_one_can_be_stopped(laptop: Laptop, sagemaker: Any) -> None:
    first, second = start(sagemaker, "c", Behavior="sleep"), start(sagemaker, "d")
    assert first != second
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=first, ClientRequestToken="s" * 32)
    assert ended(laptop, sagemaker, first)["PipelineExecutionStatus"] == "Stopped"
    assert ended(laptop, sagemaker, second)["PipelineExecutionStatus"] == "Succeeded"
    listed = sagemaker.list_pipeline_executions(PipelineName="gated")["PipelineExecutionSummaries"]
    assert {first, second} <= {one["PipelineExecutionArn"] for one in listed}
    given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=first)
    assert given["PipelineParameters"] == [{"Name": "Behavior", "Value": "sleep"}]


def test_a_pipeline_is_described_as_it_was_for_each_execution(sagemaker: Any, laptop: Laptop) -> None:
    arn = start(sagemaker, "e")
    ended(laptop, sagemaker, arn)
    before = sagemaker.describe_pipeline(PipelineName="gated")["PipelineDefinition"]
    sagemaker.update_pipeline(PipelineName="gated", PipelineDefinition=before + " ")
    used = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)

    assert used["PipelineDefinition"] == before
    assert sagemaker.describe_pipeline(PipelineName="gated")["PipelineDefinition"] == before + " "
    assert "gated" in [one["PipelineName"] for one in sagemaker.list_pipelines()["PipelineSummaries"]]
    sagemaker.update_pipeline(PipelineName="gated", PipelineDefinition=before)


def test_packages_that_several_clients_create_at_once_are_versions_of_their_own(laptop: Laptop) -> None:
    clients = [laptop.client("sagemaker") for _ in range(4)]
    clients[0].create_model_package_group(ModelPackageGroupName="at-once")

    def create(number: int) -> str:
        container = {"Image": SERVING_IMAGE, "Environment": {"TAG": str(number)}}
        types = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
        created = clients[number % 4].create_model_package(
            ModelPackageGroupName="at-once",
            InferenceSpecification={"Containers": [container], **types},
            ModelApprovalStatus="Approved",
        )
        return str(created["ModelPackageArn"])

    with ThreadPoolExecutor(4) as pool:
        arns = list(pool.map(create, range(12)))
    assert sorted(int(one.rpartition("/")[2]) for one in arns) == list(range(1, 13))


PACKAGE = "arn:aws:sagemaker:eu-west-1:000000000000:model-package/nobody/1"
EXECUTION = "arn:aws:sagemaker:eu-west-1:000000000000:pipeline/gated/execution/abcdefghijkl"
TOKEN = {"ClientRequestToken": "w" * 32}


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("start_pipeline_execution", {"PipelineName": "nobody", **TOKEN}, "ResourceNotFound"),
        (
            "start_pipeline_execution",
            {"PipelineName": "gated", "PipelineParameters": [{"Name": "Nobody", "Value": "1"}], **TOKEN},
            "ValidationException",
        ),
        (
            "start_pipeline_execution",
            {"PipelineName": "gated", "PipelineParameters": [{"Name": "MinimumRows", "Value": "x"}], **TOKEN},
            "ValidationException",
        ),
        ("describe_pipeline", {"PipelineName": "nobody"}, "ResourceNotFound"),
        ("describe_pipeline_execution", {"PipelineExecutionArn": EXECUTION}, "ResourceNotFound"),
        ("list_pipeline_execution_steps", {"PipelineExecutionArn": EXECUTION}, "ResourceNotFound"),
        ("stop_pipeline_execution", {"PipelineExecutionArn": EXECUTION, **TOKEN}, "ResourceNotFound"),
        (
            "create_pipeline",
            {"PipelineName": "wrong", "RoleArn": ROLE, "PipelineDefinition": "{}", **TOKEN},
            "ValidationException",
        ),
        (
            "create_pipeline",
            {"PipelineName": "gated", "RoleArn": ROLE, "PipelineDefinition": "{}", **TOKEN},
            "ValidationException",
        ),
        ("describe_model_package", {"ModelPackageName": PACKAGE}, "ValidationException"),
        ("update_model_package", {"ModelPackageArn": PACKAGE}, "ValidationException"),
        ("create_model_package_group", {"ModelPackageGroupName": GROUP}, "ValidationException"),
        ("describe_model_package_group", {"ModelPackageGroupName": "nobody"}, "ValidationException"),
        ("list_model_packages", {"ModelPackageGroupName": "nobody"}, "ValidationException"),
        ("create_model_package", {"ModelPackageGroupName": GROUP}, "ValidationException"),
    ],
)
def test_a_wrong_call_for_pipelines_has_the_code_of_aws(
    sagemaker: Any, operation: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(sagemaker, operation)(**arguments)
    assert refused.value.response["Error"]["Code"] == code, refused.value


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Nobody", "1", "the pipeline has no such parameter"),
        ("MinimumRows", "x", "'x' is not of type Integer"),
        ("MinimumRows", "", "the value is empty"),
    ],
)
def test_a_wrong_parameter_is_refused_in_words_that_name_no_command_line_option(
    sagemaker: Any, name: str, value: str, told: str
) -> None:
    with pytest.raises(ClientError, match=f"parameter {name}: {told}") as refused:
        start(sagemaker, "n", **{name: value})
    assert "--" not in str(refused.value)


def test_a_token_with_other_parameters_is_a_conflict(sagemaker: Any) -> None:
    start(sagemaker, "f")
    with pytest.raises(ClientError) as refused:
        start(sagemaker, "f", MinimumRows="2")
    assert refused.value.response["Error"]["Code"] == "ConflictException"
