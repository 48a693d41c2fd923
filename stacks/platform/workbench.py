"""The workbench: a notebook with a view of the workloads' data, pipelines, models and endpoints."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.operations.notebook import NOTEBOOK_LOGS, Notebook
from stacks.constructs.storage.artifact import S3Prefix, grant_read_all
from stacks.platform.foundation import Foundation
from stacks.policies.acknowledgement import acknowledge, wildcard
from stacks.setting_parts import Workbench as WorkbenchSettings
from stacks.settings import Settings
from stacks.workloads.shared.record import workloads

_PIPELINE = ["DescribePipeline", "ListPipelineExecutions", "StartPipelineExecution"]
_EXECUTION = ["DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution"]
_GROUP = ["DescribeModelPackageGroup", "ListModelPackages"]
_PACKAGE = ["DescribeModelPackage", "ListModelPackages"]
_ENDPOINT = ["DescribeEndpoint", "InvokeEndpoint"]
_STOP = ["StopNotebookInstance"]
_LATER = "SageMaker counts executions and versions; the pipeline, or the group, is named"


class Workbench(Stack):
    """A notebook instance whose role reads what the workloads read and write, starts their pipelines and
    calls their endpoints. It passes no role, approves no model and changes no resource; what people keep
    goes to `workbench/` in the artifact bucket."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        workbench: WorkbenchSettings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        name = f"slipway-{settings.env}-workbench"
        self._role = ExecutionRole(
            self,
            "Role",
            description=f"What people may do in the notebook {name}",
            log_groups=[NOTEBOOK_LOGS],
            names_source=settings.trust_names_source,
        )
        own = S3Prefix(foundation.artifact_bucket, "workbench")
        own.grant_read(self._role)
        own.grant_write(self._role)
        names = [one.name for one in workloads()]
        for bucket in (foundation.data_bucket, foundation.artifact_bucket):
            grant_read_all(self._role, bucket, names)
        for workload in names:
            self._allow_workload(
                f"slipway-{settings.env}-{workload}", endpoint=settings.endpoints.get(workload)
            )
        self._role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["ecr:DescribeImages", "ecr:ListImages"],
                resources=[one.repository_arn for one in foundation.image_repositories.values()],
            )
        )
        self._allow(_STOP, "notebook-instance", name)
        actions = [*_PIPELINE, *_EXECUTION, *_GROUP, *_PACKAGE, "DescribeEndpoint", *_STOP]
        Notebook(
            self,
            "Notebook",
            name=name,
            settings=workbench,
            role=self._role,
            key=foundation.key,
            vpc_config=foundation.network.vpc_config_of_notebook(self, _of_sagemaker(actions))
            if foundation.network
            else None,
        )
        CfnOutput(self, "NotebookName", value=name, description="Open it in the console of SageMaker")

    def _allow_workload(self, name: str, *, endpoint: str | None) -> None:
        """The pipelines, the registered models and the endpoint of the workload that goes by the name."""
        for pipeline in (name, f"{name}-batch"):
            self._allow(_PIPELINE, "pipeline", pipeline)
            self._allow(_EXECUTION, "pipeline", f"{pipeline}/execution/*")
        self._allow(_GROUP, "model-package-group", name)
        self._allow(_PACKAGE, "model-package", f"{name}/*")
        self._allow(_ENDPOINT, "endpoint", endpoint or name)

    def _allow(self, actions: Sequence[str], kind: str, name: str) -> None:
        arn = self.format_arn(
            service="sagemaker", resource=kind, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        self._role.add_to_principal_policy(
            iam.PolicyStatement(actions=_of_sagemaker(actions), resources=[arn])
        )
        if name.endswith("*"):
            acknowledge(self._role, wildcard(self._role, arn), _LATER)


def _of_sagemaker(actions: Sequence[str]) -> list[str]:
    return [f"sagemaker:{action}" for action in dict.fromkeys(actions)]
