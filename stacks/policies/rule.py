"""A rule: what it asks of a resource type, and what an environment may omit."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from stacks.policies.templates import Resource, Templates

type Environment = Literal["dev", "prod"]
type Faults = Iterator[tuple[str, str]]


class Omission(Enum):
    """What dev may go without, and nothing else. A rule about none of these binds every environment."""

    VPC = "VPC"
    NETWORK_ISOLATION = "network isolation"
    WAF = "WAF"
    SECOND_INSTANCE = "second instance"
    CANARY = "canary"
    RETENTION = "retention"


@dataclass(frozen=True)
class Rule:
    """`check` yields each property of a resource of the types that is wrong, and what is wrong with it."""

    id: str
    demand: str
    types: Sequence[str]
    dev_may_omit: Omission | None
    check: Callable[[Resource], Faults]

    def binds(self, environment: Environment) -> bool:
        return environment == "prod" or self.dev_may_omit is None


@dataclass(frozen=True, order=True)
class Finding:
    """A resource that does not meet a rule."""

    rule: str
    stack: str
    logical_id: str
    path: str
    fault: str
    demand: str

    @property
    def place(self) -> str:
        return f"{self.stack}/{self.logical_id} {self.path}".rstrip()


def must_be(resource: Resource, path: str, expected: object) -> Faults:
    """A fault where the property is another value."""
    found = resource.get(path)
    if type(found) is not type(expected) or found != expected:
        yield path, f"is {found!r}"


def rule(*types: str, dev_may_omit: Omission | None = None) -> Callable[[Callable[[Resource], Faults]], Rule]:
    """Make a check a rule: the function's name is its id, the first paragraph of its docstring its demand."""

    def make(check: Callable[[Resource], Faults]) -> Rule:
        demand = re.sub(r"\s+", " ", (check.__doc__ or "").strip().split("\n\n")[0])
        return Rule(check.__name__.replace("_", "-"), demand, types, dev_may_omit, check)

    return make


def evaluate(rules: Sequence[Rule], templates: Templates, environment: Environment) -> list[Finding]:
    """What the templates do not meet of the rules that bind the environment, in a fixed order."""
    return sorted(
        Finding(one.id, resource.stack, resource.logical_id, path, fault, one.demand)
        for one in rules
        if one.binds(environment)
        for resource in templates.of_type(*one.types)
        for path, fault in one.check(resource)
    )
