"""A served workspace, and boto3's clients of it; what they are answered is held to the model."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from assembly_files import REGION, TRAINING_IMAGE, tags, write_assembly
from botocore.config import Config
from patience import PATIENCE, wait_until
from pipelines import OUTPUTS, definition, double, fit, get, output
from processes import working_below
from runner import ROOT, Serving
from shop import FAKE_IMAGE, Project, container

from local.aws.models import operation_model
from local.aws.shapes import faults, in_json

BUCKET = "shop-data"
ROLE = "arn:aws:iam::000000000000:role/slipway-dev-role"
SERVING_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serving:1.0"
PROCESSING_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.0"
# Why a job has failed that ran when its server was killed.
REASON = "the local server ended while the job ran"
PIPELINE = "slipway-dev-orders"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}
KEYS = {"aws_access_key_id": "dummy", "aws_secret_access_key": "dummy", "region_name": REGION}
# SageMaker takes no line feeds in an entry point, and no more than 256 characters.
_ONE_LINE = (
    "import pathlib, sys; rows, doubled, report = map(pathlib.Path, sys.argv[1:]); "
    "(doubled / 'rows.csv').write_text(''.join(one.read_text() for one in rows.iterdir())); "
    "(report / 'report.json').write_text('{}')"
)
_PROGRAM = Path(__file__).parents[1] / "training_image"


def write_project(folder: Path, more: Mapping[str, Any] = MappingProxyType({})) -> Project:
    """A workspace with one endpoint, a bucket, images that train, serve and process, and more resources."""
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
            "Pipeline": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {
                    "PipelineName": PIPELINE,
                    "PipelineDefinition": {"PipelineDefinitionBody": readable(definition(*every_job()))},
                    "Tags": tags(workload="orders"),
                },
            },
            **more,
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
def served(folder: Path, more: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Laptop]:
    laptop = Laptop(write_project(folder, more))
    try:
        yield laptop
    finally:
        if laptop.process.poll() is None:
            assert laptop.end(signal.SIGINT) == 0, laptop.errors()


def killed(laptop: Laptop) -> Laptop:
    """The workspace served again after its server was killed, and its containers with it."""
    laptop.process.send_signal(signal.SIGKILL)
    laptop.process.communicate(timeout=PATIENCE)
    assert wait_until(lambda: not working_below(laptop.runner.folder))
    return Laptop(laptop.runner)  # type: ignore[arg-type]


def keys(s3: Any, prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", [])]


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
        "ResourceConfig": RESOURCES,
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **changes,
    }


def channel(name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/{name}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def readable(text: str) -> str:
    """A pipeline of the runner's tests, in this workspace."""
    return text.replace(TRAINING_IMAGE, TRAINING_IMAGE.replace("/fake:", "/training:")).replace(
        "s3://data", f"s3://{BUCKET}/pipelines"
    )


def processing(name: str, script: str) -> dict[str, Any]:
    """The arguments of a processing job: a script, its input and its output."""

    def source(input: str, key: str) -> dict[str, Any]:
        place = f"/opt/ml/processing/{input}"
        s3 = {"S3Uri": f"s3://{BUCKET}/{key}", "LocalPath": place, "S3DataType": "S3Prefix"}
        return {"InputName": input, "S3Input": {**s3, "S3InputMode": "File"}}

    output = {
        "OutputName": "out",
        "S3Output": {
            "S3Uri": f"s3://{BUCKET}/processed/{name}",
            "LocalPath": "/opt/ml/processing/out",
            "S3UploadMode": "EndOfJob",
        },
    }
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "ProcessingResources": {"ClusterConfig": RESOURCES},
        "AppSpecification": {
            "ImageUri": PROCESSING_IMAGE,
            "ContainerEntrypoint": ["python3", f"/opt/ml/processing/code/{script}"],
            "ContainerArguments": ["/opt/ml/processing/in", "/opt/ml/processing/out"],
        },
        "ProcessingInputs": [source("in", "processing/in"), source("code", "processing/code")],
        "ProcessingOutputConfig": {"Outputs": [output]},
    }


def tuning(count: int = 2, **static: str) -> dict[str, Any]:
    """The arguments of a tuning job, without its name."""
    shared = training("definition")
    shared = {key: one for key, one in shared.items() if key not in ("TrainingJobName", "HyperParameters")}
    depth = {"Name": "depth", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"}
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "quality"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": count, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"IntegerParameterRanges": [depth]},
        },
        "TrainingJobDefinition": {**shared, "StaticHyperParameters": {"behavior": "measure", **static}},
    }


def every_job() -> list[dict[str, Any]]:
    """The steps of a pipeline with a job of each kind."""
    processing, training = double(_ONE_LINE), fit()
    arguments = processing["Arguments"]
    arguments["ProcessingResources"] = {"ClusterConfig": RESOURCES}
    for one in arguments["ProcessingInputs"]:
        one["S3Input"] |= {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    for one in arguments["ProcessingOutputConfig"]["Outputs"]:
        one["S3Output"]["S3UploadMode"] = "EndOfJob"
    training["Arguments"]["RoleArn"] = ROLE
    training["Arguments"]["ResourceConfig"] = RESOURCES
    training["Arguments"]["StoppingCondition"] = {"MaxRuntimeInSeconds": 3600}
    tuned = tuning()
    tuned["TrainingJobDefinition"]["InputDataConfig"] = training["Arguments"]["InputDataConfig"]
    model = {"PrimaryContainer": {"Image": SERVING_IMAGE, "Environment": {"TAG": "t"}}}
    source = {"S3DataType": "S3Prefix", "S3Uri": output("Double", "doubled")}
    scored = {
        "ModelName": get("Steps.Shop.ModelName"),
        "TransformInput": {
            "DataSource": {"S3DataSource": source},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": {"Std:Join": {"On": "/", "Values": [OUTPUTS, "scored"]}}},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    return [
        processing,
        training,
        {"Name": "Tune", "Type": "Tuning", "Arguments": tuned},
        {"Name": "Shop", "Type": "Model", "Arguments": {"ExecutionRoleArn": ROLE, **model}},
        {"Name": "Score", "Type": "Transform", "Arguments": scored},
    ]


def _hold_to_model(parsed: Mapping[str, Any], model: Any, http_response: Any, **_: Any) -> None:
    if http_response.status_code != 200:
        return
    shape = operation_model("sagemaker", model.name).output_shape
    answer = {key: one for key, one in parsed.items() if key != "ResponseMetadata"}
    if shape is not None:
        assert not list(faults(shape, in_json(shape, answer))), answer
