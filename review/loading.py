"""Takes a cloud assembly from the files that CDK writes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from assembly.construct_paths import construct_paths, nested_path
from assembly.manifest import StackArtifact, read_any_stacks
from assembly.template import read_template
from review.assembly import NESTED_STACK, Assembly, Stack

_SETTINGS = ("terminationProtection", "tags", "stackName", "parameters")


def load(folder: Path) -> Assembly:
    """The assembly in the folder; raises AssemblyError if there is none, or it nests another one."""
    stacks: dict[str, Stack] = {}
    for artifact in sorted(read_any_stacks(folder), key=lambda one: one.name):
        paths = construct_paths(artifact.logical_ids)
        stacks |= _with_nested(_stack(artifact, paths.get("", {})), artifact, paths)
    return Assembly(folder, stacks)


def _stack(artifact: StackArtifact, paths: Mapping[str, str]) -> Stack:
    properties = artifact.properties
    return Stack(
        name=artifact.name,
        account=artifact.account,
        region=artifact.region or "unknown-region",
        template=artifact.template,
        paths=paths,
        assets={asset.hash: asset for asset in artifact.assets if not asset.is_template},
        settings={key: properties[key] for key in _SETTINGS if properties.get(key)},
        errors=artifact.errors,
        dependencies=artifact.dependencies,
    )


def _with_nested(
    stack: Stack, artifact: StackArtifact, paths: Mapping[str, Mapping[str, str]], place: str = ""
) -> dict[str, Stack]:
    """The stack and all that are nested in it, by name; `place` is the path of its own construct."""
    names: dict[str, str] = {}
    stacks: dict[str, Stack] = {}
    for id, declared in stack.resources.items():
        file = artifact.nested_template(declared) if declared["Type"] == NESTED_STACK else None
        if file is None or not file.exists():
            continue
        path = nested_path(stack.path(id))
        names[id] = f"{stack.name}/{path}"
        below = f"{place}/{path}".strip("/")
        inner = replace(
            stack,
            name=names[id],
            template=read_template(file, names[id]),
            paths=paths.get(below, {}),
            settings={},
            errors=(),
            dependencies=(),
            parent=stack.name,
            given=declared.get("Properties", {}).get("Parameters", {}),
        )
        stacks |= _with_nested(inner, artifact, paths, below)
    return {stack.name: replace(stack, nested=names), **stacks}
