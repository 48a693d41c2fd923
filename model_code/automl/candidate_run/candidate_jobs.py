"""SageMaker's jobs for a candidate, by boto3: where they run, how they are asked for, how they end."""

import gzip
import io
import re
import tarfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

# Between two looks at a job; AUTOML_POLL_SECONDS sets another number.
POLL_SECONDS = 5.0
RECORDIO = "application/x-recordio-protobuf"
_S3 = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)")
_RUNNING = {"InProgress", "Stopping", "Creating", "Updating", "Deleting"}
_PROGRAM = {
    "SAGEMAKER_PROGRAM": "sagemaker_serve.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
_LONGEST_SECONDS = 3600


class JobFailed(RuntimeError):
    """A job, or an endpoint, that did not end as it should; the message has SageMaker's reason."""


@dataclass(frozen=True)
class AutoMLLocalRunConfig:
    """Where the notebook's jobs run: the role that they assume, S3 URIs of what they read and write, and the
    images by algorithm (`scikit-learn` makes the features)."""

    role: str
    output: str
    train: str
    validation: str
    images: Mapping[str, str]
    candidates: Path
    poll_seconds: float = POLL_SECONDS

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "AutoMLLocalRunConfig":
        """From the settings AUTOML_...; ValueError for one that is missing or empty, by its name."""
        missing = [
            name for name, value in settings.items() if not value and not name.endswith("POLL_SECONDS")
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)}: not set; write it here, or set the variable")
        return cls(
            role=settings["AUTOML_ROLE_ARN"],
            output=settings["AUTOML_OUTPUT"].rstrip("/"),
            train=settings["AUTOML_TRAIN"],
            validation=settings["AUTOML_VALIDATION"],
            images={
                "scikit-learn": settings["AUTOML_SCIKIT_LEARN_IMAGE"],
                "xgboost": settings["AUTOML_XGBOOST_IMAGE"],
                "linear-learner": settings["AUTOML_LINEAR_LEARNER_IMAGE"],
            },
            candidates=Path(settings["AUTOML_CANDIDATES"]),
            poll_seconds=float(settings.get("AUTOML_POLL_SECONDS") or POLL_SECONDS),
        )


class Jobs:
    """The service, for one run: what it reads is uploaded once, below `place`."""

    def __init__(self, config: AutoMLLocalRunConfig, place: str) -> None:
        self.config = config
        self.place = place
        # Its types are generated, and of no help to requests that are put together of parts.
        self.sagemaker: Any = boto3.client("sagemaker")
        self.runtime = boto3.client("sagemaker-runtime")
        self._s3 = boto3.client("s3")

    def upload(self, name: str, content: bytes) -> str:
        """Put an object below the run's place; returns its URI."""
        uri = f"{self.place}/{name}"
        bucket, key = split_uri(uri)
        self._s3.put_object(Bucket=bucket, Key=key, Body=content)
        return uri

    def first_lines(self, uri: str, count: int) -> list[str]:
        """The first lines of the first object below an S3 URI; ValueError if there is none."""
        bucket, prefix = split_uri(uri)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        if not keys:
            raise ValueError(f"{uri}: there is no object")
        body = self._s3.get_object(Bucket=bucket, Key=min(keys))["Body"]
        return [line.decode() for line, _ in zip(body.iter_lines(), range(count), strict=False)]

    def upload_candidates(self) -> tuple[str, str]:
        """The channels `code` and `candidates` of the jobs that fit features, as their files are now."""
        folder = self.config.candidates
        module = folder / "generated_module"
        code = self.upload("code/source.tar.gz", archive(sorted(module.glob("*.py"))))
        for path in sorted([folder / "schema.json", *module.glob("candidate_data_processors/*.py")]):
            self.upload(f"candidates/{path.relative_to(folder).as_posix()}", path.read_bytes())
        return code, f"{self.place}/candidates"

    def finish(self, what: str, describe: Callable[[], Mapping[str, Any]], good: str) -> Mapping[str, Any]:
        """Wait until what `describe` tells has another status than a running one; JobFailed unless `good`."""
        while True:
            told = describe()
            [status] = [told[name] for name in told if re.fullmatch(r"[A-Za-z]*(Job|Endpoint)Status", name)]
            if status == good:
                return told
            if status not in _RUNNING:
                raise JobFailed(f"{what}: {status}: {told.get('FailureReason', 'no reason is given')}")
            time.sleep(self.config.poll_seconds)

    def train(self, name: str, request: Mapping[str, Any]) -> str:
        """Run a training job; returns the URI of its model archive."""
        self.sagemaker.create_training_job(TrainingJobName=name, RoleArn=self.config.role, **request)
        told = self.finish(
            name, lambda: self.sagemaker.describe_training_job(TrainingJobName=name), "Completed"
        )
        return str(told["ModelArtifacts"]["S3ModelArtifacts"])

    def create_model(self, name: str, containers: list[dict[str, Any]]) -> None:
        self.sagemaker.create_model(ModelName=name, ExecutionRoleArn=self.config.role, Containers=containers)

    def transform(
        self, name: str, model: str, source: str, target: str, resources: Mapping[str, Any]
    ) -> None:
        """Make the features of the CSV files below `source` by a batch transform job."""
        self.sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName=model,
            BatchStrategy="MultiRecord",
            MaxPayloadInMB=1,
            TransformInput={
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
                "ContentType": "text/csv",
                "SplitType": "Line",
            },
            TransformOutput={"S3OutputPath": target, "Accept": RECORDIO, "AssembleWith": "None"},
            TransformResources={
                "InstanceType": resources["instance_type"],
                "InstanceCount": resources["instance_count"],
            },
        )
        self.finish(name, lambda: self.sagemaker.describe_transform_job(TransformJobName=name), "Completed")

    def tune(self, name: str, config: Mapping[str, Any], definitions: Sequence[Mapping[str, Any]]) -> None:
        self.sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig=config,
            TrainingJobDefinitions=definitions,
        )
        self.finish(name, lambda: self._tuning(name), "Completed")

    def _tuning(self, name: str) -> Mapping[str, Any]:
        told = self.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return dict(told)

    def best_training(self, tuning: str) -> Mapping[str, Any]:
        """JobFailed if none of the tuning's jobs has a value of the objective."""
        best = self._tuning(tuning).get("BestTrainingJob")
        if not best:
            raise JobFailed(f"{tuning}: no training job has ended with a value of the objective")
        return dict(best)

    def trials(self, tuning: str) -> list[Mapping[str, Any]]:
        pages = self.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
            HyperParameterTuningJobName=tuning,
            SortBy="FinalObjectiveMetricValue",
            SortOrder="Descending",
        )
        return [one for page in pages for one in page["TrainingJobSummaries"]]

    def deploy(self, name: str, model: str, instance_type: str, instances: int) -> None:
        """Create an endpoint and its configuration, both of that name; wait until it serves."""
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": model,
                    "InstanceType": instance_type,
                    "InitialInstanceCount": instances,
                }
            ],
        )
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        self.finish(name, lambda: self.sagemaker.describe_endpoint(EndpointName=name), "InService")

    def invoke(self, endpoint: str, body: bytes, accept: str) -> str:
        answer = self.runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="text/csv", Accept=accept, Body=body
        )
        return str(answer["Body"].read().decode())

    def delete_endpoint(self, name: str) -> None:
        self.sagemaker.delete_endpoint(EndpointName=name)
        self.sagemaker.delete_endpoint_config(EndpointConfigName=name)


def features_container(
    image: str, model_data: str, mode: str, hostname: str, environment: Mapping[str, str]
) -> dict[str, Any]:
    """A container in script mode that serves a fitted candidate in this mode."""
    return {
        "ContainerHostname": hostname,
        "Image": image,
        "ModelDataUrl": model_data,
        "Environment": {**_PROGRAM, "AUTOML_TRANSFORM_MODE": mode, **environment},
    }


def training(image: str, output: str, resources: Mapping[str, Any]) -> dict[str, Any]:
    """What training jobs of all kinds have in common."""
    return {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": output},
        "ResourceConfig": {
            "InstanceType": resources["instance_type"],
            "InstanceCount": resources["instance_count"],
            "VolumeSizeInGB": resources["volume_size_in_gb"],
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": _LONGEST_SECONDS},
    }


def channel(name: str, uri: str, content_type: str | None = None) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    typed = {"ContentType": content_type} if content_type else {}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **typed}


def archive(paths: Iterable[Path]) -> bytes:
    """A .tar.gz of the files, side by side; the same files are the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in paths:
            content = path.read_bytes()
            member = tarfile.TarInfo(path.name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key; ValueError for what is no S3 URI."""
    parts = _S3.fullmatch(uri)
    if parts is None:
        raise ValueError(f"expected s3://bucket/key, got {uri!r}")
    return parts["bucket"], parts["key"]
