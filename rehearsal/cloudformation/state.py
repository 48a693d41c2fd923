"""What one account holds in one Region, as plain data: what a deployment begins with, and what it leaves.

What is known only on AWS (an id that it makes up) is written in angle brackets, `⟨name.Attribute⟩`: it stays
the same as long as the resource does, and differs from every other's.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

# Of the bootstrap stack that CDK's command line creates today.
BOOTSTRAP_PARAMETER: Final = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION: Final = "33"
_OPENS, _CLOSES = "⟨", "⟩"


def only_on_aws(name: str, attribute: str) -> str:
    """What stands for a value of the resource `name` that AWS makes up."""
    return f"{_OPENS}{name}.{attribute}{_CLOSES}"


def is_known(value: Any) -> bool:
    """Whether nothing in the value stands for what AWS makes up."""
    match value:
        case str():
            return _OPENS not in value
        case dict():
            return all(map(is_known, value.values()))
        case list():
            return all(map(is_known, value))
    return True


@dataclass(frozen=True)
class ResourceState:
    """A resource that exists. `path` is its construct's path below the stack, `physical_id` its name: the one
    that the template gives, or one that begins as CloudFormation's would. `properties` are those it was
    created or last updated with, `attributes` what Ref ("Ref") and Fn::GetAtt give where it is known."""

    type: str
    path: str
    physical_id: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StackState:
    """A stack that exists. `template` is the one it was last deployed with, `parameters` the values of its
    parameters, `exports` the values of its exports by their names, `imports` the exports that it uses,
    `parent` the stack that a nested one belongs to. `status` is CloudFormation's, `policy` its stack
    policy."""

    name: str
    template: Mapping[str, Any]
    resources: Mapping[str, ResourceState]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    exports: Mapping[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    termination_protection: bool = False
    policy: Mapping[str, Any] | None = None
    status: str = "CREATE_COMPLETE"
    parent: str | None = None


@dataclass(frozen=True)
class Left:
    """A resource that exists and belongs to no stack (any more), with the reason. `stack` and `logical_id`
    say where it was declared."""

    stack: str
    logical_id: str
    resource: ResourceState
    reason: str


@dataclass(frozen=True)
class State:
    """`left` is what belongs to no stack, `parameters` are SSM's, `contents` say of a resource (type,
    physical id) what is in it, `in_flight` which resources are just being changed, and how."""

    account: str
    region: str
    stacks: Mapping[str, StackState] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[tuple[str, str], str] = field(default_factory=dict)
    in_flight: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def empty(cls, account: str, region: str) -> Self:
        """An account with nothing but what `cdk bootstrap` creates."""
        return cls(account, region, parameters={BOOTSTRAP_PARAMETER: _BOOTSTRAP_VERSION})

    def holding(self, contents: Mapping[tuple[str, str], str]) -> Self:
        """The same with these contents, by type and physical id, in addition."""
        return replace(self, contents={**self.contents, **contents})

    def changing(self, in_flight: Mapping[tuple[str, str], str]) -> Self:
        """The same with these changes, by type and physical id, under way."""
        return replace(self, in_flight={**self.in_flight, **in_flight})

    def with_stack(self, stack: StackState) -> Self:
        """The same with this stack, in the place of the one of that name."""
        return replace(self, stacks={**self.stacks, stack.name: stack})

    def settled(self) -> Self:
        """The same without what a failed deployment leaves of itself: the stacks' statuses, and stacks that
        hold nothing."""
        kept = {name: replace(one, status="") for name, one in self.stacks.items() if one.resources}
        return replace(self, stacks=kept)

    def find(self, type: str, physical_id: str) -> ResourceState | None:
        """The resource of that type and name, in a stack or in none."""
        owned = (one for stack in self.stacks.values() for one in stack.resources.values())
        return next(
            (
                one
                for one in (*owned, *(one.resource for one in self.left))
                if (one.type, one.physical_id) == (type, physical_id)
            ),
            None,
        )

    def to_json(self) -> str:
        """A text from which `from_json` reads an equal state."""
        fields = asdict(self)
        for name in ("contents", "in_flight"):
            fields[name] = [[*key, text] for key, text in fields[name].items()]
        return json.dumps(fields, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The state that `to_json` wrote."""
        fields = json.loads(text)
        for name in ("contents", "in_flight"):
            fields[name] = {(type, physical_id): text for type, physical_id, text in fields[name]}
        fields["stacks"] = {name: _stack(one) for name, one in fields["stacks"].items()}
        fields["left"] = tuple(
            Left(**{**one, "resource": ResourceState(**one["resource"])}) for one in fields["left"]
        )
        return cls(**fields)


def _stack(fields: Mapping[str, Any]) -> StackState:
    resources = {id: ResourceState(**one) for id, one in fields["resources"].items()}
    return StackState(**{**fields, "resources": resources, "imports": tuple(fields["imports"])})
