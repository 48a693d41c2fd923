"""Training jobs of SageMaker's API, created by boto3 and run."""

import io
import json
import tarfile

from laptop import BUCKET, Laptop, channel, training

ENDED = ("Completed", "Failed", "Stopped")


def test_a_training_reads_what_was_uploaded_and_its_model_is_fetched(laptop: Laptop) -> None:
    s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
    s3.put_object(Bucket=BUCKET, Key="in/own/rows.csv", Body=b"3,4\n")

    created = sagemaker.create_training_job(
        **training("reads", InputDataConfig=[channel("own")], HyperParameters={"behavior": "remember"})
    )
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName="reads", WaiterConfig={"Delay": 0.2, "MaxAttempts": 1000}
    )
    job = sagemaker.describe_training_job(TrainingJobName="reads")

    assert job["TrainingJobStatus"] == "Completed", job
    assert job["TrainingJobArn"] == created["TrainingJobArn"]
    phases = [one["Status"] for one in job["SecondaryStatusTransitions"]]
    assert phases == ["Pending", "Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert job["BillableTimeInSeconds"] >= 1
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    archive = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as model:
        assert json.loads(model.extractfile("model.json").read()) == {"own/rows.csv": "3,4\n"}  # type: ignore[union-attr]


def test_the_last_value_of_a_metric_is_described(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    sagemaker.create_training_job(
        **training("measures", HyperParameters={"behavior": "measure", "depth": "7"})
    )
    job = laptop.wait(
        sagemaker.describe_training_job, "TrainingJobStatus", until=ENDED, TrainingJobName="measures"
    )

    assert [(one["MetricName"], one["Value"]) for one in job["FinalMetricDataList"]] == [("quality", 7.0)]


def test_a_failed_training_says_why(laptop: Laptop) -> None:
    sagemaker = laptop.client("sagemaker")
    sagemaker.create_training_job(**training("fails", HyperParameters={"behavior": "fail"}))
    job = laptop.wait(
        sagemaker.describe_training_job, "TrainingJobStatus", until=ENDED, TrainingJobName="fails"
    )

    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: the sky is falling")
