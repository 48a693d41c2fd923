"""What clients have made when the server ends: by a signal that it sees, and by one that it does not."""

import signal
import socket
from pathlib import Path
from typing import Any

from assembly_files import REGION
from laptop import (
    BUCKET,
    REASON,
    ROLE,
    SERVING_IMAGE,
    Laptop,
    channel,
    keys,
    killed,
    training,
    write_project,
)
from patience import wait_until
from processes import working_below

WAIT = {"Delay": 0.1, "MaxAttempts": 3000}


def sleeping(name: str) -> dict[str, Any]:
    return training(name, HyperParameters={"behavior": "sleep"})


def status(sagemaker: Any, name: str) -> str:
    return str(sagemaker.describe_training_job(TrainingJobName=name)["SecondaryStatus"])


def running(laptop: Laptop, name: str) -> bool:
    return any((laptop.work / "training-job" / "work" / name).rglob("pid"))


def begin_to_transform(sagemaker: Any, name: str) -> None:
    """A transform job whose container never answers."""
    environment = {"BEHAVIOR": "hold"}
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": SERVING_IMAGE, "Environment": environment},
    )
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/train"}}
    sagemaker.create_transform_job(
        TransformJobName=name,
        ModelName=name,
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/out/{name}"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )


def test_after_a_kill_jobs_that_ran_have_failed_and_all_else_goes_on(tmp_path: Path) -> None:
    laptop = Laptop(write_project(tmp_path))
    s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
    s3.create_bucket(Bucket="made", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="made", Key="kept.csv", Body=b"1\n", ContentType="text/csv", Metadata={"of": "me"})
    s3.put_object(Bucket=BUCKET, Key="in/train/rows.csv", Body=b"1\n")
    upload = s3.create_multipart_upload(Bucket="made", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="made", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    sagemaker.create_model(
        ModelName="model",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": SERVING_IMAGE, "Environment": {"TAG": "a"}},
    )
    variant = {"VariantName": "v", "ModelName": "model", "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="config", ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
    )
    sagemaker.create_endpoint(EndpointName="endpoint", EndpointConfigName="config")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="endpoint", WaiterConfig=WAIT)
    sagemaker.create_training_job(**sleeping("first"))
    begin_to_transform(sagemaker, "second")
    sagemaker.create_training_job(**training("third", InputDataConfig=[channel("train")]))
    held = laptop.work / "transform-job" / "work" / "second"
    assert wait_until(lambda: running(laptop, "first") and any(held.rglob("held")))
    laptop = killed(laptop)
    try:
        s3, sagemaker = laptop.client("s3"), laptop.client("sagemaker")
        job = sagemaker.describe_training_job(TrainingJobName="first")
        assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
        assert REASON in job["FailureReason"]
        transform = sagemaker.describe_transform_job(TransformJobName="second")
        assert transform["TransformJobStatus"] == "Failed"
        assert REASON in transform["FailureReason"]
        assert wait_until(lambda: status(sagemaker, "third") == "Completed")
        kept = s3.get_object(Bucket="made", Key="kept.csv")
        assert (kept["Body"].read(), kept["ContentType"], kept["Metadata"]) == (
            b"1\n",
            "text/csv",
            {"of": "me"},
        )
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        s3.complete_multipart_upload(Bucket="made", Key="parts", UploadId=upload, MultipartUpload=parts)
        assert s3.get_object(Bucket="made", Key="parts")["Body"].read() == b"part"
        assert keys(s3, "out/") == ["out/third/output/model.tar.gz", "out/third/output/output.tar.gz"]
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="endpoint", WaiterConfig=WAIT)
        runtime = laptop.client("sagemaker-runtime")
        assert runtime.invoke_endpoint(EndpointName="endpoint", Body=b"1\n")["Body"].read() == b"1,a\n"
    finally:
        assert laptop.end(signal.SIGINT) == 0, laptop.errors()


def test_jobs_run_two_at_a_time_in_their_order_until_they_are_stopped(tmp_path: Path) -> None:
    laptop = Laptop(write_project(tmp_path))
    try:
        laptop.client("s3").put_object(Bucket=BUCKET, Key="in/train/rows.csv", Body=b"1\n")
        clients = [laptop.client("sagemaker"), laptop.client("sagemaker")]
        names = [f"queued-{number:02d}" for number in range(20)]
        for number, name in enumerate(names):
            arguments = sleeping(name) if number < 2 else training(name)
            clients[number % 2].create_training_job(**arguments)
        sagemaker = clients[0]
        assert wait_until(lambda: all(running(laptop, name) for name in names[:2]))
        assert {status(sagemaker, name) for name in names[2:]} == {"Pending"}

        sagemaker.stop_training_job(TrainingJobName=names[-1])
        assert status(sagemaker, names[-1]) == "Stopped"
        for name in names[:2]:
            sagemaker.stop_training_job(TrainingJobName=name)
        assert wait_until(lambda: all(status(sagemaker, name) == "Stopped" for name in names[:2]))
        assert wait_until(lambda: all(status(sagemaker, name) == "Completed" for name in names[2:-1]))
        pages = sagemaker.get_paginator("list_training_jobs").paginate(SortOrder="Ascending")
        listed = [one["TrainingJobName"] for page in pages for one in page["TrainingJobSummaries"]]
        assert listed == names
        begun = [
            sagemaker.describe_training_job(TrainingJobName=one)["TrainingStartTime"] for one in names[2:-1]
        ]
        assert begun == sorted(begun)
    finally:
        assert laptop.end(signal.SIGINT) == 0, laptop.errors()


def test_a_server_that_is_told_to_end_stops_its_jobs(tmp_path: Path) -> None:
    laptop = Laptop(write_project(tmp_path))
    laptop.client("s3").put_object(Bucket=BUCKET, Key="in/train/rows.csv", Body=b"1\n")
    laptop.client("sagemaker").create_training_job(**sleeping("ends"))
    assert wait_until(lambda: running(laptop, "ends"))
    assert laptop.end(signal.SIGTERM) == 0, laptop.errors()

    record = (laptop.work / "training-job" / "records" / "ends.json").read_text()
    assert "the local server was stopped while the job ran" in record
    assert working_below(tmp_path) == []


def test_a_second_signal_kills_a_job_that_does_not_stop(tmp_path: Path) -> None:
    laptop = Laptop(write_project(tmp_path))
    laptop.client("s3").put_object(Bucket=BUCKET, Key="in/train/rows.csv", Body=b"1\n")
    laptop.client("sagemaker").create_training_job(
        **training("stubborn", HyperParameters={"behavior": "stubborn"})
    )
    assert wait_until(lambda: running(laptop, "stubborn"))
    laptop.process.send_signal(signal.SIGINT)
    assert wait_until(lambda: not listens(laptop))
    assert laptop.process.poll() is None
    assert laptop.end(signal.SIGINT) == 0, laptop.errors()
    assert working_below(tmp_path) == []


def listens(laptop: Laptop) -> bool:
    host, _, port = laptop.state["url"].removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port))).close()
    except OSError:
        return False
    return True
