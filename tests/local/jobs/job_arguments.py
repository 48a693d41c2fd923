"""Arguments of jobs over the buckets of the fixture `services`, and what is in these."""

from pathlib import Path
from typing import Any

from assembly_files import REGION, TRAINING_IMAGE

from local.jobs import Services

SOURCE = f"s3://cdk-assets-000000000000-{REGION}/fit.gz"


def put(services: Services, tmp_path: Path, uri: str, text: str) -> None:
    (tmp_path / "upload").write_text(text)
    services.storage.upload(tmp_path / "upload", uri)


def read(services: Services, uri: str) -> str:
    return services.storage.path(uri).read_text()


def training(**changes: Any) -> dict[str, Any]:
    return {
        "AlgorithmSpecification": {"TrainingImage": TRAINING_IMAGE, "TrainingInputMode": "File"},
        "InputDataConfig": [channel("train")],
        "OutputDataConfig": {"S3OutputPath": "s3://data/out/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **changes,
    }


def channel(name: str, **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in", **changes.pop("source", {})}
    return {
        "ChannelName": name,
        "ContentType": "text/csv",
        "DataSource": {"S3DataSource": source},
        **changes,
    }


def processing(*arguments: str, **changes: Any) -> dict[str, Any]:
    return {
        "AppSpecification": {
            "ImageUri": TRAINING_IMAGE,
            "ContainerEntrypoint": ["python3", "-c"],
            "ContainerArguments": list(arguments),
        },
        "ProcessingInputs": [given("rows", "s3://data/in")],
        "ProcessingOutputConfig": {"Outputs": [taken("copy", "s3://data/out")]},
        **changes,
    }


def given(name: str, uri: str, **changes: Any) -> dict[str, Any]:
    local_path = f"/opt/ml/processing/input/{name}"
    return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": local_path, **changes}}


def taken(name: str, uri: str, **changes: Any) -> dict[str, Any]:
    local_path = f"/opt/ml/processing/output/{name}"
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": local_path, **changes}}
