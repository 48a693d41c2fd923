"""The Training step: a model fitted by an image's own algorithm, or by our script."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from aws_cdk import Stack

from stacks.constructs.model.image import Image
from stacks.constructs.pipeline.references import Get, Join, Value, render
from stacks.constructs.pipeline.steps.step import Cluster, Jobs, ReusedStep
from stacks.constructs.storage.artifact import S3Prefix, SourceArchive

# Under network isolation a container reaches no S3, but the service still fetches channels for it.
_CODE = "code"


@dataclass(frozen=True)
class Spot:
    """Managed spot instances, which may be taken away: training then goes on from its last checkpoint.

    A job takes `max_wait_seconds` at most, waiting and running. `data` names what the training data came
    from, so that other data start over. What lies below `checkpoints` expires by itself.
    """

    max_wait_seconds: int
    data: Value
    checkpoints: S3Prefix


@dataclass(frozen=True, kw_only=True)
class Training(ReusedStep):
    """Fits a model: the image's own algorithm, or `source` in an image that runs script mode.

    The source travels as the channel `code`, a name that no other channel may have. Without `spot` the job
    runs on on-demand instances. `content_type` is that of the channels, for an algorithm that asks for one.
    `metrics` are regular expressions by the names under which CloudWatch keeps what they find in the log; an
    algorithm's own metrics need none.
    """

    type: ClassVar[str] = "Training"
    resource: ClassVar[str] = "training-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")

    image: Image
    channels: Mapping[str, Value]
    cluster: Cluster
    source: SourceArchive | None = None
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    spot: Spot | None = None
    content_type: str | None = "text/csv"
    metrics: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_data(self) -> Get:
        """The URL of the archive that the job leaves."""
        return self.reference("ModelArtifacts.S3ModelArtifacts")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        image = self.image.bind(jobs.scope, jobs.role, self.cluster.use)
        request = {
            "AlgorithmSpecification": {
                "TrainingImage": image,
                "TrainingInputMode": "File",
                **self._metric_definitions(),
            },
            "HyperParameters": {**self._script_mode(), **self.hyperparameters},
            "InputDataConfig": [*self._code(jobs), *self._data()],
            "OutputDataConfig": {"S3OutputPath": jobs.output_uri(self.name), "KmsKeyId": jobs.key_arn},
            "ResourceConfig": self.cluster.bind(jobs),
            "StoppingCondition": self.cluster.stopping_condition(),
            "RoleArn": jobs.pass_role(),
            **jobs.network(self.cluster),
        }
        return request if self.spot is None else {**request, **self._on_spot(self.spot, image, jobs)}

    def _on_spot(self, spot: Spot, image: str, jobs: Jobs) -> dict[str, Any]:
        # The managed XGBoost image goes on from whatever lies there: a prefix that any training shares would
        # give the last model once more, one that names the execution would defeat the reuse of this step.
        recipe = render(
            {"image": Stack.of(jobs.scope).resolve(image), "hyperparameters": dict(self.hyperparameters)}
        )
        digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]
        place = Join("/", (spot.checkpoints.uri, self.name, spot.data, digest))
        spot.checkpoints.grant_read(jobs.role)
        spot.checkpoints.grant_write(jobs.role)
        return {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {
                **self.cluster.stopping_condition(),
                "MaxWaitTimeInSeconds": spot.max_wait_seconds,
            },
            "CheckpointConfig": {"S3Uri": place, "LocalPath": "/opt/ml/checkpoints"},
        }

    def _metric_definitions(self) -> dict[str, Any]:
        definitions = [{"Name": name, "Regex": regex} for name, regex in self.metrics.items()]
        return {"MetricDefinitions": definitions} if definitions else {}

    def _script_mode(self) -> dict[str, str]:
        if self.source is None:
            return {}
        return {
            "sagemaker_program": self.source.program,
            "sagemaker_submit_directory": f"/opt/ml/input/data/{_CODE}/{self.source.file_name}",
        }

    def _code(self, jobs: Jobs) -> Iterator[dict[str, Any]]:
        if self.source is not None:
            yield _channel(_CODE, self.source.bind(jobs.role))

    def _data(self) -> Iterator[dict[str, Any]]:
        if _CODE in self.channels:
            raise ValueError(f"{self.name}: channel name {_CODE} is reserved for source code; rename it")
        for name, uri in self.channels.items():
            typed = {"ContentType": self.content_type} if self.content_type else {}
            yield {**_channel(name, uri), **typed}


def read_hyperparameters(path: Path) -> dict[str, str]:
    """Hyperparameters from a file with one JSON object; SageMaker takes strings only, so does this."""
    hyperparameters: dict[str, str] = json.loads(path.read_text())
    for name, value in hyperparameters.items():
        if not isinstance(value, str):
            raise ValueError(f"{path}: the hyperparameter {name} is {value!r}; write it as a string")
    return hyperparameters


def _channel(name: str, uri: Value) -> dict[str, Any]:
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }
