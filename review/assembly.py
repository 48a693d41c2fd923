"""A cloud assembly as CDK writes it: templates, construct paths, assets."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.errors import ReviewError

_STACK = "aws:cloudformation:stack"
_SETTINGS = ("terminationProtection", "tags", "stackName", "parameters")


@dataclass(frozen=True)
class Asset:
    """A file or folder that deploying publishes under its hash."""

    name: str
    hash: str
    path: Path


@dataclass(frozen=True)
class Stack:
    """One template with what the assembly knows about it.

    `account` is None where the app leaves it open. `paths` gives a logical id's construct path without the
    stack; `settings` is what CloudFormation is told besides the template; `errors` are annotations that stop
    a deployment; `dependencies` are the stacks that are deployed before it.
    """

    name: str
    account: str | None
    region: str
    template: Mapping[str, Any]
    paths: Mapping[str, str]
    assets: Mapping[str, Asset]
    settings: Mapping[str, Any]
    errors: tuple[str, ...]
    dependencies: tuple[str, ...] = ()

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        resources: Mapping[str, Mapping[str, Any]] = self.template.get("Resources", {})
        return resources

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        outputs: Mapping[str, Mapping[str, Any]] = self.template.get("Outputs", {})
        return outputs

    def path(self, logical_id: str) -> str:
        return self.paths.get(logical_id, logical_id)


@dataclass(frozen=True)
class Assembly:
    """All stacks of a folder that `cdk synth` wrote, by name."""

    folder: Path
    stacks: Mapping[str, Stack]

    @property
    def assets(self) -> Mapping[str, Asset]:
        return {hash: asset for stack in self.stacks.values() for hash, asset in stack.assets.items()}

    def deploys_first(self, one: str, other: str) -> bool:
        """Whether `cdk deploy` takes stack `one` before `other`, which depends on it, however indirectly."""
        seen: set[str] = set()
        waiting = [other]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.stacks:
                seen.add(name)
                waiting += self.stacks[name].dependencies
        return one in seen

    def exported(self, name: str) -> tuple[Stack, Any] | None:
        """The stack that exports the name, and the value as its template has it."""
        for stack in self.stacks.values():
            for output in stack.outputs.values():
                if output.get("Export", {}).get("Name") == name:
                    return stack, output["Value"]
        return None

    def output(self, stack_name: str, name: str) -> tuple[Stack, Any] | None:
        """The stack of that name in CloudFormation, and the value of its output."""
        for stack in self.stacks.values():
            if stack_name == stack.settings.get("stackName", stack.name) and name in stack.outputs:
                return stack, stack.outputs[name]["Value"]
        return None


def load(folder: Path) -> Assembly:
    """The assembly in the folder; raises ReviewError for a folder that is none, or has nested assemblies."""
    manifest = _json(folder / "manifest.json")
    try:
        return Assembly(folder, _stacks(folder, manifest))
    except (AttributeError, KeyError, TypeError) as error:
        raise ReviewError(
            f"{folder} is not as `cdk synth` writes an assembly ({error!r}): synthesise it again"
        ) from None


def _stacks(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Stack]:
    stacks = {}
    for name, artifact in sorted(manifest.get("artifacts", {}).items()):
        if artifact["type"] == "cdk:cloud-assembly":
            raise ReviewError(f"{folder}: {name} is a nested assembly (a CDK stage), which is not read")
        if artifact["type"] == _STACK:
            stacks[name] = _stack(folder, name, artifact, manifest["artifacts"])
    return stacks


def _stack(folder: Path, name: str, artifact: Mapping[str, Any], artifacts: Mapping[str, Any]) -> Stack:
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
    template = _json(folder / properties["templateFile"])
    for section in ("Resources", "Outputs", "Parameters"):
        for one in template.get(section, {}).values():
            # Objects throughout: what compares them relies on it.
            one.keys(), one.get("Properties", {}).keys()
    return Stack(
        name=name,
        account=account if account.isdigit() else None,
        region=region,
        template=template,
        paths=_paths(metadata),
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


def _paths(metadata: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, str]:
    full = {
        str(entry["data"]): path.strip("/").partition("/")[2]
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }
    short = {logical_id: _shorten(path) for logical_id, path in full.items()}
    uses = Counter(short.values())
    return {id: path if uses[path] == 1 else full[id] for id, path in short.items()}


def _shorten(path: str) -> str:
    # CDK calls the one resource of an L2 construct so, and shows such a path without it.
    return path.removesuffix("/Resource").removesuffix("/Default") or path


def _assets(folder: Path, manifest: Mapping[str, Any]) -> list[Asset]:
    files = manifest.get("files", {}).items()
    images = manifest.get("dockerImages", {}).items()
    return [
        Asset(_asset_name(hash, asset), hash, folder / asset["source"]["path"])
        for hash, asset in files
        if "path" in asset["source"] and not asset["source"]["path"].endswith(".template.json")
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
