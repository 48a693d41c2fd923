"""MLflow as SageMaker runs it: the place where experiments of an environment are kept, when it has one."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_sagemaker import CfnMlflowApp
from constructs import Construct

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.storage.artifact import S3Prefix
from stacks.platform.foundation import Foundation
from stacks.settings import Settings


class Mlflow(Stack):
    """An MLflow app whose artifacts lie below `mlflow/` in the artifact bucket. It registers no models: a
    pipeline does, once a model is good enough."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, foundation: Foundation, **kwargs: Any
    ) -> None:
        super().__init__(scope, id, **kwargs)
        name = f"slipway-{settings.env}"
        role = ExecutionRole(
            self,
            "Role",
            description=f"Keeps the artifacts of MLflow of {name}",
            names_source=settings.trust_names_source,
        )
        artifacts = S3Prefix(foundation.artifact_bucket, "mlflow")
        artifacts.grant_read(role)
        artifacts.grant_write(role)
        app = CfnMlflowApp(
            self,
            "App",
            name=name,
            artifact_store_uri=artifacts.uri,
            role_arn=role.role_arn,
            model_registration_mode="AutoModelRegistrationDisabled",
            weekly_maintenance_window_start="Sun:03:00",
        )
        app.node.add_dependency(role.policy)
        CfnOutput(self, "AppArn", value=app.attr_arn, description="MLFLOW_TRACKING_URI")
