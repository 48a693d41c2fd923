"""Slipway's stacks: what an environment stands on, and what trains and serves each workload."""

from collections.abc import Callable, Mapping

from aws_cdk import App, Stack

from stacks.platform.foundation import Foundation
from stacks.platform.image import ScriptModeImage
from stacks.platform.workbench import Workbench
from stacks.policies.synth import run
from stacks.settings import Settings
from stacks.workloads import bank, churn, forecast, translation

# What trains each workload, and what serves it.
WORKLOADS: Mapping[str, tuple[Callable[..., Stack], Callable[..., Stack]]] = {
    "churn": (churn.ChurnTraining, churn.ChurnServing),
    "bank": (bank.BankTraining, bank.BankServing),
    "forecast": (forecast.ForecastTraining, forecast.ForecastServing),
    "translation": (translation.TranslationTraining, translation.TranslationServing),
}


def build(app: App) -> Settings:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    settings.tag(app)
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **settings.stack_options}
    foundation = Foundation(app, f"{prefix}-foundation", **common)
    image = ScriptModeImage(app, f"{prefix}-image", foundation=foundation, **common).image
    for name, (training, serving) in WORKLOADS.items():
        training(app, f"{prefix}-{name}-training", foundation=foundation, script_mode=image, **common)
        serving(app, f"{prefix}-{name}-serving", foundation=foundation, script_mode=image, **common)
    if settings.workbench:
        Workbench(app, f"{prefix}-workbench", foundation=foundation, workbench=settings.workbench, **common)
    return settings


if __name__ == "__main__":
    run(build)
