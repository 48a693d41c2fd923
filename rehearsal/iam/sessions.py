"""How services name the sessions of the roles that they assume: `assumed-role/<role>/SageMaker`."""

from collections.abc import Mapping, Sequence

from rehearsal.iam.statement import Statement

_FUNCTIONS = "lambda.amazonaws.com"
# SageMaker's is in the errors that people report:
# https://github.com/aws/amazon-sagemaker-feedback/issues/61
_FIXED = {"sagemaker.amazonaws.com": "SageMaker"}


def session_name(role: str, trust: Sequence[Statement], functions: Mapping[str, Sequence[str]]) -> str:
    """The name of a role's sessions, empty where it isn't known: one service has to be all that it trusts.

    `functions` has the names of the Lambda functions that run with a role, by its ARN: a function's session
    is called as the function is.
    """
    trusted = {(one.type, one.value) for statement in trust for one in statement.principals}
    if trusted == {("Service", _FUNCTIONS)} and len(functions.get(role, ())) == 1:
        return functions[role][0]
    return next((name for service, name in _FIXED.items() if trusted == {("Service", service)}), "")
