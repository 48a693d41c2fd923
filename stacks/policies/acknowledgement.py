"""Accepting a scanner's finding: one at one construct, with the reason beside it.

The acknowledgement stands in the construct's metadata, and so in the synthesized assembly, from which
`docs/acknowledged-findings.md` is written. `make check` refuses one that silences nothing or more than one
finding.
"""

import re
from typing import Any, cast
from weakref import WeakKeyDictionary

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

from stacks.asked_once import stack_of

_TOOLS = {
    re.compile(r"AwsSolutions-\w+(\[.*\])?"): "AwsSolutions",
    re.compile(r"NIST\.800\.53\.R5-\w+"): "NIST.800.53.R5",
    re.compile(r"CKV2?_AWS_\d+"): "checkov",
    re.compile(r"[EIW]\d{4}"): "cfn-lint",
}
_SHORTEST_REASON = 20
# How the CDK begins what stands in a text for a value that it does not know yet.
_UNRESOLVED = "${Token["
# What was asked and said already: many containers of one role need the same.
_WILDCARDS: WeakKeyDictionary[Stack, dict[str, str]] = WeakKeyDictionary()
_ACKNOWLEDGED: WeakKeyDictionary[IConstruct, set[tuple[str, str]]] = WeakKeyDictionary()


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding, by the id that cdk-nag, checkov or cfn-lint prints, at the construct that has it.

    Raises ValueError for another tool's id (our own rules are met, not acknowledged), for a whole stack, and
    for a reason of a few letters.
    """
    tool = next((tool for pattern, tool in _TOOLS.items() if pattern.fullmatch(finding)), None)
    if tool is None:
        raise ValueError(f"unknown finding {finding}: expected an ID of {', '.join(_TOOLS.values())}")
    if isinstance(construct, Stack | Stage | App):
        raise ValueError(
            f"{finding}: acknowledge it at the construct that has it, not at {construct.node.path}"
        )
    if len(reason) < _SHORTEST_REASON:
        raise ValueError(f"{finding} at {construct.node.path}: {reason!r} does not say why")
    said = _ACKNOWLEDGED.setdefault(construct, set())
    if (finding, reason) not in said:
        said.add((finding, reason))
        Validations.of(construct).acknowledge(Acknowledgment(id=f"{tool}::{finding}", reason=reason))
    if tool == "checkov":
        skips = _metadata(construct, tool).get("skip", [])
        _resource(construct).add_metadata(tool, {"skip": [*skips, {"id": finding, "comment": reason}]})
    elif tool == "cfn-lint":
        ignored = _metadata(construct, tool).get("config", {}).get("ignore_checks", [])
        _resource(construct).add_metadata(tool, {"config": {"ignore_checks": [*ignored, finding]}})


def wildcard(scope: IConstruct, arn: str) -> str:
    """The id of cdk-nag's finding about a resource with a wildcard in a policy of the scope's stack."""
    if _UNRESOLVED not in arn:
        return f"AwsSolutions-IAM5[Resource::{arn}]"
    known = _WILDCARDS.setdefault(stack_of(scope), {})
    if arn not in known:
        known[arn] = f"AwsSolutions-IAM5[Resource::{_in_policy(stack_of(scope), arn)}]"
    return known[arn]


def _in_policy(stack: Stack, arn: str) -> str:
    for token in Tokenization.reverse_string(arn).tokens:
        # What another stack exports reads differently in a policy than where it is defined.
        owner = Stack.of(cast(Reference, token).target) if Reference.is_reference(token) else stack
        if owner is not stack:
            arn = arn.replace(Token.as_string(token), owner.export_value(token))
    return _flat(stack.resolve(arn))


def _metadata(construct: IConstruct, tool: str) -> dict[str, Any]:
    """What already silences a tool that reads it in the template, also when nobody runs `make check`."""
    return _resource(construct).get_metadata(tool) or {}


def _resource(construct: IConstruct) -> CfnResource:
    resource = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if not isinstance(resource, CfnResource):
        raise ValueError(f"{construct.node.path} is not a resource: acknowledge the finding at one")
    return resource


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
