"""Stacks of prod with settings of a test's own, beside a foundation and without the workloads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment

from stacks.platform.foundation import Foundation
from stacks.settings import Settings


def app_of_prod(context: Mapping[str, Any], folder: Path, **changes: Any) -> tuple[App, dict[str, Any]]:
    """An app that writes to the folder, and what each stack of it takes."""
    prod = {**context["environments"]["prod"], **changes}
    settings = Settings.from_mapping({**context, "env": "prod", "environments": {"prod": prod}})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(folder))
    settings.tag(app)
    common: dict[str, Any] = {"settings": settings, "env": Environment(region=settings.region)}
    common["foundation"] = Foundation(app, "slipway-prod-foundation", **common)
    return app, common
