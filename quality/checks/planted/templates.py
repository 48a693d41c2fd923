"""The good templates, and copies of them with a fault in."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

_GOOD = Path(__file__).parent / "good"
_MARK = re.compile(r"@@(\d+)@@")

type Source = dict[str, Any]
REMOVED: Final = object()


def good() -> Source:
    """The good templates by stack, and the definition of their pipeline, as plain data."""
    return {
        path.name.split(".")[0]: _without_parts(yaml.safe_load(path.read_text()))
        for path in _GOOD.glob("*.yaml")
    }


def change(source: Source, changes: Mapping[str, Any]) -> Source:
    """A copy in which what stands at each place is another value, or REMOVED.

    A place is `stack/Resource`, `stack/Resource.dotted.property`, `stack/Resource/Attribute`, or
    `definition/dotted.path`. Raises LookupError for one that leads nowhere, so that no fault misses its aim.
    """
    changed = copy.deepcopy(source)
    for place, value in changes.items():
        parent: Any = changed
        *parents, last = _path(place)
        for name in parents:
            parent = parent[_key(parent, name)]
        if value is REMOVED:
            del parent[_key(parent, last)]
        else:
            parent[_key(parent, last)] = copy.deepcopy(value)
    return changed


def templates(source: Source) -> dict[str, Any]:
    """Templates by stack, the definition joined into its pipeline as the CDK does it."""
    by_stack = copy.deepcopy({name: source[name] for name in source if name != "definition"})
    pipeline = by_stack["churn"]["Resources"]["Pipeline"]["Properties"]
    pipeline["PipelineDefinition"]["PipelineDefinitionBody"] = _joined(source["definition"])
    return by_stack


def _without_parts(document: dict[str, Any]) -> dict[str, Any]:
    # A round trip through JSON also undoes the sharing that YAML's anchors leave behind.
    copied: dict[str, Any] = json.loads(
        json.dumps({name: document[name] for name in document if name != "x-parts"})
    )
    return copied


def _path(place: str) -> list[str]:
    stack, path, *attribute = place.split("/")
    if stack == "definition":
        return [stack, *path.split(".")]
    resource, *properties = path.split(".")
    return [stack, "Resources", resource, *attribute, *(["Properties", *properties] if properties else [])]


def _key(parent: Any, name: str) -> Any:
    return int(name) if isinstance(parent, list) else name


def _joined(definition: Any) -> dict[str, Any]:
    intrinsics: list[Any] = []

    def mark(value: Any) -> Any:
        if isinstance(value, list):
            return [mark(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
            intrinsics.append(value)
            return f"@@{len(intrinsics) - 1}@@"
        return {name: mark(item) for name, item in value.items()}

    pieces = _MARK.split(json.dumps(mark(definition)))
    return {
        "Fn::Join": ["", [intrinsics[int(piece)] if odd % 2 else piece for odd, piece in enumerate(pieces)]]
    }
