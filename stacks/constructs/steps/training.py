"""The Training step: a model fitted by an image's own algorithm, or by our script."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from stacks.constructs.artifact import SourceArchive
from stacks.constructs.image import Image
from stacks.constructs.references import Get, Value
from stacks.constructs.steps.step import Jobs, Step


@dataclass(frozen=True, kw_only=True)
class Training(Step):
    """Fits a model: the image's own algorithm, or `source` in an image that runs script mode."""

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
            "HyperParameters": {**self._script_mode(jobs), **self.hyperparameters},
            "InputDataConfig": [_channel(name, uri) for name, uri in self.channels.items()],
            "OutputDataConfig": {"S3OutputPath": jobs.output_uri(self.name), "KmsKeyId": jobs.key_arn},
            "ResourceConfig": jobs.cluster.resources(),
            "StoppingCondition": jobs.cluster.stopping_condition(),
            "RoleArn": jobs.role.role_arn,
        }

    def _script_mode(self, jobs: Jobs) -> dict[str, str]:
        if self.source is None:
            return {}
        return {
            "sagemaker_program": self.source.program,
            "sagemaker_submit_directory": self.source.bind(jobs.role),
        }


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
        "ContentType": "text/csv",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }
