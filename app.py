"""Slipway's stacks: what an environment stands on, and what trains and serves each workload."""

from collections.abc import Callable, Mapping

from aws_cdk import App, Stack

from stacks import bank, churn, forecast, translation
from stacks.foundation import Foundation
from stacks.image import ScriptModeImage
from stacks.policies.synth import run
from stacks.settings import Settings
from stacks.workbench import Workbench

WORKLOADS: Mapping[str, Callable[..., Stack]] = {
    "churn-training": churn.ChurnTraining,
    "churn-serving": churn.ChurnServing,
    "bank-training": bank.BankTraining,
    "bank-serving": bank.BankServing,
    "forecast-training": forecast.ForecastTraining,
    "forecast-serving": forecast.ForecastServing,
    "translation-training": translation.TranslationTraining,
    "translation-serving": translation.TranslationServing,
}


def build(app: App) -> Settings:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    settings.tag(app)
    prefix, common = f"slipway-{settings.env}", {"settings": settings, **settings.stack_options}
    foundation = Foundation(app, f"{prefix}-foundation", **common)
    image = ScriptModeImage(app, f"{prefix}-image", foundation=foundation, **common).image
    for name, stack in WORKLOADS.items():
        stack(app, f"{prefix}-{name}", foundation=foundation, script_mode=image, **common)
    if settings.workbench:
        Workbench(app, f"{prefix}-workbench", foundation=foundation, workbench=settings.workbench, **common)
    return settings


if __name__ == "__main__":
    run(build)
