"""Reads a template, and refuses what is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assembly.errors import AssemblyError
from assembly.files import read_json

_SECTIONS = ("Resources", "Parameters", "Outputs", "Mappings", "Conditions")


def read_template(path: Path, stack: str) -> Mapping[str, Any]:
    """The template of a stack: its sections and their members are objects, a resource has a type.

    Raises AssemblyError, with the stack and the logical id, for any other.
    """
    template = read_json(path)
    for section in _SECTIONS:
        members = template.get(section, {})
        if not isinstance(members, dict):
            raise AssemblyError(f"{stack}: {section} should be a JSON object")
        for name, member in members.items():
            if not isinstance(member, dict):
                raise AssemblyError(f"{stack}/{name}: a member of {section} should be a JSON object")
    for logical_id, declared in template.get("Resources", {}).items():
        if not isinstance(declared.get("Type"), str):
            raise AssemblyError(f"{stack}/{logical_id}: the resource has no Type")
        if not isinstance(declared.get("Properties", {}), dict):
            raise AssemblyError(f"{stack}/{logical_id}: Properties should be a JSON object")
    return template
