"""Accepting a scanner's finding: one at one construct, with the reason beside it.

The acknowledgement stands in the construct's metadata, and so in the synthesised assembly, from which
`docs/acknowledged-findings.md` is written. `make check` refuses one that silences nothing or more than one
finding.
"""

from typing import Any, cast

from aws_cdk import (
    Acknowledgment,
    App,
    CfnResource,
    Reference,
    Stack,
    Stage,
    Token,
    Tokenization,
    Validations,
)
from constructs import IConstruct

_TOOLS = {"AwsSolutions-": "AwsSolutions", "NIST.800.53.R5-": "NIST.800.53.R5", "CKV": "checkov"}
_SHORTEST_REASON = 20


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding, named as cdk-nag or checkov prints its id, at the construct that has it.

    Raises ValueError for another tool's id (our own rules are met, not acknowledged), for a whole stack, and
    for a reason of a few letters.
    """
    tool = next((tool for prefix, tool in _TOOLS.items() if finding.startswith(prefix)), None)
    if tool is None:
        raise ValueError(f"{finding} is no finding of {', '.join(_TOOLS.values())}: mend it")
    if isinstance(construct, Stack | Stage | App):
        raise ValueError(
            f"{finding}: acknowledge it at the construct that has it, not at {construct.node.path}"
        )
    if len(reason) < _SHORTEST_REASON:
        raise ValueError(f"{finding} at {construct.node.path}: {reason!r} does not say why")
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{tool}::{finding}", reason=reason))
    if tool == "checkov":
        _skip(construct, finding, reason)


def wildcard(scope: IConstruct, arn: str) -> str:
    """The id of cdk-nag's finding about a resource with a wildcard in a policy of the scope's stack."""
    stack = Stack.of(scope)
    for token in Tokenization.reverse_string(arn).tokens:
        # What another stack exports reads differently in a policy than where it is defined.
        owner = Stack.of(cast(Reference, token).target) if Reference.is_reference(token) else stack
        if owner is not stack:
            arn = arn.replace(Token.as_string(token), owner.export_value(token))
    return f"AwsSolutions-IAM5[Resource::{_flat(stack.resolve(arn))}]"


def _skip(construct: IConstruct, finding: str, reason: str) -> None:
    resource = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if not isinstance(resource, CfnResource):
        raise ValueError(f"{finding}: {construct.node.path} is no resource; acknowledge it at one")
    skips = (resource.get_metadata("checkov") or {"skip": []})["skip"]
    resource.add_metadata("checkov", {"skip": [*skips, {"id": finding, "comment": reason}]})


def _flat(value: Any) -> str:
    """A resolved value as cdk-nag writes it in an id."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(_flat, parts))
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return _flat(name)
        case {"Ref": name}:
            return f"<{name}>"
        case _:
            return str(value)
