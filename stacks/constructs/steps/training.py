"""The Training step: a model fitted by an image's own algorithm, or by our script."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from stacks.constructs.artifact import SourceArchive
from stacks.constructs.image import Image
from stacks.constructs.references import Get, Value
from stacks.constructs.steps.step import Jobs, Step

# Under network isolation a container reaches no S3, but the service still fetches channels for it.
_CODE = "code"


@dataclass(frozen=True, kw_only=True)
class Training(Step):
    """Fits a model: the image's own algorithm, or `source` in an image that runs script mode.

    The source travels as the channel `code`, a name that no other channel may have.
    """

    type: ClassVar[str] = "Training"
    resource: ClassVar[str] = "training-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob")

    image: Image
    channels: Mapping[str, Value]
    source: SourceArchive | None = None
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def model_data(self) -> Get:
        """The URL of the archive that the job leaves."""
        return self.reference("ModelArtifacts.S3ModelArtifacts")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "AlgorithmSpecification": {
                "TrainingImage": self.image.bind(jobs.scope, jobs.role),
                "TrainingInputMode": "File",
            },
            "HyperParameters": {**self._script_mode(), **self.hyperparameters},
            "InputDataConfig": [*self._code(jobs), *self._data()],
            "OutputDataConfig": {"S3OutputPath": jobs.output_uri(self.name), "KmsKeyId": jobs.key_arn},
            "ResourceConfig": jobs.cluster_resources(),
            "StoppingCondition": jobs.cluster.stopping_condition(),
            "EnableNetworkIsolation": True,
            **jobs.vpc_config(),
            "RoleArn": jobs.role.role_arn,
        }

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
            raise ValueError(f"{self.name}: the channel {_CODE} is the source's; give the data another name")
        for name, uri in self.channels.items():
            yield {**_channel(name, uri), "ContentType": "text/csv"}


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
