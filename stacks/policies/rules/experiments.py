"""MLflow, where experiments are kept."""

from stacks.policies.rule import Faults, must_be, rule
from stacks.policies.templates import Resource

_APP = "AWS::SageMaker::MlflowApp"


@rule(_APP)
def mlflow_keeps_artifacts_in_our_bucket(app: Resource) -> Faults:
    """The artifacts of MLflow are in a bucket that is declared, and so encrypted and closed to the public."""
    if app.templates.target(app.get("ArtifactStoreUri"), "AWS::S3::Bucket") is None:
        yield "ArtifactStoreUri", f"is {app.get('ArtifactStoreUri')!r}"


@rule(_APP)
def mlflow_registers_no_models(app: Resource) -> Faults:
    """MLflow registers no models by itself: a pipeline does, once its gate has found one good enough."""
    yield from must_be(app, "ModelRegistrationMode", "AutoModelRegistrationDisabled")
