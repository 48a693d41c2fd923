"""Reads the manifest of a synthesized cloud assembly: its stacks, each with its files.

Everything that reads `cdk.out` begins here. What the values of a template mean is not read here:
assembly/intrinsics.py resolves them for a run, review/values.py shows them to a reader.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assembly.assets import Asset, read_assets
from assembly.errors import AssemblyError
from assembly.files import again, expect, read_json
from assembly.template import read_template

# The metadata of a stack that declares nothing yet: its workload, and the reason.
EMPTY = "slipway:empty"
_OLDER_SCRIPTS = "[ack: slipway:older-scripts:"
_STACK = "aws:cloudformation:stack"
_ASSETS = "cdk:asset-manifest"
_NESTED_ASSEMBLY = "cdk:cloud-assembly"
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True)
class StackArtifact:
    """What the manifest says about one stack; its other files are read when they are asked for.

    `account` and `region` are None where the app leaves them open. `properties` are those of the deployment:
    terminationProtection, tags, parameters. `dependencies` are the stacks that are deployed before it, in the
    manifest's order.
    """

    name: str
    stack_name: str
    account: str | None
    region: str | None
    template_path: Path
    properties: Mapping[str, Any]
    dependencies: tuple[str, ...]
    asset_manifests: tuple[Path, ...]
    own_metadata: Mapping[str, Any]
    metadata_path: Path | None

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """The template; raises AssemblyError for a file that is none."""
        return read_template(self.template_path, self.stack_name)

    @cached_property
    def assets(self) -> tuple[Asset, ...]:
        """The assets that are published before the stack is deployed, including its template."""
        return tuple(asset for path in self.asset_manifests for asset in read_assets(path))

    @cached_property
    def _metadata(self) -> Mapping[str, Any]:
        return {**self.own_metadata, **(read_json(self.metadata_path) if self.metadata_path else {})}

    def metadata(self, kind: str) -> list[tuple[str, Any]]:
        """Construct path and data of each entry of one type; raises AssemblyError."""
        try:
            return [
                (path.strip("/"), entry["data"])
                for path, entries in self._metadata.items()
                for entry in entries
                if entry["type"] == kind
            ]
        except (KeyError, TypeError):
            raise AssemblyError(f"{self.name}: its metadata is not as CDK writes it; {again()}") from None

    @property
    def errors(self) -> tuple[str, ...]:
        """The error annotations, with which the CDK command line does not deploy the stack."""
        return tuple(str(data) for _, data in self.metadata("aws:cdk:error"))

    @property
    def older_scripts(self) -> tuple[str, ...]:
        """The warnings about models that were trained with other scripts than the tree had at synthesis."""
        texts = (str(data) for _, data in self.metadata("aws:cdk:warning"))
        return tuple(text.partition(" [ack: ")[0] for text in texts if _OLDER_SCRIPTS in text)

    @property
    def logical_ids(self) -> list[tuple[str, str]]:
        """The construct path and logical id of each resource, parameter and output, nested stacks' too."""
        return [(path, str(data)) for path, data in self.metadata("aws:cdk:logicalId")]

    def nested_template(self, declared: Mapping[str, Any]) -> Path | None:
        """The file with the template of a nested stack that a resource declares, None where it has none
        here: the resource names it, or the hash of the asset that it is."""
        named = declared.get("Metadata", {}).get("aws:asset:path")
        if isinstance(named, str):
            return self.template_path.parent / named
        hashes = _HASH.findall(json.dumps(declared.get("Properties", {}).get("TemplateURL")))
        return next((one.path for one in self.assets if one.is_template and one.hash in hashes), None)


def read_stacks(folder: Path) -> list[StackArtifact]:
    """The stacks of the assembly, in the manifest's order.

    Raises AssemblyError when the folder holds no assembly, a nested one, or one without stacks.
    """
    stacks = read_any_stacks(folder)
    if not stacks:
        raise AssemblyError(f"{folder} declares no stack; {again()}")
    return stacks


def read_any_stacks(folder: Path) -> list[StackArtifact]:
    """The stacks of an assembly that may have none: what is left when the last one was removed."""
    path = folder / "manifest.json"
    artifacts = expect(dict, read_json(path).get("artifacts", {}), "artifacts", path)
    for name, artifact in artifacts.items():
        kind = expect(str, expect(dict, artifact, name, path).get("type"), f"type of {name}", path)
        properties = expect(dict, artifact.get("properties", {}), f"properties of {name}", path)
        if kind == _NESTED_ASSEMBLY:
            inner = folder / str(properties.get("directoryName", name))
            raise AssemblyError(f"{folder}: the assembly nests another one, {name}; give its folder, {inner}")
    return [_stack(path, name, artifacts) for name, one in artifacts.items() if one["type"] == _STACK]


def _stack(path: Path, name: str, artifacts: Mapping[str, Mapping[str, Any]]) -> StackArtifact:
    artifact, folder = artifacts[name], path.parent
    properties = artifact.get("properties", {})
    environment = expect(str, artifact.get("environment"), f"environment of {name}", path)
    account, _, region = environment.removeprefix("aws://").partition("/")
    dependencies = {
        expect(str, one, f"dependency of {name}", path): artifacts.get(one, {})
        for one in expect(list, artifact.get("dependencies", []), f"dependencies of {name}", path)
    }
    beside = artifact.get("additionalMetadataFile")
    return StackArtifact(
        name=name,
        stack_name=str(properties.get("stackName", name)),
        account=None if account in ("", "unknown-account") else account,
        region=None if region in ("", "unknown-region") else region,
        template_path=folder / expect(str, properties.get("templateFile"), f"templateFile of {name}", path),
        properties=properties,
        dependencies=tuple(one for one, found in dependencies.items() if found.get("type") == _STACK),
        asset_manifests=tuple(
            folder / expect(str, found.get("properties", {}).get("file"), f"file of {one}", path)
            for one, found in dependencies.items()
            if found.get("type") == _ASSETS
        ),
        own_metadata=expect(dict, artifact.get("metadata", {}), f"metadata of {name}", path),
        metadata_path=None
        if beside is None
        else folder / expect(str, beside, f"additionalMetadataFile of {name}", path),
    )
