"""A served workspace, and boto3's clients of it; what they are answered is held to the model."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from assembly_files import REGION, TRAINING_IMAGE, write_assembly
from botocore.config import Config
from patience import wait_until
from runner import ROOT, Serving
from shop import FAKE_IMAGE, Project, container

from local.aws.models import operation_model
from local.aws.shapes import faults, in_json

BUCKET = "shop-data"
ROLE = "arn:aws:iam::000000000000:role/slipway-dev-role"
SERVING_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serving:1.0"
PROCESSING_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.0"
KEYS = {"aws_access_key_id": "dummy", "aws_secret_access_key": "dummy", "region_name": REGION}
_PROGRAM = Path(__file__).parents[1] / "training_image"


def write_project(folder: Path) -> Project:
    """A workspace with one endpoint, a bucket, and images that train, serve and process."""
    project = Project(folder)
    (folder / "versions.toml").write_text(
        f'[images.fake]\nrepository = "fake"\nmodule = "fake_image"\npath = ["{FAKE_IMAGE}"]\n'
        f'[images.serving]\nrepository = "serving"\nmodule = "fake_image"\npath = ["{FAKE_IMAGE}"]\n'
        f'[images.training]\nrepository = "training"\nmodule = "training_image"\npath = ["{_PROGRAM}"]\n'
        '[images.processing]\nrepository = "sagemaker-scikit-learn"\nmodule = "none"\n'
        f'path = ["{ROOT / "containers" / "script_mode"}"]\n'
    )
    project.declare(container("first", TAG="a"))
    role = {
        "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": "sagemaker.amazonaws.com"}}]}
    }
    write_assembly(
        folder / "cdk.out",
        {
            "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "slipway-dev-role", **role}},
        },
        stack="Data",
    )
    return project


class Laptop(Serving):
    """`serve` in such a workspace."""

    def client(self, service: str, **options: Any) -> Any:
        client = boto3.client(
            service,
            endpoint_url=self.state["url"],
            **{**KEYS, "config": Config(retries={"total_max_attempts": 1}), **options},
        )
        if service == "sagemaker":
            client.meta.events.register("after-call.sagemaker", _hold_to_model)
        return client

    @property
    def work(self) -> Path:
        return self.runner.folder / "build" / "sagemaker-api"

    def wait(self, describe: Any, status: str, *, until: tuple[str, ...], **name: str) -> Any:
        assert wait_until(lambda: describe(**name)[status] in until), describe(**name)
        return describe(**name)


@contextmanager
def served(folder: Path) -> Iterator[Laptop]:
    laptop = Laptop(write_project(folder))
    try:
        yield laptop
    finally:
        if laptop.process.poll() is None:
            assert laptop.end(signal.SIGINT) == 0, laptop.errors()


def training(name: str, **changes: Any) -> dict[str, Any]:
    """The arguments of a training job that remembers what it was told."""
    hyperparameters = changes.pop("HyperParameters", {})
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": TRAINING_IMAGE.replace("/fake:1", "/training:1"),
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "quality", "Regex": "quality=([0-9.]+)"}],
        },
        "HyperParameters": {"behavior": "remember", **hyperparameters},
        "InputDataConfig": [channel("train")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **changes,
    }


def channel(name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/{name}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _hold_to_model(parsed: Mapping[str, Any], model: Any, http_response: Any, **_: Any) -> None:
    if http_response.status_code != 200:
        return
    shape = operation_model("sagemaker", model.name).output_shape
    answer = {key: one for key, one in parsed.items() if key != "ResponseMetadata"}
    if shape is not None:
        assert not list(faults(shape, in_json(shape, answer))), answer
