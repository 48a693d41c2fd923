"""Slipway's stacks: what an environment stands on, and for each workload its training and its serving."""

from aws_cdk import App, Environment

from stacks.churn import ChurnServing, ChurnTraining
from stacks.foundation import Foundation
from stacks.settings import Settings, SettingsError


def build(app: App) -> None:
    """Declare the stacks of the environment that the app's context chooses; raises SettingsError."""
    settings = Settings.from_context(app.node)
    env = Environment(account=settings.account, region=settings.region)
    prefix = f"slipway-{settings.env}"
    foundation = Foundation(app, f"{prefix}-foundation", settings=settings, env=env)
    ChurnTraining(app, f"{prefix}-churn-training", settings=settings, foundation=foundation, env=env)
    ChurnServing(app, f"{prefix}-churn-serving", settings=settings, foundation=foundation, env=env)


def main() -> None:
    app = App()
    try:
        build(app)
    except SettingsError as error:
        raise SystemExit(f"error: {error}") from None
    app.synth()


if __name__ == "__main__":
    main()
