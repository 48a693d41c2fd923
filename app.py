"""Slipway's stacks: what an environment stands on, and what trains and serves each workload."""

from aws_cdk import App

from stacks.platform.foundation import Foundation
from stacks.platform.image import ScriptModeImage
from stacks.platform.workbench import Workbench
from stacks.policies.synth import run
from stacks.settings import Settings
from stacks.workloads.shared.record import workloads


def build(app: App) -> Settings:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    settings.tag(app)
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **settings.stack_options}
    foundation = Foundation(app, f"{prefix}-foundation", **common)
    image = ScriptModeImage(app, f"{prefix}-image", foundation=foundation, **common).image
    for workload in workloads():
        training, serving = workload.stacks()
        name, of_workload = f"{prefix}-{workload.name}", {"script_mode": image, **common}
        training(app, f"{name}-training", foundation=foundation, **of_workload)
        serving(app, f"{name}-serving", foundation=foundation, **of_workload)
    if settings.workbench:
        Workbench(app, f"{prefix}-workbench", foundation=foundation, workbench=settings.workbench, **common)
    return settings


if __name__ == "__main__":
    run(build)
