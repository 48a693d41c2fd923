"""A change that fails on AWS, and how it is made to the templates of this repository."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.refusals.quotas import Quotas
from rehearsal.cloudformation.state import State

PREFIX = "slipway-dev-"
type Properties = dict[str, Any]


class App:
    """The app of dev, to be edited: stacks go by what follows the environment, constructs by their paths."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._templates: dict[str, dict[str, Any]] = {}

    def template(self, stack: str) -> dict[str, Any]:
        name = PREFIX + stack
        if name not in self._templates:
            self._templates[name] = deepcopy(dict(self._declared.stacks[name].template))
        return self._templates[name]

    def logical_id(self, stack: str, path: str) -> str:
        paths = self._declared.stacks[PREFIX + stack].paths
        return next((id for id, one in paths.items() if one == path), path)

    def resource(self, stack: str, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.template(stack)["Resources"][self.logical_id(stack, path)]
        return found

    def properties(self, stack: str, path: str) -> Properties:
        found: Properties = self.resource(stack, path)["Properties"]
        return found

    def set(self, stack: str, path: str, **properties: Any) -> None:
        self.properties(stack, path).update(properties)

    def add(self, stack: str, logical_id: str, kind: str, *depends_on: str, **properties: Any) -> None:
        """A resource of `AWS::<kind>`."""
        declared: dict[str, Any] = {"Type": f"AWS::{kind}", "Properties": properties}
        if depends_on:
            declared["DependsOn"] = [self.logical_id(stack, one) for one in depends_on]
        self.template(stack)["Resources"][logical_id] = declared

    def move(self, stack: str, path: str, new_id: str) -> None:
        """The resource under another logical id, with what refers to it."""
        template, old = self.template(stack), self.logical_id(stack, path)
        self._templates[PREFIX + stack] = _renamed(template, old, new_id)

    def declared(self) -> Declared:
        found = self._declared
        for name, template in self._templates.items():
            found = found.with_template(name, template)
        return found


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    return new if value == old else value


@dataclass(frozen=True)
class Planted:
    """`change` edits the app, which is deployed onto dev as it is, or onto an `empty` account. Expected are
    the stack and the path of what fails (empty: the stack as a whole), the kind, a part of the message, and
    a part of a way out. `source` says that AWS refuses it. `state` changes what the account holds before,
    `setup` the app that is deployed before."""

    name: str
    stack: str
    path: str
    kind: str
    message: str
    way: str
    source: str
    change: Callable[[App], None]
    state: Callable[[State], State] = field(default=lambda state: state)
    setup: Callable[[App], None] | None = None
    over: Literal["dev", "empty"] = "dev"
    quotas: Mapping[str, int] = field(default_factory=dict)
    instances: Mapping[str, int] = field(default_factory=dict)
    destroys: bool = False

    def own_quotas(self, defaults: Quotas) -> Quotas:
        return replace(
            defaults,
            numbers={**defaults.numbers, **self.quotas},
            endpoint_instances={**defaults.endpoint_instances, **self.instances},
        )


def setting(stack: str, path: str, **properties: Any) -> Callable[[App], None]:
    """A change of these properties."""
    return lambda app: app.set(stack, path, **properties)


def adding(
    stack: str, logical_id: str, kind: str, *depends_on: str, **properties: Any
) -> Callable[[App], None]:
    """A new resource."""
    return lambda app: app.add(stack, logical_id, kind, *depends_on, **properties)
