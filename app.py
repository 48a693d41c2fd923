"""Slipway's stacks: what an environment stands on, and what trains and serves each workload."""

from aws_cdk import App

from stacks.platform.foundation import Foundation
from stacks.platform.image import own_images
from stacks.platform.optional import optional_stacks
from stacks.policies.synth import run
from stacks.settings import Settings
from stacks.workloads.shared.record import workloads


def build(app: App) -> Settings:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    settings.tag(app)
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **settings.stack_options}
    foundation = Foundation(app, f"{prefix}-foundation", **common)
    common["foundation"] = foundation
    images = own_images(app, **common)
    apis = {}
    for workload in workloads():
        training, serving = workload.stacks()
        name = f"{prefix}-{workload.name}"
        training(app, f"{name}-training", images=images, **common)
        served = serving(app, f"{name}-serving", images=images, **common)
        apis[workload.name] = served.api
    optional_stacks(app, apis=apis, **common)
    return settings


if __name__ == "__main__":
    run(build)
