"""Reads a cloud assembly from the files that CDK writes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from review.assembly import NESTED_STACK, Assembly, Asset, Stack
from review.construct_paths import construct_paths, nested_path
from review.errors import ReviewError

_STACK = "aws:cloudformation:stack"
_SETTINGS = ("terminationProtection", "tags", "stackName", "parameters")
_TEMPLATE = ".template.json"
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def load(folder: Path) -> Assembly:
    """The assembly in the folder; raises ReviewError for a folder that is none, or has nested assemblies."""
    manifest = _json(folder / "manifest.json")
    try:
        return Assembly(folder, _stacks(folder, manifest))
    except (AttributeError, KeyError, TypeError) as error:
        raise ReviewError(
            f"{folder} is not as `cdk synth` writes an assembly ({error!r}): synthesize it again"
        ) from None


def _stacks(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Stack]:
    stacks: dict[str, Stack] = {}
    for name, artifact in sorted(manifest.get("artifacts", {}).items()):
        if artifact["type"] == "cdk:cloud-assembly":
            raise ReviewError(f"{folder}: {name} is a nested assembly (a CDK stage), which is not read")
        if artifact["type"] == _STACK:
            stacks |= _with_nested(*_stack(folder, name, artifact, manifest["artifacts"]))
    return stacks


def _stack(
    folder: Path, name: str, artifact: Mapping[str, Any], artifacts: Mapping[str, Any]
) -> tuple[Stack, "_Nested"]:
    properties = artifact["properties"]
    metadata: dict[str, list[Mapping[str, Any]]] = dict(artifact.get("metadata", {}))
    if file := artifact.get("additionalMetadataFile"):
        metadata |= _json(folder / file)
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    manifests = [
        _json(folder / artifacts[dependency]["properties"]["file"])
        for dependency in artifact.get("dependencies", [])
        if artifacts[dependency]["type"] == "cdk:asset-manifest"
    ]
    paths = construct_paths(metadata)
    stack = Stack(
        name=name,
        account=account if account.isdigit() else None,
        region=region,
        template=_template(folder / properties["templateFile"]),
        paths=paths.get("", {}),
        assets={asset.hash: asset for one in manifests for asset in _assets(folder, one)},
        settings={key: properties[key] for key in _SETTINGS if properties.get(key)},
        errors=tuple(
            str(entry["data"])
            for entries in metadata.values()
            for entry in entries
            if entry["type"] == "aws:cdk:error"
        ),
        dependencies=tuple(
            dependency
            for dependency in artifact.get("dependencies", [])
            if artifacts[dependency]["type"] == _STACK
        ),
    )
    files = {hash: file for one in manifests for hash, file in one.get("files", {}).items()}
    sources = {hash: file["source"]["path"] for hash, file in files.items() if "path" in file["source"]}
    templates = {hash: folder / path for hash, path in sources.items() if path.endswith(_TEMPLATE)}
    return stack, _Nested(templates, paths)


def _template(path: Path) -> dict[str, Any]:
    template = _json(path)
    for section in ("Resources", "Outputs", "Parameters"):
        for one in template.get(section, {}).values():
            # Objects throughout: what compares them relies on it.
            one.keys(), one.get("Properties", {}).keys()
    return template


@dataclass(frozen=True)
class _Nested:
    """What an assembly has for the nested stacks of a stack: templates by hash, paths by construct."""

    templates: Mapping[str, Path]
    paths: Mapping[str, Mapping[str, str]]

    def template(self, declared: Mapping[str, Any]) -> Path | None:
        """The file with the template that a nested stack's resource names by its hash."""
        url = json.dumps(declared.get("Properties", {}).get("TemplateURL"))
        found = (self.templates[hash] for hash in _HASH.findall(url) if hash in self.templates)
        return next((path for path in found if path.exists()), None)


def _with_nested(stack: Stack, nested: _Nested, place: str = "") -> dict[str, Stack]:
    """The stack and all that are nested in it, by name; `place` is the path of its own construct."""
    names: dict[str, str] = {}
    stacks: dict[str, Stack] = {}
    for id, declared in stack.resources.items():
        file = nested.template(declared) if declared["Type"] == NESTED_STACK else None
        if file is None:
            continue
        path = nested_path(stack.path(id))
        names[id] = f"{stack.name}/{path}"
        below = f"{place}/{path}".strip("/")
        inner = replace(
            stack,
            name=names[id],
            template=_template(file),
            paths=nested.paths.get(below, {}),
            settings={},
            errors=(),
            dependencies=(),
            parent=stack.name,
            given=declared.get("Properties", {}).get("Parameters", {}),
        )
        stacks |= _with_nested(inner, nested, below)
    return {stack.name: replace(stack, nested=names), **stacks}


def _assets(folder: Path, manifest: Mapping[str, Any]) -> list[Asset]:
    files = manifest.get("files", {}).items()
    images = manifest.get("dockerImages", {}).items()
    return [
        Asset(_asset_name(hash, asset), hash, folder / asset["source"]["path"])
        for hash, asset in files
        if "path" in asset["source"] and not asset["source"]["path"].endswith(_TEMPLATE)
    ] + [
        Asset(_asset_name(hash, image), hash, folder / image["source"]["directory"])
        for hash, image in images
        if "directory" in image["source"]
    ]


def _asset_name(hash: str, asset: Mapping[str, Any]) -> str:
    name: str = asset.get("displayName", hash[:8])
    return name.removesuffix("/Asset").removesuffix("/Code")


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            raise ReviewError(f"{path} is no file: give a folder that `cdk synth` wrote")
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise ReviewError(f"{path} is not there: give a folder that `cdk synth` wrote") from None
    except OSError as error:
        raise ReviewError(
            f"{path} cannot be read ({error.strerror}): give a folder that `cdk synth` wrote"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ReviewError(f"{path} is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise ReviewError(f"{path} holds no JSON object: give a folder that `cdk synth` wrote")
    return document
