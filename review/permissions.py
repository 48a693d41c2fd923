"""Who may do what: every policy of a template as single grants, so that a rewritten policy shows only what it
grants more or less."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from review.differences import ABSENT, Difference
from review.resources import Resource
from review.values import Node, Text, show

_IDENTITY_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
_HOLDERS = ("Roles", "Users", "Groups", "RoleName")
# A permission of a Lambda function is a statement of the function's policy under its own names.
_LAMBDA_PERMISSION = "AWS::Lambda::Permission"
_LAMBDA_STATEMENT = ("FunctionName", "Action", "Principal")


class Grant(NamedTuple):
    """One action on one resource. `policy` is the role or resource that the policy belongs to, `principal` is
    empty where the policy says what its owner may do."""

    policy: str
    effect: str
    principal: str
    condition: str
    action: str
    resource: str


@dataclass(frozen=True, order=True)
class Grants:
    """Grants that differ in actions and resources only, together."""

    policy: str
    effect: str
    principal: str
    condition: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def compare(old: Iterable[Resource], new: Iterable[Resource]) -> tuple[list[Grants], list[Grants]]:
    """What the new resources grant and the old do not, and the other way round."""
    before = {grant for one in old for grant in _grants(one)}
    after = {grant for one in new for grant in _grants(one)}
    return _together(after - before), _together(before - after)


def is_permission(resource_type: str, difference: Difference) -> bool:
    """Whether a difference below a resource's declaration is told as grants."""
    path = difference.path
    if path[:1] != ("Properties",):
        return False
    if resource_type == _LAMBDA_PERMISSION or (resource_type in _IDENTITY_POLICIES and path[1] in _HOLDERS):
        return True
    return (
        path[1] in ("ManagedPolicyArns", "PermissionsBoundary")
        or "Statement" in path
        or any(side is not ABSENT and any(_statements(side)) for side in (difference.old, difference.new))
    )


def _grants(resource: Resource) -> Iterator[Grant]:
    properties = resource.properties
    if not isinstance(properties, dict):
        return
    if resource.type == _LAMBDA_PERMISSION:
        rest = {key: value for key, value in properties.items() if key not in _LAMBDA_STATEMENT}
        function, action, principal = (properties.get(key) for key in _LAMBDA_STATEMENT)
        yield Grant(_owner(function), "Allow", _show(principal), _show(rest or None), _show(action), "")
        return
    for owner in _owners(resource, properties):
        yield from _attached(owner, properties)
        for statement in _statements(properties):
            yield from _of_statement(owner, statement)


def _owners(resource: Resource, properties: Mapping[str, Node]) -> list[str]:
    if resource.type in _IDENTITY_POLICIES:
        holders = [one for key in _HOLDERS for one in _members(properties.get(key))]
        return [_owner(one) for one in holders] or [resource.path]
    return [resource.path]


def _owner(value: Node) -> str:
    references = value.references if isinstance(value, Text) else []
    return references[0].path if len(references) == 1 else _show(value)


def _attached(owner: str, properties: Mapping[str, Node]) -> Iterator[Grant]:
    for arn in _members(properties.get("ManagedPolicyArns")):
        yield Grant(owner, "Allow", "", "", f"all of the managed policy {_show(arn)}", "")
    if boundary := properties.get("PermissionsBoundary"):
        yield Grant(owner, "At most", "", "", f"what {_show(boundary)} allows", "")


def _statements(node: Node) -> Iterator[Mapping[str, Node]]:
    if isinstance(node, dict):
        for key, value in node.items():
            members = _members(value) if key == "Statement" else []
            if members and all(isinstance(one, dict) and "Effect" in one for one in members):
                yield from (one for one in members if isinstance(one, dict))
            else:
                yield from _statements(value)
    elif isinstance(node, list):
        for member in node:
            yield from _statements(member)


def _of_statement(owner: str, statement: Mapping[str, Node]) -> Iterator[Grant]:
    effect, condition = _show(statement["Effect"]), _show(statement.get("Condition"))
    sides = (_principals(statement), _either(statement, "Action"), _either(statement, "Resource"))
    for principal, action, resource in product(*sides):
        yield Grant(owner, effect, principal, condition, action, resource)


def _principals(statement: Mapping[str, Node]) -> list[str]:
    for key, prefix in (("Principal", ""), ("NotPrincipal", "all but ")):
        value = statement.get(key)
        if isinstance(value, dict):
            return [f"{prefix}{kind} {_show(one)}" for kind, of in value.items() for one in _members(of)]
        if value is not None:
            return [prefix + _show(value)]
    return [""]


def _either(statement: Mapping[str, Node], key: str) -> list[str]:
    # The members of a negation belong together: two of them deny less than each alone.
    if (excluded := statement.get(f"Not{key}")) is not None:
        return [f"all but {', '.join(sorted(map(_show, _members(excluded))))}"]
    return [_show(one) for one in _members(statement.get(key))] or [""]


def _together(grants: Iterable[Grant]) -> list[Grants]:
    actions: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for grant in grants:
        actions[(*grant[:4], grant.resource)].add(grant.action)
    resources: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    for (*rest, resource), named in actions.items():
        resources[tuple(rest), tuple(sorted(named))].add(resource)
    return sorted(
        Grants(policy, effect, principal, condition, named, tuple(sorted(targets)))
        for ((policy, effect, principal, condition), named), targets in resources.items()
    )


def _members(value: Node) -> list[Node]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _show(value: Node) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {show(value[key])}" for key in sorted(value))
    return "" if value is None else show(value)
