"""The stacks of the platform that an environment has only if its settings name them."""

from typing import Any

from aws_cdk import App

from stacks.platform.kubeflow import Kubeflow
from stacks.platform.mlflow import Mlflow
from stacks.platform.studio import Studio
from stacks.platform.workbench import Workbench
from stacks.settings import Settings


def optional_stacks(app: App, *, settings: Settings, **kwargs: Any) -> None:
    """Declares the stack of each part of the platform that the settings name."""
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **kwargs}
    if settings.workbench:
        Workbench(app, f"{prefix}-workbench", workbench=settings.workbench, **common)
    if settings.studio:
        Studio(app, f"{prefix}-studio", studio=settings.studio, **common)
    if settings.mlflow:
        Mlflow(app, f"{prefix}-mlflow", **common)
    if settings.kubeflow:
        Kubeflow(app, f"{prefix}-kubeflow", kubeflow=settings.kubeflow, **common)
