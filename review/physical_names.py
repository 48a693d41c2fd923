"""Fixed names: what a template calls a resource where only one resource can be called so.

CloudFormation's schemas say it: a type's primary identifier that a template sets (a bucket, a log group), or
for types known by an ARN the name that only creation can set (an endpoint, a queue).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assembly.fixed_names import Reach, identity, is_caseless, scopes
from assembly.schemas import PropertyPath as Path
from review.assembly import Assembly, Stack
from review.resource_schemas import schema
from review.resources import Resource
from review.values import Node, Part, Reference, Text, show

_DEEPEST = 10


@dataclass(frozen=True)
class FixedName:
    """Two resources of a type with the same `key` cannot both exist where their places meet. A key that holds
    references is equal only as long as `targets`, the resources (stack, path) behind them, stay the same."""

    key: tuple[str, tuple[Part, ...]]
    shown: str
    account: str | None
    region: str | None
    targets: frozenset[tuple[str, str]]

    def meets(self, other: "FixedName") -> bool:
        """Whether both lie where a name can be given once only; an account that is left open may be any."""
        places = (self.account, other.account), (self.region, other.region)
        return self.key == other.key and all(None in place or place[0] == place[1] for place in places)


class PhysicalNames:
    """The fixed names in one assembly. Pseudo parameters, parameters with a default, and references to
    something else that has a fixed name are resolved; other references compare by what they point to."""

    def __init__(self, assembly: Assembly, resources: Iterable[Resource]) -> None:
        self._stacks = assembly.stacks
        self._resources = {one.place: one for one in resources}
        self._defaults = {
            (stack.name, stack.path(id)): str(parameter["Default"])
            for stack in assembly.stacks.values()
            for id, parameter in _parameters(stack).items()
            if "Default" in parameter
        }

    def of(self, resource: Resource) -> FixedName | None:
        """None where CloudFormation makes the name up, or where several resources may share it."""
        known = schema(resource.type)
        paths = identity(resource.type, known) if known else ()
        values = [_at(resource.properties, path) for path in paths]
        if not paths or any(value is None for value in values):
            return None
        within = [_at(resource.properties, path) for path in scopes(known, paths)] if known else []
        texts = [self._resolved(_text(value), resource.stack) for value in (*values, *within)]
        if any("${AWS::NoValue}" in str(text) for text in texts[: len(paths)]):
            return None
        return self._name(resource, texts, shown=texts[: len(paths)])

    def of_values(self, resource: Resource, values: Iterable[Node]) -> FixedName:
        """The name that these values of a resource make up together."""
        texts = [self._resolved(_text(value), resource.stack) for value in values]
        return self._name(resource, texts, shown=texts)

    def _name(self, resource: Resource, texts: list[Text], shown: list[Text]) -> FixedName:
        stack = self._stacks[resource.stack]
        caseless = is_caseless(resource.type)
        parts: list[Part] = []
        for text in texts:
            parts += [part.casefold() if caseless and isinstance(part, str) else part for part in text.parts]
            parts.append("\n")
        reach = Reach.of(resource.type)
        return FixedName(
            key=(resource.type, tuple(parts)),
            shown=", ".join(map(str, shown)),
            account=None if reach is Reach.ANYWHERE else stack.account,
            region=_region(stack) if reach is Reach.REGION else None,
            targets=frozenset((one.stack, one.path) for text in texts for one in text.references),
        )

    def _resolved(self, text: Text, stack: str, depth: int = 0) -> Text:
        parts: list[Part] = []
        for part in text.parts:
            if isinstance(part, Reference):
                value = self._behind(part) if depth < _DEEPEST else None
                parts += self._resolved(value, part.stack, depth + 1).parts if value else [part]
            else:
                parts.append(
                    _with_pseudo_parameters(part, self._stacks[stack]) if isinstance(part, str) else part
                )
        return _joined(parts)

    def _behind(self, reference: Reference) -> Text | None:
        """What the reference stands for where the template says it."""
        place = (reference.stack, reference.path)
        if place in self._defaults and not reference.attribute:
            return Text((self._defaults[place],))
        resource = self._resources.get(place)
        known = schema(resource.type) if resource else None
        if resource is None or known is None:
            return None
        # Ref gives the primary identifier.
        path = (reference.attribute,) if reference.attribute else known.identifier[0]
        value = _at(resource.properties, path) if reference.attribute or len(known.identifier) == 1 else None
        return value if isinstance(value, Text) else None


def _at(node: Node, path: Path) -> Node:
    for member in path:
        node = node.get(member) if isinstance(node, dict) else None
    return node


def _text(value: Node) -> Text:
    return value if isinstance(value, Text) else Text((show(value),))


def _joined(parts: Iterable[Part]) -> Text:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return Text(tuple(joined))


def _with_pseudo_parameters(text: str, stack: Stack) -> str:
    known = {
        "AWS::AccountId": stack.account,
        "AWS::Region": _region(stack),
        "AWS::StackName": str(stack.settings.get("stackName", stack.name)),
    }
    for name, value in known.items():
        text = text.replace(f"${{{name}}}", value) if value else text
    return text


def _region(stack: Stack) -> str | None:
    return None if stack.region == "unknown-region" else stack.region


def _parameters(stack: Stack) -> Mapping[str, Mapping[str, Any]]:
    parameters: Mapping[str, Mapping[str, Any]] = stack.template.get("Parameters", {})
    return parameters
