"""The role of people who work with the workloads, in a notebook instance or in Studio."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.storage.artifact import S3Prefix, grant_read_all
from stacks.platform.foundation import Foundation
from stacks.policies.acknowledgement import acknowledge, wildcard
from stacks.policies.idle_grant import keep_idle
from stacks.settings import Settings
from stacks.workloads.shared.record import workloads

_PIPELINE = ("DescribePipeline", "ListPipelineExecutions", "StartPipelineExecution")
_EXECUTION = ("DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution")
_GROUP = ("DescribeModelPackageGroup",)
# The list of a group's versions is asked of the versions.
_PACKAGE = ("DescribeModelPackage", "ListModelPackages")
_ENDPOINT = ("DescribeEndpoint", "InvokeEndpoint")
_ONCE_MONITORED = "a workload has a pipeline that monitors it once its model was trained with a baseline"
_LATER = "SageMaker counts executions and versions; the pipeline, or the group, is named"

# What it calls of SageMaker's API; to invoke is the runtime's.
EXPLORES = (*_PIPELINE, *_EXECUTION, *_GROUP, *_PACKAGE, "DescribeEndpoint")


class ExplorerRole(ExecutionRole):
    """It reads what the workloads read and write, starts their pipelines and calls their endpoints. It passes
    no role, approves no model and changes no resource; what people keep goes below `own`, a prefix of the
    artifact bucket."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        foundation: Foundation,
        own: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, names_source=settings.trust_names_source, **kwargs)
        prefix = S3Prefix(foundation.artifact_bucket, own)
        prefix.grant_read(self)
        prefix.grant_write(self)
        names = [one.name for one in workloads()]
        for bucket in (foundation.data_bucket, foundation.artifact_bucket):
            grant_read_all(self, bucket, names)
        for workload in names:
            self._allow_workload(
                f"slipway-{settings.env}-{workload}", endpoint=settings.endpoints.get(workload)
            )
        keep_idle(self, "-monitor", _ONCE_MONITORED)
        add_statement(
            self,
            iam.PolicyStatement(
                actions=["ecr:DescribeImages", "ecr:ListImages"],
                resources=[one.repository_arn for one in foundation.image_repositories.values()],
            ),
        )

    def allow(self, actions: Sequence[str], kind: str, name: str, *, wide: str = "") -> None:
        """Allow actions of SageMaker on a resource of this account; `wide` says why a wildcard is in its
        name."""
        arn = Stack.of(self).format_arn(
            service="sagemaker", resource=kind, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        add_statement(self, iam.PolicyStatement(actions=of_sagemaker(actions), resources=[arn]))
        if wide:
            acknowledge(self, wildcard(self, arn), wide)

    def _allow_workload(self, name: str, *, endpoint: str | None) -> None:
        """The pipelines, the registered models and the endpoint of the workload that goes by the name."""
        for pipeline in (name, f"{name}-batch", f"{name}-monitor"):
            self.allow(_PIPELINE, "pipeline", pipeline)
            self.allow(_EXECUTION, "pipeline", f"{pipeline}/execution/*", wide=_LATER)
        self.allow(_GROUP, "model-package-group", name)
        self.allow(_PACKAGE, "model-package", f"{name}/*", wide=_LATER)
        self.allow(_ENDPOINT, "endpoint", endpoint or name)


def of_sagemaker(actions: Sequence[str]) -> list[str]:
    """The actions, each once, as IAM takes them."""
    return [f"sagemaker:{action}" for action in dict.fromkeys(actions)]
