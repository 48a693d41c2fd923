"""What all steps share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.artifact import S3Prefix
from stacks.constructs.references import EXECUTION_ID, Get, Join, render


@dataclass(frozen=True)
class Cluster:
    """What a processing or training job runs on."""

    instance_type: str
    volume_size_gb: int
    max_runtime_seconds: int

    def resources(self) -> dict[str, Any]:
        return {
            "InstanceType": self.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": self.volume_size_gb,
        }

    def stopping_condition(self) -> dict[str, int]:
        return {"MaxRuntimeInSeconds": self.max_runtime_seconds}


@dataclass(frozen=True)
class Jobs:
    """What all jobs of a pipeline share: role, machines, where outputs go and the key that encrypts them."""

    scope: Construct
    role: iam.IRole
    cluster: Cluster
    outputs: S3Prefix
    key_arn: str

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
