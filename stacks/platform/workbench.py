"""The workbench: a notebook with a view of the workloads' data, pipelines, models and endpoints."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs.operations.notebook import NOTEBOOK_LOGS, Notebook
from stacks.platform.explorer_role import EXPLORES, ExplorerRole, of_sagemaker
from stacks.platform.foundation import Foundation
from stacks.platform.studio import RUNS_APPS
from stacks.setting_parts import Workbench as WorkbenchSettings
from stacks.settings import Settings

_STOP = ("StopNotebookInstance",)


class Workbench(Stack):
    """A notebook instance whose role explores the workloads, and may stop the instance. What people keep
    goes to `workbench/` in the artifact bucket.

    In a network of ours, Studio calls SageMaker's API by the endpoint that stands here: a VPC has one that
    answers to the API's own name.
    """

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
        role = ExplorerRole(
            self,
            "Role",
            description=f"What people may do in the notebook {name}",
            log_groups=[NOTEBOOK_LOGS],
            settings=settings,
            foundation=foundation,
            own="workbench",
        )
        role.allow(_STOP, "notebook-instance", name)
        vpc_config = None
        if network := foundation.network:
            vpc_config = network.vpc_config_of_people(self, "Notebook")
            apps = RUNS_APPS if settings.studio else ()
            network.build_sagemaker_api(self, of_sagemaker([*EXPLORES, *_STOP, *apps]))
        Notebook(
            self,
            "Notebook",
            name=name,
            settings=workbench,
            role=role,
            key=foundation.key,
            vpc_config=vpc_config,
        )
        CfnOutput(self, "NotebookName", value=name, description="Open it in the console of SageMaker")
