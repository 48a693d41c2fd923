"""S3, ECR, SSM, DynamoDB: what they refuse of buckets, repositories, parameters and tables."""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed, number
from rehearsal.cloudformation.refusals.identity import size

_NAMES: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_LIFECYCLE: Final = (
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"
)
_RULES: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html"
_POLICY: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html"
_INFREQUENT: Final = ("STANDARD_IA", "ONEZONE_IA")
_LARGEST_POLICY: Final = 20_480


def bucket_name(case: Case) -> Iterator[Refusal]:
    """A name that S3 doesn't give."""
    name = case.known("BucketName")
    if not isinstance(name, str):
        return
    fault = None
    if not 3 <= len(name) <= 63:
        fault = "Bucket name should be between 3 and 63 characters long"
    elif name != name.lower():
        fault = "Bucket name should not contain uppercase characters"
    elif (
        not re.fullmatch(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", name)
        or ".." in name
        or _is_address(name)
        or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        or name.endswith(("-s3alias", "--ol-s3"))
    ):
        fault = "The specified bucket is not valid."
    if fault:
        ways = ("3 to 63 lower-case letters, digits and hyphens", "leave the name to CloudFormation")
        yield Refusal("bucket-name", f"{fault} ({name}: {len(name)} characters)", _NAMES, ways)


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def lifecycle(case: Case) -> Iterator[Refusal]:
    """Rules of a bucket's lifecycle that contradict each other."""
    rules = case.members("LifecycleConfiguration", "Rules")
    names = [one["Id"] for one in rules if one.get("Id")]
    if len(rules) > 1000:
        yield _of_rules("The XML you provided was not well-formed: at most 1,000 rules", "join rules")
    if len(set(names)) < len(names):
        yield _of_rules(
            "Rule ID must be unique. Found same ID for more than one rule", "name each differently"
        )
    for one in rules:
        yield from _of_rule(one)


def _of_rule(rule: Mapping[str, Any]) -> Iterator[Refusal]:
    expires = number(rule.get("ExpirationInDays"))
    transitions = [*listed(rule.get("Transitions")), *listed(rule.get("Transition"))]
    for one in transitions:
        days, kind = number(one.get("TransitionInDays")), one.get("StorageClass")
        if days is not None and days < 30 and kind in _INFREQUENT:
            text = (
                f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{kind}'"
            )
            yield _of_rules(text, "30 days at least, or INTELLIGENT_TIERING, which takes objects at once")
        if days is not None and expires is not None and expires <= days:
            text = (
                "'Days' in the Expiration action must be greater than 'Days' in the Transition action"
                f" ({expires:g} and {days:g})"
            )
            yield _of_rules(text, "let objects expire later than they are moved, or don't move them")
    later = number((rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"))
    for one in listed(rule.get("NoncurrentVersionTransitions")):
        days = number(one.get("TransitionInDays"))
        if days is not None and later is not None and later <= days:
            text = (
                "'NoncurrentDays' in the NoncurrentVersionExpiration action must be greater than"
                " 'NoncurrentDays' in the NoncurrentVersionTransition action"
            )
            yield _of_rules(text, "let versions expire later than they are moved")


def _of_rules(text: str, way: str) -> Refusal:
    return Refusal("lifecycle", text, _LIFECYCLE if "Transition" in text else _RULES, (way,))


def versioned(case: Case) -> Iterator[Refusal]:
    """What needs a bucket with versions."""
    on = case.known("VersioningConfiguration", "Status") == "Enabled"
    if case.resource.properties.get("ReplicationConfiguration") and not on:
        text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        page = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html"
        yield Refusal("not-versioned", text, page, ("versioned=True",))
    if case.known("ObjectLockConfiguration") and not case.known("ObjectLockEnabled"):
        text = "Object Lock configuration cannot be enabled on existing buckets"
        page = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html"
        yield Refusal("object-lock", text, page, ("ObjectLockEnabled: true, with versioning",))


def notifications(case: Case) -> Iterator[Refusal]:
    """Two notifications for the same event and objects."""
    seen: set[tuple[str, str]] = set()
    for kind in ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"):
        for one in case.members("NotificationConfiguration", kind):
            key = str(one.get("Event")).rstrip("*"), json.dumps(one.get("Filter"), sort_keys=True)
            if any(key[1] == other[1] and _same_event(key[0], other[0]) for other in seen):
                text = (
                    "Configurations overlap. Configurations on the same bucket cannot share a common event"
                    " type."
                )
                page = (
                    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"
                )
                ways = (
                    "other prefixes or suffixes for each",
                    "one topic, or EventBridge, with several targets",
                )
                yield Refusal("notifications-overlap", text, page, ways)
            seen.add(key)


def _same_event(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def bucket_policy(case: Case) -> Iterator[Refusal]:
    """Statements whose actions and resources don't fit to each other, or to the bucket."""
    document = case.resource.properties.get("PolicyDocument") or {}
    if size(document) > _LARGEST_POLICY:
        page = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html"
        yield Refusal(
            "policy-size", "Policies must be less than 20 KB", page, ("use access points", "grant by prefix")
        )
    bucket = case.resource.properties.get("Bucket")
    for statement in listed(document.get("Statement")):
        fault = _fault(statement, str(bucket))
        if fault:
            ways = (
                (
                    "objects: arn:aws:s3:::BUCKET/*; the bucket itself: arn:aws:s3:::BUCKET; name both where"
                    " both occur"
                ),
            )
            yield Refusal("malformed-policy", f"MalformedPolicy: {fault}", _POLICY, ways)


def _fault(statement: Mapping[str, Any], bucket: str) -> str | None:
    resources = [str(one) for one in listed(statement.get("Resource"))]
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "Missing required field Principal"
    if "⟨" in bucket or not resources:
        return None
    own = f":::{bucket}"
    for one in resources:
        if one != "*" and "⟨" not in one and not (one.endswith(own) or f"{own}/" in one):
            return f"Policy has invalid resource ({one})"
    actions = [str(one) for one in listed(statement.get("Action"))]
    objects = any("/" in one.rpartition(":::")[2] or one == "*" for one in resources)
    for one in actions:
        if (
            "Object" in one
            and one.startswith(("s3:Get", "s3:Put", "s3:Delete"))
            and not objects
            and "Configuration" not in one
        ):
            return f"Action does not apply to any resource(s) in statement ({one})"
    of_bucket = all(one.startswith(("s3:ListBucket", "s3:GetBucket", "s3:PutBucket")) for one in actions)
    if actions and of_bucket and all("/" in one.rpartition(":::")[2] for one in resources):
        return f"Action does not apply to any resource(s) in statement ({actions[0]})"
    return None


def repository_lifecycle(case: Case) -> Iterator[Refusal]:
    """ECR's lifecycle policy: JSON, each priority once, a rule for any tag last."""
    text = case.known("LifecyclePolicy", "LifecyclePolicyText")
    if not isinstance(text, str):
        return
    try:
        rules = json.loads(text)["rules"]
    except (ValueError, KeyError, TypeError):
        fault = "could not be parsed"
    else:
        priorities = [one.get("rulePriority", 0) for one in rules]
        anything = [
            one["rulePriority"] for one in rules if one.get("selection", {}).get("tagStatus") == "any"
        ]
        if len(set(priorities)) < len(priorities):
            fault = "rulePriority must be unique"
        elif anything and (len(anything) > 1 or anything[0] != max(priorities)):
            fault = "rule with tagStatus=ANY must have the highest rulePriority, and be the only one"
        else:
            return
    message = (
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy"
        f" validation failure: {fault}'"
    )
    page = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"
    yield Refusal(
        "repository-lifecycle", message, page, ("order the rules: each priority once, any tag last",)
    )


def parameter(case: Case) -> Iterator[Refusal]:
    """SSM: what a parameter of the standard tier holds, and names that AWS keeps for itself."""
    value, name = case.known("Value"), str(case.known("Name") or "")
    page = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
    if isinstance(value, str) and len(value.encode()) > 4096 and case.known("Tier") in (None, "Standard"):
        text = (
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a"
            " larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        )
        yield Refusal("parameter-size", text, page, ("Tier: Advanced (it has a price), or an S3 object",))
    if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        text = f'Parameter name: can\'t be prefixed with "ssm" (case-insensitive) or "aws". ({name})'
        page = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"
        yield Refusal("reserved-name", text, page, ("begin the name with another word",))


def table(case: Case) -> Iterator[Refusal]:
    """DynamoDB: the attributes that are defined are those of the keys; one index changes at a time."""
    defined = {one.get("AttributeName") for one in case.members("AttributeDefinitions")}
    indexes = [*case.members("GlobalSecondaryIndexes"), *case.members("LocalSecondaryIndexes")]
    keys = {one.get("AttributeName") for one in case.members("KeySchema")}
    keys |= {one.get("AttributeName") for index in indexes for one in listed(index.get("KeySchema"))}
    page = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"
    if defined != keys:
        text = (
            "One or more parameter values were invalid: Some AttributeDefinitions are not used, or index"
            f" keys are not defined. AttributeDefinitions: {sorted(map(str, defined))}, keys used:"
            f" {sorted(map(str, keys))}"
        )
        yield Refusal("table-keys", text, page, ("define exactly the attributes of the keys",))
    old = case.resource.old
    if old is not None and case.resource.action == "update":
        before = {one.get("IndexName") for one in listed(old.properties.get("GlobalSecondaryIndexes"))}
        now = {one.get("IndexName") for one in case.members("GlobalSecondaryIndexes")}
        if len(before ^ now) > 1:
            text = "Cannot perform more than one GSI creation or deletion in a single update"
            page = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html"
            yield Refusal("one-index-a-time", text, page, ("one deployment for each index",))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "AWS::S3::Bucket": (bucket_name, lifecycle, versioned, notifications),
    "AWS::S3::BucketPolicy": (bucket_policy,),
    "AWS::ECR::Repository": (repository_lifecycle,),
    "AWS::SSM::Parameter": (parameter,),
    "AWS::DynamoDB::Table": (table,),
}
