"""Mistakes planted into the project's own templates: what a test takes away from a synthesized assembly."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assembly import Assembly, load

type Template = dict[str, Any]
type Change = Callable[[Template], None]


def properties(template: Template, logical_id: str) -> Any:
    return template["Resources"][logical_id]["Properties"]


def policy(template: Template, logical_id: str, action: str) -> dict[str, Any]:
    """The first statement of a policy that names the action."""
    declared = properties(template, logical_id)
    document = declared.get("PolicyDocument", declared.get("AssumeRolePolicyDocument"))
    found: dict[str, Any] = next(one for one in document["Statement"] if action in one["Action"])
    return found


def without(logical_id: str, action: str) -> Change:
    def change(template: Template) -> None:
        statements = properties(template, logical_id)["PolicyDocument"]["Statement"]
        statements.remove(policy(template, logical_id, action))
        # A document has one statement at least.
        statements.append({"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"})

    return change


def planted(good: Path, folder: Path, stack: str, change: Change) -> Assembly:
    """The assembly with one template changed; its assets stay where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in good.iterdir():
        if path.suffix == ".json":
            shutil.copy(path, folder)
        else:
            (folder / path.name).symlink_to(path.absolute())
    [path] = folder.glob(f"slipway-*-{stack}.template.json")
    template = json.loads(path.read_text())
    change(template)
    path.write_text(json.dumps(template))
    return load(folder)
