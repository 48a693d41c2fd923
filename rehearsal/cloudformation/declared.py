"""What is deployed: the stacks of an assembly, as CDK's command line hands them to CloudFormation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from assembly.construct_paths import construct_paths, nested_path
from assembly.errors import AssemblyError
from assembly.manifest import StackArtifact, read_any_stacks
from assembly.place import Place
from assembly.template import read_template

NESTED_STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class DeclaredStack:
    """`paths` are the construct paths below the stack, by logical id; `dependencies` the stacks that are
    deployed before; `parameters` what the command line gives; `errors` the annotations with which it deploys
    nothing; `nested` the stacks that resources of this one declare, by logical id, as far as the assembly has
    their templates."""

    name: str
    template: Mapping[str, Any]
    paths: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    termination_protection: bool = False
    errors: tuple[str, ...] = ()
    nested: Mapping[str, "DeclaredStack"] = field(default_factory=dict)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.template.get("Resources", {})
        return found

    def path(self, logical_id: str) -> str:
        return self.paths.get(logical_id, logical_id)


@dataclass(frozen=True)
class Declared:
    """The stacks of one app in one account and Region, by name, in the manifest's order."""

    account: str
    region: str
    stacks: Mapping[str, DeclaredStack]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The assembly that `cdk synth` wrote. Raises AssemblyError for a folder without, for stacks of
        several accounts or Regions, and for a template that is none."""
        artifacts = read_any_stacks(folder)
        places = {Place.local(one.region, one.account) for one in artifacts}
        if len(places) > 1:
            raise AssemblyError(f"{folder}: expected stacks of one account and Region, got {len(places)}")
        place = places.pop() if places else Place.local(None, None)
        names = {one.name: one.stack_name for one in artifacts}
        stacks = {one.stack_name: _declared(one, names) for one in artifacts}
        return cls(place.account, place.region, stacks)

    def with_template(self, stack: str, template: Mapping[str, Any]) -> Self:
        """The same with another template in the place of a stack's."""
        return self.with_stack(replace(self.stacks[stack], template=template))

    def with_stack(self, stack: DeclaredStack) -> Self:
        return replace(self, stacks={**self.stacks, stack.name: stack})

    def without(self, stack: str) -> Self:
        return replace(self, stacks={name: one for name, one in self.stacks.items() if name != stack})


def _declared(artifact: StackArtifact, names: Mapping[str, str]) -> DeclaredStack:
    paths = construct_paths(artifact.logical_ids)
    return DeclaredStack(
        name=artifact.stack_name,
        template=artifact.template,
        paths=paths.get("", {}),
        dependencies=tuple(names[one] for one in artifact.dependencies),
        parameters=artifact.properties.get("parameters", {}),
        termination_protection=bool(artifact.properties.get("terminationProtection")),
        errors=artifact.errors,
        nested=dict(_nested(artifact, artifact.stack_name, artifact.template, paths, "")),
    )


def _nested(
    artifact: StackArtifact,
    name: str,
    template: Mapping[str, Any],
    paths: Mapping[str, Mapping[str, str]],
    place: str,
) -> Any:
    for logical_id, declared in template.get("Resources", {}).items():
        found = artifact.nested_template(declared) if declared["Type"] == NESTED_STACK else None
        if found is None:
            continue
        own_path = paths.get(place, {}).get(logical_id, logical_id)
        inner = "/".join(filter(None, (place, nested_path(own_path))))
        inner_name = f"{name}-{logical_id}"
        own = read_template(found, inner_name)
        yield (
            logical_id,
            DeclaredStack(
                inner_name,
                own,
                paths.get(inner, {}),
                nested=dict(_nested(artifact, inner_name, own, paths, inner)),
            ),
        )
