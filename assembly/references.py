"""What the resources of a template refer to, and so wait for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to by Ref, Fn::GetAtt and Fn::Sub, wherever in it they stand."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::GetAtt": str(path)}:
            yield path.partition(".")[0]
        case {"Fn::Sub": str(text) | [str(text), *_]}:
            yield from _IN_TEXT.findall(text)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(inner)


def waits_for(resources: Mapping[str, Any], logical_id: str) -> set[str]:
    """The resources that CloudFormation creates before one: those it refers to or depends on, and theirs."""
    found: set[str] = set()
    open_ids = [logical_id]
    while open_ids:
        declared = resources[open_ids.pop()]
        depends = declared.get("DependsOn", [])
        named = {
            *references(declared.get("Properties", {})),
            *([depends] if isinstance(depends, str) else depends),
        }
        new = (named & resources.keys()) - found
        found |= new
        open_ids += new
    return found
