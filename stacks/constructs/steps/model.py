"""The Model step, and the Transform step that sends rows through its model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from stacks.constructs.inference_pipeline import Container, check_containers
from stacks.constructs.references import Get, Value
from stacks.constructs.steps.step import Jobs, Step


@dataclass(frozen=True, kw_only=True)
class Model(Step):
    """Creates a model of one or more containers, each with the model data of its hostname."""

    type: ClassVar[str] = "Model"
    resource: ClassVar[str] = "model"
    actions: ClassVar[tuple[str, ...]] = ("CreateModel", "DescribeModel")

    containers: Sequence[Container]
    model_data: Mapping[str, Value]

    @property
    def model_name(self) -> Get:
        return self.reference("ModelName")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        check_containers(self.containers)
        return {
            "ExecutionRoleArn": jobs.role.role_arn,
            "EnableNetworkIsolation": True,
            **jobs.vpc_config(),
            "InferenceExecutionConfig": {"Mode": "Serial"},
            "Containers": [
                {
                    "ContainerHostname": container.hostname,
                    "Image": container.image.bind(jobs.scope, jobs.role),
                    "ModelDataUrl": self.model_data[container.hostname],
                    "Environment": dict(container.environment),
                }
                for container in self.containers
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Transform(Step):
    """Sends the lines of CSV objects through a model, as many to a request as fit into 1 MB.

    A row grows on its way through our containers, and XGBoost refuses more than 6 MB: hence 1 MB.
    """

    type: ClassVar[str] = "Transform"
    resource: ClassVar[str] = "transform-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")

    model: Model
    data: Value
    accept: str
    instance_type: str
    instance_count: int

    @property
    def scores(self) -> Get:
        """The S3 prefix of the answers: an object `<name>.out` for each input object."""
        return self.reference("TransformOutput.S3OutputPath")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "ModelName": self.model.model_name,
            "BatchStrategy": "MultiRecord",
            "MaxPayloadInMB": 1,
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": self.data}},
                "ContentType": "text/csv",
                "SplitType": "Line",
            },
            "TransformOutput": {
                "S3OutputPath": jobs.output_uri(self.name),
                "Accept": self.accept,
                "KmsKeyId": jobs.key_arn,
            },
            "TransformResources": {
                "InstanceType": self.instance_type,
                "InstanceCount": self.instance_count,
                **jobs.volume_key(self.instance_type),
            },
        }
