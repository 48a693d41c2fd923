"""Kubeflow: what lets a pipeline of a Kubernetes cluster have SageMaker train a workload."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.aws_eks import CfnPodIdentityAssociation
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.kubernetes.auto_mode_cluster import AutoModeCluster
from stacks.constructs.storage.artifact import S3Prefix
from stacks.platform.explorer_role import of_sagemaker
from stacks.platform.foundation import Foundation
from stacks.policies.acknowledgement import acknowledge, wildcard
from stacks.setting_parts import AutoMode
from stacks.setting_parts import Kubeflow as KubeflowSettings
from stacks.settings import Settings
from stacks.workloads.shared import evaluation

# What the steps of kubeflow/components.py call of SageMaker's API, by the resource that each is allowed on.
_PIPELINE = ("StartPipelineExecution",)
_EXECUTION = ("DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution")
_PACKAGE = ("DescribeModelPackage",)
CALLS = (*_PIPELINE, *_EXECUTION, *_PACKAGE)
_LATER = "SageMaker counts executions and versions; the pipeline, or the group, is named"


class Kubeflow(Stack):
    """A role for the pods of one service account of one cluster: it starts the training pipeline of one
    workload, follows and stops its executions, and reads their evaluations and the registered versions. It
    passes no role and approves nothing. The cluster exists already, or is one of ours in Auto Mode.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        kubeflow: KubeflowSettings,
        foundation: Foundation,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, **kwargs)
        self._settings, self._foundation = settings, foundation
        self._workload = f"slipway-{settings.env}-{kubeflow.workload}"
        cluster = kubeflow.cluster or f"slipway-{settings.env}"
        role = self._build_role(kubeflow, cluster)
        association = CfnPodIdentityAssociation(
            self,
            "Association",
            cluster_name=cluster,
            namespace=kubeflow.namespace,
            service_account=kubeflow.service_account,
            role_arn=role.role_arn,
        )
        association.node.add_dependency(role.policy)
        if kubeflow.auto_mode:
            association.node.add_dependency(self._build_cluster(cluster, kubeflow.auto_mode).resource)

    def _build_role(self, kubeflow: KubeflowSettings, cluster: str) -> ServiceRole:
        role = ServiceRole(
            self,
            "Role",
            service="pods.eks.amazonaws.com",
            description=f"Lets pods start the training of {self._workload}",
            # The cluster's ARN names the account.
            names_source=False,
            session_tags={
                "eks-cluster-arn": self.format_arn(service="eks", resource="cluster", resource_name=cluster),
                "kubernetes-namespace": kubeflow.namespace,
                "kubernetes-service-account": kubeflow.service_account,
            },
        )
        self._allow(role, _PIPELINE, "pipeline", self._workload)
        self._allow(role, _EXECUTION, "pipeline", f"{self._workload}/execution/*")
        self._allow(role, _PACKAGE, "model-package", f"{self._workload}/*")
        results = S3Prefix(self._foundation.artifact_bucket, evaluation.outputs(kubeflow.workload))
        results.grant_get(role, evaluation.PLACE)
        return role

    def _allow(self, role: iam.Role, actions: tuple[str, ...], kind: str, name: str) -> None:
        arn = self.format_arn(service="sagemaker", resource=kind, resource_name=name)
        add_statement(role, iam.PolicyStatement(actions=of_sagemaker(actions), resources=[arn]))
        if "*" in name:
            acknowledge(role, wildcard(role, arn), _LATER)

    def _build_cluster(self, name: str, auto_mode: AutoMode) -> AutoModeCluster:
        foundation, settings = self._foundation, self._settings
        if foundation.network is None:
            raise ValueError(f"{self.node.path}: auto_mode requires network")
        if settings.workbench is None and settings.studio is None:
            # Theirs allows these calls, too, and a VPC has room for one.
            foundation.network.build_sagemaker_api(self, of_sagemaker(CALLS))
        return AutoModeCluster(
            self,
            "Eks",
            name=name,
            settings=auto_mode,
            network=foundation.network,
            key=foundation.key,
            logs=foundation.logs,
            protected=settings.keeps_data,
            names_source=settings.trust_names_source,
        )
