"""The Model step, the Transform step that sends rows through a model, and the step that registers one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from aws_cdk import Stack
from aws_cdk.aws_sagemaker import CfnModelPackageGroup

from stacks.constructs.model.image_uris import Use
from stacks.constructs.model.inference_pipeline import Container, check_containers
from stacks.constructs.pipeline.records import CSV_ROWS, Records
from stacks.constructs.pipeline.references import Get, Value
from stacks.constructs.pipeline.steps.step import CreatingStep, Instances, Jobs, JobStep
from stacks.policies.idle_grant import keep_idle

_MOST_REGISTERED_VARIABLES = 16
_GROUP = (
    "whether CreateModelPackage is asked of the group, too, AWS does not say: its table has versions only"
)


@dataclass(frozen=True, kw_only=True)
class Model(CreatingStep):
    """Creates a model of one or more containers, each with the model data of its hostname."""

    type: ClassVar[str] = "Model"
    resource: ClassVar[str] = "model"
    actions: ClassVar[tuple[str, ...]] = ("CreateModel", "DescribeModel")

    containers: Sequence[Container]
    model_data: Mapping[str, Value]
    instance_types: Sequence[str]

    @property
    def model_name(self) -> Get:
        return self.reference("ModelName")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "ExecutionRoleArn": jobs.pass_role(),
            "EnableNetworkIsolation": True,
            **jobs.vpc_request(),
            "InferenceExecutionConfig": {"Mode": "Serial"},
            "Containers": self.definitions(jobs),
        }

    def definitions(self, jobs: Jobs) -> list[dict[str, Any]]:
        """The containers in their order."""
        check_containers(self.containers)
        return [
            {
                "ContainerHostname": container.hostname,
                "Image": container.image.bind(jobs.scope, jobs.role, Use("inference", self.instance_types)),
                "ModelDataUrl": self.model_data[container.hostname],
                "Environment": dict(container.environment),
            }
            for container in self.containers
        ]


@dataclass(frozen=True, kw_only=True)
class Transform(JobStep):
    """Sends the lines of objects through a model, as `records` says.

    An object `<name>.out` below `output` (by default the execution's own place) holds a line for each line,
    which with `join_source` "Input" is joined with the line that it answers. The filters are JSONPaths into
    the line that the model gets and into what is written. Answers that are no text are put together as they
    come, with `assemble_with` "None". The model's role runs the job.
    """

    type: ClassVar[str] = "Transform"
    resource: ClassVar[str] = "transform-job"
    actions: ClassVar[tuple[str, ...]] = ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")

    model_name: Value
    data: Value
    accept: Value
    instances: Instances
    output: Value | None = None
    join_source: Value = "None"
    input_filter: Value = "$"
    output_filter: Value = "$"
    records: Records = CSV_ROWS
    assemble_with: Literal["Line", "None"] = "Line"

    @property
    def scores(self) -> Get:
        """The S3 prefix of the answers."""
        return self.reference("TransformOutput.S3OutputPath")

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "ModelName": self.model_name,
            "BatchStrategy": self.records.strategy,
            "MaxPayloadInMB": self.records.payload_mb,
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": self.data}},
                "ContentType": self.records.media_type,
                "SplitType": "Line",
            },
            "DataProcessing": {
                "InputFilter": self.input_filter,
                "JoinSource": self.join_source,
                "OutputFilter": self.output_filter,
            },
            "TransformOutput": {
                "S3OutputPath": self.output or jobs.output_uri(self.name),
                "Accept": self.accept,
                "AssembleWith": self.assemble_with,
                "KmsKeyId": jobs.key_arn,
            },
            "TransformResources": self.instances.bind(jobs),
        }


@dataclass(frozen=True)
class DataBaseline:
    """What the data that a model was trained on are like: the S3 URIs of Model Monitor's statistics.json and
    constraints.json."""

    statistics: Value
    constraints: Value

    def as_metrics(self) -> dict[str, Any]:
        """As one of the ModelMetrics of a model package."""
        files = {"Statistics": self.statistics, "Constraints": self.constraints}
        return {name: {"ContentType": "application/json", "S3Uri": uri} for name, uri in files.items()}


@dataclass(frozen=True, kw_only=True)
class RegisterModel(CreatingStep):
    """Makes the model's containers the next version of a group, to be approved by a person.

    `statistics` is the S3 URI of what the evaluation measured (JSON), and `baseline` says what later requests
    are compared with. The instance types are those that the model may be used on.
    """

    type: ClassVar[str] = "RegisterModel"
    resource: ClassVar[str] = "model-package"
    actions: ClassVar[tuple[str, ...]] = ("CreateModelPackage", "DescribeModelPackage")

    group: CfnModelPackageGroup
    model: Model
    statistics: Value
    accepts: Sequence[str]
    answers: Sequence[str]
    transform_instance_types: Sequence[str]
    realtime_instance_types: Sequence[str]
    baseline: DataBaseline | None = None

    def created(self, jobs: Jobs) -> Sequence[str]:
        keep_idle(jobs.starter, "model-package-group/", _GROUP)
        versions = Stack.of(jobs.scope).format_arn(
            service="sagemaker",
            resource="model-package",
            resource_name=f"{self.group.model_package_group_name}/*",
        )
        return [self.group.attr_model_package_group_arn, versions]

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        for container in self.model.containers:
            if len(container.environment) > _MOST_REGISTERED_VARIABLES:
                raise ValueError(
                    f"{container.hostname}: the registry takes {_MOST_REGISTERED_VARIABLES} environment "
                    f"variables, not {len(container.environment)}"
                )
        return {
            "ModelPackageGroupName": self.group.model_package_group_name,
            "ModelApprovalStatus": "PendingManualApproval",
            "ModelMetrics": {
                "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": self.statistics}},
                **({"ModelDataQuality": self.baseline.as_metrics()} if self.baseline else {}),
            },
            "InferenceSpecification": {
                "Containers": self.model.definitions(jobs),
                "SupportedContentTypes": list(self.accepts),
                "SupportedResponseMIMETypes": list(self.answers),
                "SupportedTransformInstanceTypes": list(self.transform_instance_types),
                "SupportedRealtimeInferenceInstanceTypes": list(self.realtime_instance_types),
            },
        }
