"""Slipway's stacks: what an environment stands on, and for each workload its training and its serving."""

from aws_cdk import App, Tags

from stacks.churn import ChurnServing
from stacks.churn_training import ChurnTraining
from stacks.foundation import Foundation
from stacks.image import ScriptModeImage
from stacks.policies.synth import attach
from stacks.settings import Settings, SettingsError


def build(app: App) -> Settings:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    common = {"settings": settings, **settings.stack_options}
    for key, value in settings.all_tags.items():
        Tags.of(app).add(key, value)
    prefix = f"slipway-{settings.env}"
    foundation = Foundation(app, f"{prefix}-foundation", **common)
    image = ScriptModeImage(app, f"{prefix}-image", foundation=foundation, **common).image
    ChurnTraining(app, f"{prefix}-churn-training", foundation=foundation, script_mode=image, **common)
    ChurnServing(app, f"{prefix}-churn-serving", foundation=foundation, script_mode=image, **common)
    return settings


def main() -> None:
    app = App()
    try:
        settings = build(app)
    except SettingsError as error:
        raise SystemExit(f"error: {error}") from None
    attach(app, settings.env)
    app.synth()


if __name__ == "__main__":
    main()
