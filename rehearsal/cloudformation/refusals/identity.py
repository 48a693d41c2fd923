"""IAM: documents that are too long or that it can't read, roles with too many policies."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed

QUOTAS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_GRAMMAR: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
_INLINE, _MANAGED, _TRUST = 10_240, 6_144, 2_048
_SIZE: Final = "https://github.com/aws/aws-cdk/issues/4465"
_TRUST_SIZE: Final = "https://github.com/aws/aws-cdk/issues/18564"
_ROLE: Final = "AWS::IAM::Role"
_POLICY: Final = "AWS::IAM::Policy"
_SHORTER: Final = (
    "grant by prefix (arn:...:bucket/prefix/*) in place of single resources",
    "move statements into managed policies (aws-cdk's minimize and ManagedPolicy)",
)


def size(document: Any) -> int:
    """The characters that IAM counts: without white space."""
    return len(re.sub(r"\s", "", json.dumps(document, separators=(",", ":"), ensure_ascii=False)))


def inline_policies(case: Case) -> Iterator[Refusal]:
    """All inline policies of one role together."""
    for role in _roles(case):
        total = sum(size(one) for one in _documents(case, role))
        if total > _INLINE:
            text = f"Maximum policy size of {_INLINE} bytes exceeded for role {role} (they have {total})"
            yield Refusal("policy-size", text, _SIZE, _SHORTER)


def _roles(case: Case) -> list[str]:
    if case.resource.type == _ROLE:
        return [case.resource.physical_id]
    return [str(one) for one in listed(case.resource.properties.get("Roles"))]


def _documents(case: Case, role: str) -> Iterator[Any]:
    for one in case.existing(_POLICY):
        if role in listed(one.properties.get("Roles")):
            yield one.properties.get("PolicyDocument")
    for one in case.existing(_ROLE):
        if one.physical_id == role:
            yield from (each.get("PolicyDocument") for each in listed(one.properties.get("Policies")))
    if case.resource.type == _POLICY:
        yield case.resource.properties.get("PolicyDocument")
    else:
        yield from (one.get("PolicyDocument") for one in case.members("Policies"))


def managed_policy(case: Case) -> Iterator[Refusal]:
    """One managed policy."""
    length = size(case.resource.properties.get("PolicyDocument", {}))
    if length > _MANAGED:
        text = f"Cannot exceed quota for PolicySize: {_MANAGED} (it has {length})"
        yield Refusal("policy-size", text, QUOTAS, ("write two managed policies", *_SHORTER[:1]))


def trust_policy(case: Case) -> Iterator[Refusal]:
    """Who may assume a role; the default quota, which can be raised to 4,096."""
    length = size(case.resource.properties.get("AssumeRolePolicyDocument", {}))
    if length > _TRUST:
        text = f"Cannot exceed quota for ACLSizePerRole: {_TRUST} (it has {length})"
        ways = (
            "name all principals in one statement, or an organization (aws:PrincipalOrgID)",
            "raise the quota of the length of trust policies (up to 4,096)",
        )
        yield Refusal("policy-size", text, _TRUST_SIZE, ways)


def managed_policies(case: Case) -> Iterator[Refusal]:
    """How many managed policies a role has."""
    count = len(listed(case.resource.properties.get("ManagedPolicyArns")))
    most = case.quotas.numbers["policies_per_role"]
    if count > most:
        text = f"Cannot exceed quota for PoliciesPerRole: {most} (it has {count})"
        yield Refusal("too-many", text, QUOTAS, ("join policies into one", "raise the quota"))


def documents(case: Case) -> Iterator[Refusal]:
    """Statements of an identity's policies that IAM does not accept."""
    given = [case.resource.properties.get("PolicyDocument")]
    given += [one.get("PolicyDocument") for one in case.members("Policies")]
    for document in given:
        for fault in _faults(document, identity=True):
            yield _malformed(fault)


def trusts(case: Case) -> Iterator[Refusal]:
    """Statements of a trust policy that IAM does not accept."""
    document = case.resource.properties.get("AssumeRolePolicyDocument")
    for statement in _statements(document):
        if "Resource" in statement:
            yield _malformed("Has prohibited field Resource")
        elif "Principal" not in statement and "NotPrincipal" not in statement:
            yield _malformed("AssumeRole policy must contain a principal: Missing required field Principal")
        elif not all(str(one).startswith(("sts:", "*")) for one in listed(statement.get("Action"))):
            yield _malformed("AssumeRole policy may only specify STS AssumeRole actions.")


def _faults(document: Any, *, identity: bool) -> Iterator[str]:
    statements = list(_statements(document))
    names = [one["Sid"] for one in statements if one.get("Sid")]
    if len(set(names)) < len(names):
        yield "Statement IDs (SID) in a single policy must be unique."
    for statement in statements:
        if not re.fullmatch("[0-9A-Za-z]*", str(statement.get("Sid", ""))):
            yield (
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
                "expression [0-9A-Za-z]*"
            )
        if statement.get("Effect") not in ("Allow", "Deny"):
            yield "Syntax errors in policy."
        if not listed(statement.get("Action", statement.get("NotAction"))):
            yield "Policy statement must contain actions."
        if not listed(statement.get("Resource", statement.get("NotResource"))):
            yield "Policy statement must contain resources."
        if identity and ("Principal" in statement or "NotPrincipal" in statement):
            yield "Policy document should not specify a principal."
        for action in listed(statement.get("Action", statement.get("NotAction"))):
            if action != "*" and not re.fullmatch(r"[a-zA-Z0-9-]+:[\w*?]+", str(action)):
                yield "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        for resource in listed(statement.get("Resource", statement.get("NotResource"))):
            if isinstance(resource, str) and not resource.startswith(("*", "arn:", "⟨")):
                yield f'Resource {resource} must be in ARN format or "*".'


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(document, dict):
        yield from (one for one in listed(document.get("Statement")) if isinstance(one, dict))


def _malformed(fault: str) -> Refusal:
    ways = ("correct the statement: IAM's grammar of policies says what it may have",)
    return Refusal("malformed-policy", f"MalformedPolicyDocument: {fault}", _GRAMMAR, ways)


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    _ROLE: (trusts, documents, trust_policy, inline_policies, managed_policies),
    _POLICY: (documents, inline_policies),
    "AWS::IAM::ManagedPolicy": (documents, managed_policy),
}
