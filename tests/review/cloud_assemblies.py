"""Small cloud assemblies, written as CDK writes them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STACK = "shop"


@dataclass(frozen=True)
class Declared:
    """A stack. A resource's construct path is its logical id unless `paths` has another; `assets` gives each
    hash its display name, and `contents` some of them the files of a folder. `nested` are templates of nested
    stacks, which a resource names by their digest, as CDK does."""

    resources: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    nested: Sequence[Mapping[str, Any]] = ()
    template: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    account: str = "unknown-account"
    stack_dependencies: Sequence[str] = ()


def write(folder: Path, stacks: Mapping[str, Declared]) -> Path:
    """The folder of an assembly with these stacks."""
    folder.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    for name, stack in stacks.items():
        template = {"Resources": stack.resources, "Outputs": stack.outputs, **stack.template}
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": _files(folder, stack)}))
        (folder / f"{name}.metadata.json").write_text(json.dumps(_metadata(name, stack)))
        artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{stack.account}/eu-central-1",
            "properties": {"templateFile": f"{name}.template.json", **stack.properties},
            "dependencies": [f"{name}.assets", *stack.stack_dependencies],
            "additionalMetadataFile": f"{name}.metadata.json",
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    return folder


def _files(folder: Path, stack: Declared) -> dict[str, Any]:
    for hash in stack.assets:
        (folder / f"asset.{hash}").mkdir(exist_ok=True)
    for hash, files in stack.contents.items():
        for name, text in files.items():
            (folder / f"asset.{hash}" / name).write_text(text)
    files: dict[str, Any] = {
        hash: {
            "displayName": name,
            "source": {"path": f"asset.{hash}", "packaging": "zip"},
            "destinations": {},
        }
        for hash, name in stack.assets.items()
    }
    for template in stack.nested:
        path = f"{digest(template)}.nested.template.json"
        (folder / path).write_text(json.dumps(template))
        files[digest(template)] = {"source": {"path": path, "packaging": "file"}, "destinations": {}}
    return files


def digest(template: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(template).encode()).hexdigest()


def _metadata(name: str, stack: Declared) -> dict[str, Any]:
    ids = [*stack.resources, *stack.outputs]
    metadata: dict[str, Any] = {
        f"/{name}/{stack.paths.get(id, id)}": [{"type": "aws:cdk:logicalId", "data": id}] for id in ids
    }
    if stack.error:
        metadata[f"/{name}"] = [{"type": "aws:cdk:error", "data": stack.error}]
    return metadata


def data_rows(markdown: str) -> list[list[str]]:
    """The cells of every table row of a report that tells a change: no headers, not the summary."""
    _, _, sections = markdown.partition("\n## ")
    lines = [line for line in sections.splitlines() if line.startswith("| ")]
    dashes = [index for index, line in enumerate(lines) if line.startswith("| --- ")]
    headers = {index + offset for index in dashes for offset in (-1, 0)}
    rows = [line for index, line in enumerate(lines) if index not in headers]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
