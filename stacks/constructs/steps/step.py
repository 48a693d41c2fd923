"""What all steps share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.artifact import S3Prefix
from stacks.constructs.network import Placement
from stacks.constructs.references import EXECUTION_ID, Get, Join, render
from stacks.instance_types import has_local_disk


@dataclass(frozen=True)
class Cluster:
    """What a processing or training job runs on."""

    instance_type: str
    volume_size_gb: int
    max_runtime_seconds: int

    def stopping_condition(self) -> dict[str, int]:
        return {"MaxRuntimeInSeconds": self.max_runtime_seconds}


@dataclass(frozen=True)
class Jobs:
    """What all jobs of a pipeline share: role, machines, where outputs go, the key that encrypts them, and
    where in a network they run, if in one."""

    scope: Construct
    role: iam.IRole
    cluster: Cluster
    outputs: S3Prefix
    key_arn: str
    placement: Placement | None = None

    def cluster_resources(self) -> dict[str, Any]:
        return {
            "InstanceType": self.cluster.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": self.cluster.volume_size_gb,
            **self.volume_key(self.cluster.instance_type),
        }

    def volume_key(self, instance_type: str) -> dict[str, str]:
        """The key of the volume as part of a job's machines; none where a local disk refuses one."""
        return {} if has_local_disk(instance_type) else {"VolumeKmsKeyId": self.key_arn}

    def vpc_config(self) -> dict[str, Any]:
        """The network as part of a job's arguments: nothing where there is none."""
        return {"VpcConfig": self.placement.vpc_config()} if self.placement else {}

    def output_uri(self, *names: str) -> Join:
        return Join("/", (self.outputs.uri, EXECUTION_ID, *names))


@dataclass(frozen=True)
class Step(ABC):
    """A named node of the pipeline.

    `resource` is the kind of thing that it creates, as ARNs spell it, and `actions` are what Pipelines calls
    on it.
    """

    name: str
    type: ClassVar[str]
    resource: ClassVar[str]
    actions: ClassVar[tuple[str, ...]]

    def render(self, jobs: Jobs) -> dict[str, Any]:
        """The step as JSON; the jobs' role gets the rights that it needs."""
        return {"Name": self.name, "Type": self.type, "Arguments": render(self.arguments(jobs))}

    @abstractmethod
    def arguments(self, jobs: Jobs) -> dict[str, Any]: ...

    def reference(self, path: str) -> Get:
        return Get(f"Steps.{self.name}.{path}")
