"""Executions of pipelines, by clients and by `slipway train`, and the jobs of their steps."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from laptop import BUCKET, PIPELINE, ROLE, Laptop, readable, training
from patience import wait_until
from pipelines import definition, double, fit

from local.sagemaker_api.execution_queue import AT_A_TIME


class Kind(NamedTuple):
    """A kind of job: its operations, how their members begin, the group of its logs, and its step."""

    operation: str
    prefix: str
    logs: str | None
    step: str


KINDS = [
    Kind("processing_job", "ProcessingJob", "ProcessingJobs", "Double"),
    Kind("training_job", "TrainingJob", "TrainingJobs", "Fit"),
    Kind("transform_job", "TransformJob", "TransformJobs", "Score"),
    Kind("hyper_parameter_tuning_job", "HyperParameterTuningJob", None, "Tune"),
]
Executions = dict[str, str]


@pytest.fixture(scope="module")
def arns(laptop: Laptop) -> Executions:
    """The ARNs of an execution that a client has started, and one of `slipway train`, both ended."""
    s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
    s3.put_object(Bucket=BUCKET, Key="pipelines/in/rows.csv", Body=b"1\n2\n")
    started = sagemaker.start_pipeline_execution(PipelineName=PIPELINE, ClientRequestToken="o" * 32)
    # Both want to train at once: one waits for the other.
    code, _, errors = laptop.runner.run("train", "orders")
    if "wait for it" in errors:
        laptop.wait(
            sagemaker.describe_pipeline_execution,
            "PipelineExecutionStatus",
            until=("Succeeded",),
            PipelineExecutionArn=started["PipelineExecutionArn"],
        )
        code, _, errors = laptop.runner.run("train", "orders")
    assert code == 0, errors
    execution = laptop.wait(
        sagemaker.describe_pipeline_execution,
        "PipelineExecutionStatus",
        until=("Succeeded", "Failed"),
        PipelineExecutionArn=started["PipelineExecutionArn"],
    )
    assert execution["PipelineExecutionStatus"] == "Succeeded", execution
    listed = sagemaker.list_pipeline_executions(PipelineName=PIPELINE)["PipelineExecutionSummaries"]
    (trained,) = (one for one in listed if one["PipelineExecutionArn"] != started["PipelineExecutionArn"])
    assert trained["PipelineExecutionStatus"] == "Succeeded"
    assert trained["PipelineExecutionDescription"] == "slipway train"
    return {"client": started["PipelineExecutionArn"], "command": trained["PipelineExecutionArn"]}


def jobs(sagemaker: Any, arn: str) -> dict[str, str]:
    """The names of the jobs that the metadata of an execution's steps lead to."""
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    assert {one["StepStatus"] for one in steps} == {"Succeeded"}
    arns = {one["StepName"]: next(iter(one["Metadata"].values()))["Arn"] for one in steps}
    return {step: arn.rpartition("/")[2] for step, arn in arns.items()}


@pytest.mark.parametrize("by", ["client", "command"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.prefix)
def test_a_job_of_an_execution_is_described_listed_and_has_its_log(
    laptop: Laptop, arns: Executions, kind: Kind, by: str
) -> None:
    sagemaker = laptop.client("sagemaker")
    name, prefix = jobs(sagemaker, arns[by])[kind.step], kind.prefix
    job = getattr(sagemaker, f"describe_{kind.operation}")(**{f"{prefix}Name": name})
    assert job[f"{prefix}Status"] == "Completed"
    pages = sagemaker.get_paginator(f"list_{kind.operation}s").paginate()
    listed = {one[f"{prefix}Name"]: one for page in pages for one in page[f"{prefix}Summaries"]}
    assert listed[name][f"{prefix}Status"] == "Completed"
    if kind.logs is not None:
        group = f"/aws/sagemaker/{kind.logs}"
        found = laptop.client("logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")
        assert [one["logStreamName"].startswith(f"{name}/") for one in found["logStreams"]] == [True]


@pytest.mark.parametrize("by", ["client", "command"])
def test_the_trials_of_a_tuning_step_are_training_jobs(laptop: Laptop, arns: Executions, by: str) -> None:
    sagemaker = laptop.client("sagemaker")
    name = jobs(sagemaker, arns[by])["Tune"]
    tuning = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    trials = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    names = [one["TrainingJobName"] for one in trials["TrainingJobSummaries"]]
    assert len(names) == 2
    assert tuning["BestTrainingJob"]["TrainingJobName"] in names
    for one in names:
        trial = sagemaker.describe_training_job(TrainingJobName=one)
        assert trial["TuningJobArn"] == tuning["HyperParameterTuningJobArn"]
        assert trial["FinalMetricDataList"][0]["MetricName"] in ("quality", "ObjectiveMetric")
        found = laptop.client("logs").describe_log_streams(
            logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{one}/"
        )
        assert found["logStreams"]


def test_an_execution_of_a_command_is_described_as_one_of_a_client_is(
    laptop: Laptop, arns: Executions
) -> None:
    sagemaker = laptop.client("sagemaker")
    arn = arns["command"]
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert execution["PipelineExecutionDisplayName"].startswith("train-")
    used = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert (
        used["PipelineDefinition"] == sagemaker.describe_pipeline(PipelineName=PIPELINE)["PipelineDefinition"]
    )
    given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {"Name": "MinimumRows", "Value": "1"} in given


def test_a_model_of_an_execution_is_described_listed_and_can_be_served(
    laptop: Laptop, arns: Executions
) -> None:
    sagemaker = laptop.client("sagemaker")
    name = jobs(sagemaker, arns["command"])["Shop"]
    assert sagemaker.describe_model(ModelName=name)["PrimaryContainer"]["Environment"] == {"TAG": "t"}
    pages = sagemaker.get_paginator("list_models").paginate()
    assert name in [one["ModelName"] for page in pages for one in page["Models"]]
    variant = {"VariantName": "v", "ModelName": name, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="of-execution", ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
    )
    sagemaker.delete_endpoint_config(EndpointConfigName="of-execution")
    with pytest.raises(ClientError, match="was made by a pipeline's execution"):
        sagemaker.delete_model(ModelName=name)


@pytest.mark.parametrize(
    "change",
    [
        lambda sagemaker, job: sagemaker.create_training_job(**training(job)),
        lambda sagemaker, job: sagemaker.stop_training_job(TrainingJobName=job),
        lambda sagemaker, job: sagemaker.add_tags(
            ResourceArn=f"arn:aws:sagemaker:eu-west-1:000000000000:training-job/{job}",
            Tags=[{"Key": "a", "Value": "b"}],
        ),
    ],
    ids=["create", "stop", "tag"],
)
def test_a_job_of_an_execution_is_not_a_clients_to_change(
    laptop: Laptop, arns: Executions, change: Callable[[Any, str], None]
) -> None:
    sagemaker = laptop.client("sagemaker")
    with pytest.raises(ClientError):
        change(sagemaker, jobs(sagemaker, arns["client"])["Fit"])


@pytest.fixture(scope="module")
def pipelines(laptop: Laptop) -> None:
    """Two pipelines whose executions train until they are stopped."""
    laptop.client("s3").put_object(Bucket=BUCKET, Key="pipelines/in/rows.csv", Body=b"1\n2\n")
    training = fit()
    training["Arguments"]["HyperParameters"]["behavior"] = "sleep"
    for name in ("one", "other"):
        laptop.client("sagemaker").create_pipeline(
            PipelineName=name,
            PipelineDefinition=readable(definition(double(), training)),
            ClientRequestToken="t" * 32,
            RoleArn=ROLE,
        )


@pytest.mark.usefixtures("pipelines")
def test_two_pipelines_run_at_once_and_one_pipelines_executions_take_turns(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")

    def start(pipeline: str, token: str) -> str:
        started = sagemaker.start_pipeline_execution(PipelineName=pipeline, ClientRequestToken=token * 32)
        return str(started["PipelineExecutionArn"])

    def steps(arn: str) -> dict[str, str]:
        found = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return {one["StepName"]: one["StepStatus"] for one in found}

    def stop(arn: str) -> None:
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)

    first, other, second = start("one", "a"), start("other", "b"), start("one", "c")
    if AT_A_TIME > 1:
        assert wait_until(lambda: steps(first).get("Fit") == steps(other).get("Fit") == "Executing")
    assert steps(second) == {}
    stop(first)
    assert wait_until(lambda: steps(second).get("Fit") == "Executing")
    assert steps(first)["Fit"] == "Stopped"
    stop(second)
    stop(other)
    for arn in (second, other):
        laptop.wait(
            sagemaker.describe_pipeline_execution,
            "PipelineExecutionStatus",
            until=("Stopped",),
            PipelineExecutionArn=arn,
        )
    # What has ended has nothing to stop.
    with pytest.raises(ClientError) as refused:
        stop(first)
    assert refused.value.response["Error"]["Code"] == "ConflictException"
