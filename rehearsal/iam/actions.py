"""What AWS's service authorization reference says of actions, and what of a statement is meaningless by it.

A policy that names an action which doesn't exist, or resources that its actions don't take, grants nothing
and says so nowhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from rehearsal.iam import condition_keys, patterns
from rehearsal.iam.overlap import NAME, overlap
from rehearsal.iam.service_data import DATA, PLACEHOLDER, has_service
from rehearsal.iam.statement import Statement

_ARN_COLONS = 5
_BUCKET = re.compile(r"\$\{BucketName\}")


@dataclass(frozen=True)
class ResourceType:
    """A type of resource that an action takes; `arn` is the form of its ARNs, `${...}` what varies."""

    name: str
    arn: str

    def has(self, resource: str) -> bool:
        """Whether a value of Resource matches one of its ARNs, part by part; a value with fewer parts reaches
        beyond them by its last asterisk."""
        parts, forms = resource.split(":", _ARN_COLONS), self.arn.split(":", _ARN_COLONS)
        first = [PLACEHOLDER.sub("?*", one) for one in forms[:_ARN_COLONS]]
        last = PLACEHOLDER.sub("*", _BUCKET.sub(NAME, forms[_ARN_COLONS]))
        is_whole = len(parts) > _ARN_COLONS or resource.endswith("*")
        return is_whole and all(map(overlap, parts, (*first, last)))


@dataclass(frozen=True)
class Action:
    """An action as the reference writes it. `takes_any` says whether it may be asked of `*`: it has no
    resource types, or optional ones only."""

    name: str
    resource_types: tuple[ResourceType, ...]
    takes_any: bool
    condition_keys: frozenset[str]

    def takes(self, resource: str) -> bool:
        """Whether a value of Resource matches something that it may be asked of."""
        if self.takes_any and resource.strip("*") == "":
            return True
        return any(one.has(resource) for one in self.resource_types)


def find(pattern: str) -> tuple[Action, ...]:
    """The actions that a name with or without wildcards means; none for a name of nothing."""
    service, colon, name = pattern.lower().partition(":")
    return _matching(service, name) if colon and has_service(service) else ()


@cache
def _matching(service: str, pattern: str) -> tuple[Action, ...]:
    match = patterns.glob(pattern)
    declared: list[str] = DATA.actions.get_actions_for_service(service)
    return tuple(_action(service, one) for one in declared if match.fullmatch(one.lower()))


@cache
def _action(service: str, name: str) -> Action:
    details = DATA.actions.get_action_details(service, name)
    types = details["resourceTypes"]
    keys = {*details["conditionKeys"], *(key for one in types for key in one["conditionKeys"])}
    return Action(
        f"{service}:{details['name']}",
        tuple(ResourceType(one["name"], _arn(service, one["name"])) for one in types),
        not any(one["required"] for one in types),
        frozenset(keys),
    )


def _arn(service: str, resource_type: str) -> str:
    return str(DATA.resources.get_resource_type_details(service, resource_type)["arn"])


def faults(statement: Statement) -> Iterator[str]:
    """What of a statement can have no effect: actions that don't exist, actions that take none of its
    resources, resources that none of its actions takes, and condition keys that don't exist."""
    named = statement.actions or statement.not_actions
    for pattern in named:
        if pattern.strip("*") and not find(pattern):
            yield f"the action {pattern} doesn't exist"
    if all(pattern.strip("*") for pattern in statement.actions):
        yield from _without_resource(statement)
        yield from _without_action(statement)
    for key in sorted({key for keys in statement.conditions.values() for key in keys}):
        if not condition_keys.exists(key, named):
            yield f"the condition key {key} doesn't exist"


def _without_resource(statement: Statement) -> Iterator[str]:
    for pattern in statement.actions if statement.resources else ():
        found = find(pattern)
        if found and not any(action.takes(one) for action in found for one in statement.resources):
            yield f"{pattern} takes {_expected(found)}, got {', '.join(statement.resources)}"


def _without_action(statement: Statement) -> Iterator[str]:
    found = [action for pattern in statement.actions for action in find(pattern)]
    for one in statement.resources if found else ():
        if not any(action.takes(one) for action in found):
            yield f"none of its actions takes the resource {one}"


def _expected(actions: Iterable[Action]) -> str:
    forms = {one.arn for action in actions for one in action.resource_types}
    return " or ".join(sorted(forms)) or "no resource but *"
