"""What clients find of jobs that ran when the server was killed, once it is started again."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from laptop import (
    BUCKET,
    REASON,
    ROLE,
    Laptop,
    keys,
    killed,
    processing,
    readable,
    tuning,
    write_project,
)
from patience import wait_until
from pipelines import definition, double, fit

SCRIPT = b"import pathlib, sys, time; pathlib.Path(sys.argv[2], 'half.csv').touch(); time.sleep(600)"


def trials(sagemaker: Any) -> list[Any]:
    found = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName="tunes")
    return list(found["TrainingJobSummaries"])


def steps(sagemaker: Any, arn: str) -> dict[str, Any]:
    found = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return {one["StepName"]: one for one in found}


def begin(laptop: Laptop) -> list[str]:
    """A processing job, a tuning job whose second trial never ends, and an execution that trains without
    end, with another behind it; returns the ARNs of these two."""
    s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
    for key in ("in/train/rows.csv", "pipelines/in/rows.csv", "processing/in/rows.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1\n")
    s3.put_object(Bucket=BUCKET, Key="processing/code/half.py", Body=SCRIPT)
    sagemaker.create_processing_job(**processing("processes", "half.py"))
    hanging = tuning(behavior="epochs", epochs="1", hangs="2")
    config = hanging["HyperParameterTuningJobConfig"]
    config |= {"Strategy": "Grid", "ResourceLimits": {"MaxParallelTrainingJobs": 1}}
    config["ParameterRanges"] = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["1", "2"]}]}
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="tunes", **hanging)
    sagemaker.create_pipeline(
        PipelineName="fits",
        PipelineDefinition=readable(definition(double(), fit())),
        ClientRequestToken="t" * 32,
        RoleArn=ROLE,
    )
    arns = []
    for token, behavior in (("a", "sleep"), ("b", "remember")):
        started = sagemaker.start_pipeline_execution(
            PipelineName="fits",
            ClientRequestToken=token * 32,
            PipelineParameters=[{"Name": "Behavior", "Value": behavior}],
        )
        arns.append(started["PipelineExecutionArn"])
    return arns


@pytest.fixture(scope="module")
def executions() -> list[str]:
    return []


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory, executions: list[str]) -> Iterator[Laptop]:
    """The server, started again after all that had begun."""
    laptop = Laptop(write_project(tmp_path_factory.mktemp("killed")))
    executions += begin(laptop)
    sagemaker = laptop.client("sagemaker")
    assert wait_until(
        lambda: [one["TrainingJobStatus"] for one in trials(sagemaker)] == ["Completed", "InProgress"]
    )
    assert wait_until(lambda: any((laptop.work / "processing-job").rglob("half.csv")))
    assert wait_until(lambda: steps(sagemaker, executions[0]).get("Fit", {}).get("StepStatus") == "Executing")
    # The watchdog knows a container once it has started.
    fit = laptop.runner.folder / "build" / "runs" / executions[0].rpartition("/")[2] / "Fit"
    trial = laptop.work / "hyper-parameter-tuning-job" / "work" / "tunes" / "trial-002"
    assert wait_until(lambda: any(fit.rglob("pid")) and any(trial.rglob("pid")))
    laptop = killed(laptop)
    yield laptop
    assert laptop.end(signal.SIGINT) == 0, laptop.errors()


def test_a_processing_job_has_failed_and_left_nothing(again: Laptop) -> None:
    job = again.client("sagemaker").describe_processing_job(ProcessingJobName="processes")
    assert (job["ProcessingJobStatus"], keys(again.client("s3"), "processed/")) == ("Failed", [])
    assert REASON in job["FailureReason"]
    assert not [*(again.work / "processing-job").rglob("half.csv")]


def test_a_tuning_job_has_failed_and_knows_its_trials(again: Laptop) -> None:
    sagemaker = again.client("sagemaker")
    tuned = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="tunes")
    assert tuned["HyperParameterTuningJobStatus"] == "Failed"
    assert REASON in tuned["FailureReason"]
    ended, broken = trials(sagemaker)
    assert ended["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 1.0
    assert tuned["BestTrainingJob"]["TrainingJobName"] == ended["TrainingJobName"]
    assert (broken["TrainingJobStatus"], broken["ObjectiveStatus"]) == ("Failed", "Failed")
    assert REASON in broken["FailureReason"]
    assert tuned["TrainingJobStatusCounters"]["Completed"] == 1
    assert keys(again.client("s3"), "out/") == [f"out/{ended['TrainingJobName']}/output/model.tar.gz"]


def test_an_execution_has_failed_with_its_step_and_that_ones_job(
    again: Laptop, executions: list[str]
) -> None:
    sagemaker, (arn, _) = again.client("sagemaker"), executions
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert "the local server ended while the pipeline ran" in execution["FailureReason"]
    found = steps(sagemaker, arn)
    assert {name: one["StepStatus"] for name, one in found.items()} == {
        "Double": "Succeeded",
        "Fit": "Failed",
    }
    listed = sagemaker.list_training_jobs(NameContains="pipelines-", StatusEquals="Failed")
    name = found["Fit"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    assert [one["TrainingJobName"] for one in listed["TrainingJobSummaries"]] == [name]
    assert not [one for one in keys(again.client("s3"), "pipelines/out/") if name in one]


def test_an_execution_that_waited_runs(again: Laptop, executions: list[str]) -> None:
    again.wait(
        again.client("sagemaker").describe_pipeline_execution,
        "PipelineExecutionStatus",
        until=("Succeeded",),
        PipelineExecutionArn=executions[1],
    )
