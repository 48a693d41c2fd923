"""The errors that SageMaker has for what is there already, and for what is not."""

from local.aws.errors import AwsError, validation
from local.aws.models import operation_model


def already_there(operation: str, what: str, arn: str) -> AwsError:
    """The error for a name that is taken: `ResourceInUse` where the operation's model has it."""
    return AwsError(
        _code(operation, "ResourceInUse"),
        f"Cannot create {what}: its name must be unique within an account and a region, and {arn} exists",
    )


def not_found(operation: str, what: str, arn: str) -> AwsError:
    """The error for what does not exist: `ResourceNotFound` where the operation's model has it."""
    return AwsError(_code(operation, "ResourceNotFound"), f'Could not find {what} "{arn}".')


def of_template(arn: str) -> AwsError:
    """The error for a change to what the template declares, which CloudFormation would undo or trip over."""
    return validation(f"{arn} is declared by the template: change it there, synthesize, and serve it again")


def _code(operation: str, modeled: str) -> str:
    errors = {one.name for one in operation_model("sagemaker", operation).error_shapes}
    return modeled if modeled in errors else "ValidationException"
