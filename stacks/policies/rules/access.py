"""Who may do what: roles, their policies, and who may call whom."""

from stacks.policies.rule import Faults, rule
from stacks.policies.statements import IDENTITY_POLICIES, identity_statements, statements
from stacks.policies.templates import Resource

# Services that say on whose behalf they assume a role.
_NAME_THEIR_SOURCE = ("eks", "events", "pipes", "sagemaker", "scheduler", "states", "vpc-flow-logs")
_SOURCE_KEYS = {"aws:SourceAccount", "aws:SourceArn"}
_PODS = "pods.eks.amazonaws.com"
# Pod Identity tags its sessions with whose they are.
_POD_TAGS = ("eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account")

_NO_RESOURCE_TYPE = "the service defines no resource type for the action"
ONLY_STAR = {
    "cloudwatch:PutMetricData": "metrics have no ARN; the condition cloudwatch:namespace limits it",
    "codedeploy:PutLifecycleEventHookExecutionStatus": _NO_RESOURCE_TYPE,
    "ec2:DescribeDhcpOptions": _NO_RESOURCE_TYPE,
    "ec2:DescribeNetworkInterfaces": _NO_RESOURCE_TYPE,
    "ec2:DescribeSecurityGroups": _NO_RESOURCE_TYPE,
    "ec2:DescribeSubnets": _NO_RESOURCE_TYPE,
    "ec2:DescribeVpcEndpoints": _NO_RESOURCE_TYPE,
    "ec2:DescribeVpcs": _NO_RESOURCE_TYPE,
    "ecr:GetAuthorizationToken": "a token is for the caller's registry as a whole: no resource type",
    "logs:CreateLogDelivery": _NO_RESOURCE_TYPE,
    "logs:DeleteLogDelivery": _NO_RESOURCE_TYPE,
    "logs:DescribeLogGroups": _NO_RESOURCE_TYPE,
    "logs:DescribeResourcePolicies": _NO_RESOURCE_TYPE,
    "logs:GetLogDelivery": _NO_RESOURCE_TYPE,
    "logs:ListLogDeliveries": _NO_RESOURCE_TYPE,
    "logs:PutResourcePolicy": _NO_RESOURCE_TYPE,
    "logs:UpdateLogDelivery": _NO_RESOURCE_TYPE,
    "sagemaker:ListApps": _NO_RESOURCE_TYPE,
    "sagemaker:ListSpaces": _NO_RESOURCE_TYPE,
    "sts:GetCallerIdentity": _NO_RESOURCE_TYPE,
    "xray:GetSamplingRules": _NO_RESOURCE_TYPE,
    "xray:GetSamplingTargets": _NO_RESOURCE_TYPE,
    "xray:PutTelemetryRecords": _NO_RESOURCE_TYPE,
    "xray:PutTraceSegments": _NO_RESOURCE_TYPE,
}


@rule("AWS::IAM::Role")
def trust_names_the_source_account(role: Resource) -> Faults:
    """A role that a service assumes names the account (aws:SourceAccount or aws:SourceArn) on whose behalf it
    may, where the service says so: nobody else's resource can use it as a deputy."""
    for statement in statements(role.get("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument"):
        services = [name.split(".")[0] for name in statement.principals.get("Service", [])]
        bound = [name for name in services if name in _NAME_THEIR_SOURCE]
        if statement.is_allowed and bound and not statement.condition_keys() & _SOURCE_KEYS:
            yield f"{statement.path}.Condition", f"lets {', '.join(bound)} assume the role for any account"


@rule("AWS::IAM::Role")
def pod_role_is_one_service_accounts(role: Resource) -> Faults:
    """A role that pods assume names the cluster, the namespace and the service account that they have to be
    of: whoever may associate roles elsewhere gets nothing by it."""
    for statement in statements(role.get("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument"):
        if not statement.is_allowed or _PODS not in statement.principals.get("Service", []):
            continue
        keys = statement.condition_keys()
        if missing := [tag for tag in _POD_TAGS if f"aws:RequestTag/{tag}" not in keys]:
            yield f"{statement.path}.Condition", f"does not limit {', '.join(missing)}"


@rule(*IDENTITY_POLICIES)
def pass_role_names_role_and_service(resource: Resource) -> Faults:
    """iam:PassRole names the role, and by iam:PassedToService the service that gets it."""
    for statement in identity_statements(resource):
        if not statement.is_allowed or "iam:PassRole" not in statement.actions:
            continue
        if "iam:PassedToService" not in statement.condition_keys():
            yield f"{statement.path}.Condition", "does not limit iam:PassedToService"
        if any("*" in name for name in statement.resources):
            yield f"{statement.path}.Resource", "has a wildcard"


@rule(*IDENTITY_POLICIES)
def star_only_where_the_service_has_no_less(resource: Resource) -> Faults:
    """`Resource: *` stands only with actions for which the service knows no resource."""
    for statement in identity_statements(resource):
        if not statement.is_allowed or "*" not in statement.resources:
            continue
        for action in statement.actions:
            if action not in ONLY_STAR:
                yield f"{statement.path}.Resource", f"is * for {action}"
        if (
            "cloudwatch:PutMetricData" in statement.actions
            and "cloudwatch:namespace" not in statement.condition_keys()
        ):
            yield f"{statement.path}.Condition", "does not limit cloudwatch:namespace"


@rule(*IDENTITY_POLICIES)
def policy_names_its_actions(resource: Resource) -> Faults:
    """A policy names each action: no wildcard, which would allow what the service adds tomorrow."""
    for statement in identity_statements(resource):
        for action in statement.actions:
            if statement.is_allowed and "*" in action:
                yield f"{statement.path}.Action", f"allows {action}"


@rule("AWS::IAM::Role")
def role_has_no_broad_managed_policy(role: Resource) -> Faults:
    """No role has a managed policy with full or administrator access."""
    for index, arn in enumerate(role.get("ManagedPolicyArns") or []):
        if "FullAccess" in arn or "AdministratorAccess" in arn or "PowerUserAccess" in arn:
            yield f"ManagedPolicyArns.{index}", f"is {arn}"


@rule("AWS::Lambda::Permission")
def permission_names_its_source(permission: Resource) -> Faults:
    """A service may call a function only for a source that the permission names."""
    is_service = str(permission.get("Principal")).endswith((".amazonaws.com", "*"))
    if is_service and not (permission.get("SourceArn") or permission.get("SourceAccount")):
        yield "SourceArn", f"is missing for {permission.get('Principal')}"
