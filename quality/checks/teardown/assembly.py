"""Everything that the stacks of an assembly leave behind."""

import json
from collections.abc import Iterator
from pathlib import Path

from quality.checks.teardown.deletion import left_behind
from quality.checks.teardown.remainder import Kind, Remainder
from stacks.policies.templates import Templates

_TEMPLATE = ".template.json"


def remainders(assembly: Path) -> list[Remainder]:
    """What stays once every stack of a folder that `cdk synth` wrote is destroyed, in a fixed order.

    Raises OSError or ValueError for a folder that is none.
    """
    paths = sorted(assembly.glob(f"*{_TEMPLATE}"))
    if not paths:
        raise FileNotFoundError(f"{assembly} holds no templates: run `make synth`")
    resources = Templates.read(paths)
    found = [one for resource in resources for one in left_behind(resource)]
    declared = {resource.stack for resource in resources}
    names = {path.name.removesuffix(_TEMPLATE) for path in paths}
    empty = [_empty(assembly, name) for name in names - declared]
    return sorted({*found, *empty, *_protected(assembly), *_assets(assembly)}, key=lambda one: one.place)


def _empty(assembly: Path, stack: str) -> Remainder:
    metadata = json.loads((assembly / f"{stack}.metadata.json").read_text())
    is_refused = any(one["type"] == "aws:cdk:error" for entries in metadata.values() for one in entries)
    kind = Kind.NOT_DEPLOYABLE if is_refused else Kind.NOT_DECLARED
    return Remainder(stack, "the whole stack", kind.value, kind)


def _protected(assembly: Path) -> Iterator[Remainder]:
    for name, artifact in json.loads((assembly / "manifest.json").read_text())["artifacts"].items():
        if artifact.get("properties", {}).get("terminationProtection"):
            yield Remainder(name, "the whole stack", Kind.PROTECTED.value, Kind.PROTECTED)


def _assets(assembly: Path) -> Iterator[Remainder]:
    """Files of stacks, their templates apart: `cdk deploy` uploads them before CloudFormation begins."""
    for manifest in sorted(assembly.glob("*.assets.json")):
        files = json.loads(manifest.read_text()).get("files", {}).values()
        if any(not one["source"]["path"].endswith(_TEMPLATE) for one in files):
            name = manifest.name.removesuffix(".assets.json")
            yield Remainder(name, "files of the stack", Kind.ASSETS.value, Kind.ASSETS)
