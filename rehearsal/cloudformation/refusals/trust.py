"""Roles that the service which is to use them may not assume."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed
from rehearsal.cloudformation.replacement import at

_ROLE: Final = "AWS::IAM::Role"
_ASSUMED: Final = (
    "Could not assume role {arn}. Please ensure that the role exists and allows principal '{service}' to"
    " assume the role."
)
_SAGEMAKER: Final = "https://github.com/awslabs/predictive-maintenance-using-machine-learning/issues/3"
# Type, the property with the role, the service, what it says, and where.
_USES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "AWS::Lambda::Function": (
        "Role",
        "lambda.amazonaws.com",
        "The role defined for the function cannot be assumed by Lambda.",
        "https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html",
    ),
    "AWS::SageMaker::Model": ("ExecutionRoleArn", "sagemaker.amazonaws.com", _ASSUMED, _SAGEMAKER),
    "AWS::SageMaker::NotebookInstance": ("RoleArn", "sagemaker.amazonaws.com", _ASSUMED, _SAGEMAKER),
    "AWS::SageMaker::Pipeline": ("RoleArn", "sagemaker.amazonaws.com", _ASSUMED, _SAGEMAKER),
    "AWS::CodeBuild::Project": (
        "ServiceRole",
        "codebuild.amazonaws.com",
        "CodeBuild is not authorized to perform: sts:AssumeRole on {arn}",
        "https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html",
    ),
    "AWS::CodePipeline::Pipeline": (
        "RoleArn",
        "codepipeline.amazonaws.com",
        "CodePipeline is not authorized to perform AssumeRole on role {arn}",
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html",
    ),
    "AWS::CodeDeploy::DeploymentGroup": (
        "ServiceRoleArn",
        "codedeploy.amazonaws.com",
        "AWS CodeDeploy does not have the permissions required to assume the role {arn}.",
        "https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments.html",
    ),
}


def can_assume(case: Case) -> Iterator[Refusal]:
    """The trust policy of a role that the account holds."""
    name, service, message, source = _USES[case.resource.type]
    arn = at(case.resource.properties, (name,))
    role = case.find(_ROLE, arn)
    if role is None:
        return
    trusted = [*_services(role.properties.get("AssumeRolePolicyDocument"))]
    if not any(one in ("*", service) or one.startswith(service.split(".")[0] + ".") for one in trusted):
        ways = (f"let {service} assume it: assumed_by=ServicePrincipal('{service}')",)
        yield Refusal("role-not-trusted", message.format(arn=arn, service=service), source, ways)


def _services(document: Any) -> Iterator[str]:
    for statement in listed((document or {}).get("Statement")):
        principal = statement.get("Principal", {}) if statement.get("Effect") == "Allow" else {}
        if principal == "*":
            yield "*"
        elif isinstance(principal, dict):
            yield from (str(one) for one in listed(principal.get("Service")))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = dict.fromkeys(_USES, (can_assume,))
