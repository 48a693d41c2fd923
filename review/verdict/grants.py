"""Permissions that reach further than they need to name: wildcards, strangers, and limits that fall."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assembly.markdown import code, codes
from review.permissions import Grants
from review.resource_changes import Fate
from review.stack_changes import StackReview, Standing
from review.verdict.finding import Finding, Severity
from review.verdict.subjects import gone_with

_ANYONE = ("*", "AWS *", "Federated *")
# Conditions that say who is meant, and so make a principal of * a narrower one.
_SAYS_WHO = re.compile(
    r"aws:(?:Source(?:Arn|Account|Org|Vpc|Ip)|Principal(?:Arn|Account|Org|Tag))|kms:(?:CallerAccount|ViaService)"
    r"|^Source(?:Arn|Account)|PrincipalOrgID",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
# A whole service, or all that begins with a verb: s3:GetObject* says what it means.
_WIDE_ACTION = re.compile(
    r"^(?:\*|[\w-]+:(?:\*|(?:Create|Delete|Get|Put|Read|Update|Write|Pass|Add|Set)\*))$"
)
# These know no resource, so a policy can only say *.
_WITHOUT_RESOURCE = re.compile(
    r"^(?:cloudwatch:(?:PutMetricData|ListMetrics|GetMetricData|Describe\w*)|ecr:GetAuthorizationToken"
    r"|ec2:(?:Describe\w*|CreateNetworkInterface|DeleteNetworkInterface)|xray:(?:PutTraceSegments"
    r"|PutTelemetryRecords|GetSampling\w+)|logs:(?:Describe\w*|(?:Create|Delete|Get|List|Update)LogDelivery\w*"
    r"|DescribeLogGroups|DescribeResourcePolicies)|sts:GetCallerIdentity|s3:ListAllMyBuckets|kms:(?:ListAliases"
    r"|ListKeys)|sagemaker:List\w+|application-autoscaling:\w+|ssmmessages:\w+|iam:List\w+)$",
    re.IGNORECASE,
)
_WIDE_MANAGED = re.compile(r"/(?:AdministratorAccess|PowerUserAccess|\w*FullAccess)$")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_ARN_PARTS = 6
# Policies that are resources, with the property that says of what.
_POLICY_OF = {
    "AWS::ECR::RegistryPolicy": (),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId",),
}


def wider_grants(review: StackReview) -> Iterator[Finding]:
    """Every added permission with a wildcard or for a stranger, and every limit that no longer holds."""
    if review.standing is Standing.GONE:
        return
    granted, revoked = (_without_owners(side) for side in (review.granted, review.revoked))
    for grants in review.granted:
        reasons = [*_reasons(grants), *_without_condition(grants, review.revoked)]
        if reasons and replace(grants, policy="") not in revoked:
            yield _finding(review, grants, "; ".join(reasons), weight=_weight(grants))
    for grants in review.revoked:
        moved = replace(grants, policy="") in granted
        if grants.effect == "Deny" and not moved and not _is_gone(grants.policy, review):
            to = f" to {code(grants.principal)}" if grants.principal else ""
            yield _finding(review, grants, f"{codes(grants.actions)} is no longer denied{to}")


def _without_owners(all_grants: Iterable[Grants]) -> set[Grants]:
    """The grants whoever has them: one that only moved to another construct is on both sides."""
    return {replace(one, policy="") for one in all_grants}


def _is_gone(owner: str, review: StackReview) -> bool:
    """Whether what a policy was about is removed: the owner itself, or what the owner is the policy of."""
    for change in review.of(Fate.REMOVED):
        if change.resource.path == owner:
            names = _POLICY_OF.get(change.resource.type)
            return names is None or gone_with(change, names, review)
    return False


def _finding(review: StackReview, grants: Grants, reason: str, weight: int = 0) -> Finding:
    return Finding(Severity.WEAKENS, review.name, code(grants.policy), reason, "Permissions", weight)


def _weight(grants: Grants) -> int:
    """Whoever may do everything comes before anyone who may do something, and that before other wildcards."""
    if "*" in grants.actions or any(map(_WIDE_MANAGED.search, grants.actions)):
        return 3
    return 2 if grants.principal in _ANYONE or grants.principal.startswith("all but ") else 1


def _reasons(grants: Grants) -> Iterator[str]:
    if grants.effect != "Allow":
        return
    named = bool(_SAYS_WHO.search(grants.condition))
    if (grants.principal in _ANYONE and not named) or grants.principal.startswith("all but "):
        yield f"anyone ({code(grants.principal)}) may {codes(grants.actions)}"
    elif _ACCOUNT.search(grants.principal):
        yield f"an account that is given by number, {code(grants.principal)}, may {codes(grants.actions)}"
    if wide := [one for one in grants.actions if _WIDE_MANAGED.search(one)]:
        yield f"allows {codes(wide)}"
    # A resource's own policy says * of the resource, and gives the account's root everything by custom.
    wide = [one for one in grants.actions if _is_wide_action(one)]
    if wide and not grants.principal.endswith(":root"):
        yield f"allows the wildcard {codes(wide)}"
    wide = [one for one in grants.resources if _is_wide_resource(one)]
    if wide and not grants.principal and not all(map(_WITHOUT_RESOURCE.match, grants.actions)):
        yield f"allows {codes(grants.actions)} on the wildcard {codes(wide)}"


def _is_wide_action(action: str) -> bool:
    return bool(_WIDE_ACTION.match(action)) or action.startswith("all but ")


def _is_wide_resource(resource: str) -> bool:
    """Whether it names no resource: *, or an ARN with a wildcard where the name stands."""
    if resource.startswith(("*", "all but ")):
        return True
    parts = _VARIABLE.sub("x", resource).split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        return False
    service, name = parts[2], parts[5]
    # The ARN of a bucket has its name where others have a kind, as in endpoint/* or log-group:*.
    kind = re.match(r"[\w-]+[:/]", name) if service != "s3" else None
    return (name[kind.end() :] if kind else name).startswith("*")


def _without_condition(grants: Grants, revoked: list[Grants]) -> Iterator[str]:
    if grants.effect == "Allow" and not grants.condition:
        for one in revoked:
            same = (one.policy, one.effect, one.principal) == (grants.policy, "Allow", grants.principal)
            actions = sorted({*one.actions} & {*grants.actions})
            if same and one.condition and actions and {*one.resources} & {*grants.resources}:
                yield f"{codes(actions)} is allowed without its condition {code(one.condition)}"
