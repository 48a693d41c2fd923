"""How CloudFormation updates each resource type, from the types' schemas."""

import json
from functools import cache

from assembly.schemas import Schema, matches
from review.differences import ABSENT, Side, same
from review.differences import Path as PropertyPath
from review.values import Node, Text


class ResourceSchema(Schema):
    """A type's schema, asked about differences."""

    def renders_alike(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """Whether both values are one to CloudFormation, which renders a scalar by its property's type:
        `"true"` and true, `"1"` and 1, but never true and 1, and nothing within a string or free JSON."""
        before, after = _rendered(old), _rendered(new)
        return before is not None and before == after and self.is_scalar(path)

    def replaces(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """Whether a difference at that path makes CloudFormation replace the resource."""
        return any(_touches(pointer, path, old, new) for pointer in self.create_only)

    def may_replace(self, path: PropertyPath, old: Side, new: Side) -> bool:
        """As `replaces`, where it depends on the values."""
        return any(_touches(pointer, path, old, new) for pointer in self.perhaps_create_only)


@cache
def schema(resource_type: str) -> ResourceSchema | None:
    """None for a type without a schema, such as a custom resource, whose own handler decides."""
    return ResourceSchema.of(resource_type)


def _rendered(side: Side) -> str | None:
    """A scalar as CloudFormation writes it; None for what is none, or is known only after deployment."""
    if isinstance(side, Text):
        return str(side) if all(isinstance(part, str) for part in side.parts) else None
    if isinstance(side, float) and side.is_integer():
        return str(int(side))
    return json.dumps(side) if isinstance(side, bool | int | float) else None


def _touches(pointer: PropertyPath, path: PropertyPath, old: Side, new: Side) -> bool:
    rest = pointer[len(path) :]
    return matches(pointer, path) and not same(_at(old, rest), _at(new, rest))


def _at(node: Side, pointer: PropertyPath) -> Side:
    for position, member in enumerate(pointer):
        if member == "*" and isinstance(node, list):
            found: list[Node] = []
            for one in node:
                value = _at(one, pointer[position + 1 :])
                found += [] if value is ABSENT else [value]
            return found or ABSENT
        node = node.get(member, ABSENT) if isinstance(node, dict) else ABSENT
    return node
