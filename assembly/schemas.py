"""The schemas of CloudFormation's resource types, from the files that cfn-lint carries.

The files are read, not imported: importing cfn-lint costs 2 s, and it prefers a newer copy in the user's
cache, so that two machines with one lock could disagree.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assembly.errors import SlipwayError


@cache
def document(resource_type: str) -> Mapping[str, Any] | None:
    """The schema of a type; None for a type without one, such as a custom resource."""
    digest = _digests().get(resource_type)
    if digest is None:
        return None
    found: Mapping[str, Any] = json.loads((_folder() / "resources" / f"{digest}.json").read_text())
    return found


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    folders = list(spec.submodule_search_locations or []) if spec else []
    schemas = Path(*folders, "data", "schemas")
    if not (schemas / "providers" / "us-east-1.json").is_file():
        raise SlipwayError(f"cfn-lint's resource schemas are not in {schemas}: install requirements-dev.txt")
    return schemas


@cache
def _digests() -> dict[str, Any]:
    # The file of the region in which every type exists; update behavior is the same in all.
    digests: dict[str, Any] = json.loads((_folder() / "providers" / "us-east-1.json").read_text())
    return digests
