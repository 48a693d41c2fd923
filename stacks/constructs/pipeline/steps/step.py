"""What all steps share."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.asked_once import add_statement, stack_of
from stacks.constructs.model.image_uris import Use
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.pipeline.references import EXECUTION_ID, Get, Join, Parameter, render
from stacks.constructs.storage.artifact import S3Prefix
from stacks.instance_types import has_local_disk
from stacks.policies.acknowledgement import acknowledge, wildcard

_CREATED = "the names of what a pipeline creates hold its execution and step, or the version of a model"
# Attempts after 10, 20, 40, ... seconds, and after 1, 2, 4, ... minutes.
_CALL_FAILED = {
    "ExceptionType": ["Step.SERVICE_FAULT", "Step.THROTTLING"],
    "IntervalSeconds": 10,
    "BackoffRate": 2,
    "MaxAttempts": 5,
}
_JOB_FAILED = {
    "ExceptionType": [
        "SageMaker.JOB_INTERNAL_ERROR",
        "SageMaker.CAPACITY_ERROR",
        "SageMaker.RESOURCE_LIMIT",
    ],
    "IntervalSeconds": 60,
    "BackoffRate": 2,
    "MaxAttempts": 5,
}


# What jobs write must stay in their bucket for longer.
_REUSED_FOR = "P30D"


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What all jobs of a pipeline share: the role that runs them and the one that starts them, where their
    outputs go, the key that encrypts outputs and volumes, and where in a network they run, if in one."""

    scope: Construct
    role: iam.IRole
    starter: iam.IRole
    outputs: S3Prefix
    key_arn: str
    vpc_config: VpcConfig | None = None

    def output_uri(self, *names: str) -> Join:
        """A place for a step's outputs that no other execution writes to."""
        return Join("/", (self.outputs.uri, EXECUTION_ID, *names))

    def pass_role(self) -> str:
        """The ARN of the role that runs jobs; what starts jobs may pass it to SageMaker afterwards."""
        arn = self.role.role_arn
        add_statement(
            self.starter,
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[arn],
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
        )
        return arn

    def network(self, cluster: "Cluster") -> dict[str, Any]:
        """A job's network: no container calls out, and what instances tell each other is encrypted."""
        encrypts = self.vpc_config or cluster.instances.instance_count != 1
        encrypted = {"EnableInterContainerTrafficEncryption": True} if encrypts else {}
        return {"EnableNetworkIsolation": True, **encrypted, **self.vpc_request()}

    def vpc_request(self) -> dict[str, Any]:
        """The VPC as part of a request: nothing where there is none."""
        return {"VpcConfig": self.vpc_config.as_request()} if self.vpc_config else {}

    def volume_key(self, instance_type: str) -> dict[str, str]:
        """The key of the volume as part of a job's instances; none where a local disk refuses one."""
        return {} if has_local_disk(instance_type) else {"VolumeKmsKeyId": self.key_arn}


@dataclass(frozen=True)
class Instances:
    """The instances of a job. `instance_type` is a parameter whose choices all have a local disk, or none."""

    instance_type: Parameter
    instance_count: Parameter | int = 1

    @property
    def parameters(self) -> Sequence[Parameter]:
        both = (self.instance_type, self.instance_count)
        return [one for one in both if isinstance(one, Parameter)]

    def bind(self, jobs: Jobs) -> dict[str, Any]:
        """The instances as part of a request, their volumes encrypted."""
        return {
            "InstanceType": self.instance_type,
            "InstanceCount": self.instance_count,
            **jobs.volume_key(str(self.instance_type.default)),
        }


@dataclass(frozen=True)
class Cluster:
    """What a processing or training job runs on: instances, their volume, and for how long at most."""

    instances: Instances
    volume_size_gb: int
    max_runtime_seconds: int

    def of(self, instance_count: int) -> Self:
        """The same with so many instances."""
        return replace(self, instances=replace(self.instances, instance_count=instance_count))

    @property
    def use(self) -> Use:
        """What a job's image is used for: it has to run on each of the types that an execution may choose."""
        instance_type = self.instances.instance_type
        return Use("training", instance_type.choices or (str(instance_type.default),))

    def bind(self, jobs: Jobs) -> dict[str, Any]:
        return {**self.instances.bind(jobs), "VolumeSizeInGB": self.volume_size_gb}

    def stopping_condition(self) -> dict[str, int]:
        return {"MaxRuntimeInSeconds": self.max_runtime_seconds}


@dataclass(frozen=True)
class Step(ABC):
    """A named node of the pipeline."""

    name: str
    type: ClassVar[str]

    def render(self, jobs: Jobs) -> dict[str, Any]:
        """The step as JSON; the roles get the rights that it needs."""
        return {"Name": self.name, "Type": self.type, "Arguments": render(self.arguments(jobs))}

    def grant_looked_up(self, jobs: Jobs, looked_up: Collection[str]) -> None:
        """Let the pipeline read the property files of the step, or of steps within it, that its definition
        refers to."""
        return

    @abstractmethod
    def arguments(self, jobs: Jobs) -> dict[str, Any]: ...

    def reference(self, path: str) -> Get:
        return Get(f"Steps.{self.name}.{path}")


@dataclass(frozen=True)
class CreatingStep(Step):
    """A step that creates something by a call of SageMaker's API, and calls again when the service fails.

    `resource` is the kind of thing, as ARNs spell it, and `actions` are what Pipelines calls on it.
    """

    resource: ClassVar[str]
    actions: ClassVar[tuple[str, ...]]
    retries: ClassVar[Sequence[dict[str, Any]]] = (_CALL_FAILED,)

    def render(self, jobs: Jobs) -> dict[str, Any]:
        self._let_start(jobs)
        return {**super().render(jobs), "RetryPolicies": list(self.retries)}

    def created(self, jobs: Jobs) -> Sequence[str]:
        """The ARNs of what the step may create; Pipelines calls it pipelines-<execution>-<step>-<suffix>."""
        return [
            stack_of(jobs.scope).format_arn(
                service="sagemaker", resource=self.resource, resource_name="pipelines-*"
            )
        ]

    def _let_start(self, jobs: Jobs) -> None:
        created = self.created(jobs)
        # Pipelines tags what it creates.
        actions = [f"sagemaker:{action}" for action in (*self.actions, "AddTags")]
        add_statement(jobs.starter, iam.PolicyStatement(actions=actions, resources=[*created]))
        for arn in created:
            if "*" in arn:
                acknowledge(jobs.starter, wildcard(jobs.starter, arn), _CREATED)


@dataclass(frozen=True)
class JobStep(CreatingStep):
    """A step that runs a job, again when it fails by no fault of its own."""

    retries: ClassVar[Sequence[dict[str, Any]]] = (_CALL_FAILED, _JOB_FAILED)


@dataclass(frozen=True)
class ReusedStep(JobStep):
    """A job whose result serves later executions, too, as long as nothing that it is made of changes."""

    caching: ClassVar[dict[str, Any]] = {"CacheConfig": {"Enabled": True, "ExpireAfter": _REUSED_FOR}}

    def render(self, jobs: Jobs) -> dict[str, Any]:
        return {**super().render(jobs), **self.caching}
