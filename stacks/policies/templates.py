"""Synthesized templates as plain data, across stacks.

Every intrinsic is replaced by its text: a reference becomes `${stack/LogicalId}` or
`${stack/LogicalId.Attribute}`, also where it crosses stacks by an export. That is enough to compare values
and to find what they refer to.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

type Json = Any

# What a resource is, not how CloudFormation treats it.
_DESCRIBED = ("Type", "Properties", "Metadata")
_RELEASES = Path(__file__).resolve().parents[2] / "releases"
_REFERENCE = re.compile(r"\$\{([^/{}]+)/([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_PLACEHOLDER = re.compile(r"\$\{([^!{}]+)\}")


@dataclass(frozen=True)
class Resource:
    """One resource; `properties` and `attributes` (DeletionPolicy, ...) hold no intrinsics any more."""

    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Json]
    attributes: Mapping[str, Json]
    templates: "Templates"

    def get(self, path: str) -> Json:
        """The property at a dotted path, or None."""
        return lookup(self.properties, path)

    def text(self, attribute: str = "") -> str:
        """How other resources refer to this one."""
        return f"${{{self.stack}/{self.logical_id}{'.' + attribute if attribute else ''}}}"

    def is_named_in(self, value: Json) -> bool:
        return any(found is self for found in self.templates.references(value))


class Templates:
    """The templates of an assembly by stack name, and the releases that the repository holds."""

    def __init__(self, by_stack: Mapping[str, Json], releases: Sequence[Mapping[str, Json]] = ()) -> None:
        self._by_stack = by_stack
        self.releases = releases

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Self:
        """Templates named `<stack>.template.json`, with the releases of this repository.

        Raises OSError or ValueError for a file that is not a template.
        """
        by_stack = {path.name.removesuffix(".template.json"): json.loads(path.read_text()) for path in paths}
        return cls(by_stack, [json.loads(path.read_text()) for path in sorted(_RELEASES.glob("*.json"))])

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self if resource.type in types]

    def references(self, value: Json) -> list[Resource]:
        """The resources that a value refers to, wherever in it they stand."""
        found = (self._resources.get(key) for key in _REFERENCE.findall(json.dumps(value)))
        return [resource for resource in found if resource]

    def target(self, value: Json, *types: str) -> Resource | None:
        """The one resource of these types that a value refers to."""
        found = [resource for resource in self.references(value) if resource.type in types]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _resources(self) -> dict[tuple[str, str], Resource]:
        return {
            (stack, logical_id): Resource(
                stack,
                logical_id,
                resource["Type"],
                self._flatten(stack, resource.get("Properties", {})),
                {name: self._flatten(stack, resource[name]) for name in resource if name not in _DESCRIBED},
                self,
            )
            for stack, template in self._by_stack.items()
            for logical_id, resource in template.get("Resources", {}).items()
        }

    @cached_property
    def _exports(self) -> dict[str, tuple[str, Json]]:
        return {
            self._flatten(stack, output["Export"]["Name"]): (stack, output["Value"])
            for stack, template in self._by_stack.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def _flatten(self, stack: str, value: Json) -> Json:
        if isinstance(value, list):
            return [self._flatten(stack, item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._text(stack, name, argument)
        return {name: self._flatten(stack, item) for name, item in value.items()}

    def _text(self, stack: str, function: str, argument: Json) -> str:
        match function:
            case "Ref" | "Fn::GetAtt":
                return _placeholder(stack, argument if isinstance(argument, str) else ".".join(argument))
            case "Fn::Join":
                separator, parts = argument
                flat = self._flatten(stack, parts)
                if isinstance(flat, list):
                    return str(separator).join(map(str, flat))
            case "Fn::Sub":
                template, variables = (argument, {}) if isinstance(argument, str) else argument
                known = {name: str(self._flatten(stack, item)) for name, item in variables.items()}
                return _PLACEHOLDER.sub(
                    lambda match: known.get(match[1]) or _placeholder(stack, match[1]), template
                )
            case "Fn::ImportValue":
                exported = self._exports.get(self._flatten(stack, argument))
                if exported:
                    return str(self._flatten(*exported))
        return f"${{{function} {self._flatten(stack, argument)}}}"


def _placeholder(stack: str, name: str) -> str:
    return f"${{{name}}}" if name.startswith("AWS::") else f"${{{stack}/{name}}}"


def lookup(value: Json, path: str) -> Json:
    """What stands at a dotted path below a value, or None."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def as_list(value: Json) -> list[Json]:
    """What IAM and CloudFormation take as one or as many, as many."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
