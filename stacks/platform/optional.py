"""The stacks of the platform that an environment has only if its settings name them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aws_cdk import App

from stacks.constructs.api.prediction_api import PredictionApi
from stacks.platform.console import Console
from stacks.platform.kubeflow import Kubeflow
from stacks.platform.mlflow import Mlflow
from stacks.platform.studio import Studio
from stacks.platform.workbench import Workbench
from stacks.settings import Settings


def optional_stacks(
    app: App,
    *,
    settings: Settings,
    apis: Mapping[str, PredictionApi | None] = MappingProxyType({}),
    **kwargs: Any,
) -> None:
    """Declares the stack of each part of the platform that the settings name; `apis` are those of the
    workloads, None of one that is not trained yet."""
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **kwargs}
    if settings.workbench:
        Workbench(app, f"{prefix}-workbench", workbench=settings.workbench, **common)
    if settings.studio:
        Studio(app, f"{prefix}-studio", studio=settings.studio, **common)
    if settings.mlflow:
        Mlflow(app, f"{prefix}-mlflow", **common)
    if settings.kubeflow:
        Kubeflow(app, f"{prefix}-kubeflow", kubeflow=settings.kubeflow, **common)
    if settings.console:
        known = {name: api for name, api in apis.items() if api}
        Console(app, f"{prefix}-console", console=settings.console, apis=known, **common)
