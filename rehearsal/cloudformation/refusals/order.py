"""Resources that are made before what they use: by a name that CloudFormation doesn't see as a reference, or
by a role whose policy comes later."""

from collections.abc import Iterator, Mapping
from typing import Final

from assembly.references import waits_for
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed
from rehearsal.cloudformation.replacement import at
from rehearsal.iam.early import early_in

_DEPENDS_ON: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
)
_EARLY: Final = "https://github.com/aws-samples/generative-ai-sagemaker-cdk-demo/issues/2"
# Type and property, the type that it names, and what the service says of a name that it doesn't know.
_NAMED: Final[Mapping[str, tuple[tuple[str, ...], str, str, str]]] = {
    "AWS::SageMaker::Endpoint": (
        ("EndpointConfigName",),
        "AWS::SageMaker::EndpointConfig",
        'Could not find endpoint configuration "{name}".',
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
    ),
    "AWS::SageMaker::EndpointConfig": (
        ("ProductionVariants", "*", "ModelName"),
        "AWS::SageMaker::Model",
        'Could not find model "{name}".',
        "https://github.com/hashicorp/terraform-provider-aws/issues/8713",
    ),
    "AWS::Logs::SubscriptionFilter": (
        ("LogGroupName",),
        "AWS::Logs::LogGroup",
        "The specified log group does not exist. ({name})",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html",
    ),
    "AWS::Logs::MetricFilter": (
        ("LogGroupName",),
        "AWS::Logs::LogGroup",
        "The specified log group does not exist. ({name})",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html",
    ),
    "AWS::Lambda::Permission": (
        ("FunctionName",),
        "AWS::Lambda::Function",
        "Function not found: {name}",
        "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html",
    ),
    "AWS::S3::BucketPolicy": (
        ("Bucket",),
        "AWS::S3::Bucket",
        "The specified bucket does not exist ({name})",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
    ),
}


def named_before_made(case: Case) -> Iterator[Refusal]:
    """A resource that names another one of its stack, which isn't made before."""
    if case.resource.type not in _NAMED:
        return
    path, wanted, message, source = _NAMED[case.resource.type]
    resources = case.situation.stack.resources
    before = waits_for(resources, case.resource.logical_id)
    name_property = {"AWS::S3::Bucket": "BucketName"}.get(wanted, f"{wanted.rpartition('::')[2]}Name")
    named = at(case.resource.properties, path)
    for name in listed(named):
        for logical_id, declared in resources.items():
            mine = declared.get("Properties", {}).get(name_property)
            there = case.find(wanted, name) is not None and case.resource.action == "update"
            if declared["Type"] == wanted and mine == name and logical_id not in before and not there:
                ways = (f"DependsOn: {logical_id}, or refer to it (Ref) instead of writing its name",)
                yield Refusal("not-made-yet", message.format(name=name), source or _DEPENDS_ON, ways)


def role_without_its_policy(case: Case) -> Iterator[Refusal]:
    """What starts with a role as soon as it is created, while the role's policy may not be attached."""
    if case.resource.action == "update" or not _fails_without(case):
        return
    stack = case.situation.state.stacks.get(case.situation.stack.name)
    held = stack.template.get("Resources", {}) if stack and stack.status.startswith("UPDATE") else {}
    for logical_id, policy in early_in(case.situation.stack.resources):
        if logical_id != case.resource.logical_id or policy in held:
            continue
        text = (
            f"{logical_id} may start before {policy} is attached to its role: the role does not have the "
            "permissions yet (AccessDenied)"
        )
        ways = (f"DependsOn: {policy} (node.add_dependency of the role or its policy)",)
        yield Refusal("policy-after-use", text, _EARLY, ways)


def _fails_without(case: Case) -> bool:
    """Whether its creation uses the role; what only starts with it later catches up."""
    with_interfaces = (
        case.resource.type == "AWS::Lambda::Function" and "VpcConfig" in case.resource.properties
    )
    return with_interfaces or case.resource.type in ("AWS::SageMaker::Endpoint", "AWS::EKS::Cluster")


RULES: Final[tuple[Rule, ...]] = (named_before_made, role_without_its_policy)
