"""Everything that the stacks of an assembly leave behind."""

from collections.abc import Iterator
from pathlib import Path

from assembly.manifest import StackArtifact, read_stacks
from quality.checks.teardown.deletion import left_behind
from quality.checks.teardown.remainder import Kind, Remainder
from stacks.policies.templates import Templates


def remainders(assembly: Path) -> list[Remainder]:
    """What stays once every stack of a folder that `cdk synth` wrote is destroyed, in a fixed order.

    Raises AssemblyError for a folder that is none.
    """
    stacks = read_stacks(assembly)
    templates = Templates({stack.name: stack.template for stack in stacks})
    found = {one for resource in templates for one in left_behind(resource)}
    return sorted({*found, *(one for stack in stacks for one in _whole(stack))}, key=lambda one: one.place)


def _whole(stack: StackArtifact) -> Iterator[Remainder]:
    """What is to be said of the stack beside its resources."""
    if not stack.template.get("Resources"):
        kind = Kind.NOT_DEPLOYABLE if stack.errors else Kind.NOT_DECLARED
        yield Remainder(stack.name, "the whole stack", kind.value, kind)
    if stack.properties.get("terminationProtection"):
        yield Remainder(stack.name, "the whole stack", Kind.PROTECTED.value, Kind.PROTECTED)
    # `cdk deploy` uploads files before CloudFormation begins.
    if not all(asset.is_template for asset in stack.assets):
        yield Remainder(stack.name, "files of the stack", Kind.ASSETS.value, Kind.ASSETS)
