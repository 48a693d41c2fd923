"""A cloud assembly as a review compares it: nested stacks are stacks like others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assembly.assets import Asset

NESTED_STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Stack:
    """One template with what the assembly knows about it.

    `account` is None where the app leaves it open. `paths` gives a logical id's construct path without the
    stack; `settings` is what CloudFormation is told besides the template; `errors` are annotations that stop
    a deployment; `dependencies` are the stacks that are deployed before it.

    A nested stack has the name of its `parent` in front of its construct's path, and of the parameters in its
    template `given` are the values in the parent's. `nested` are the names of the stacks that resources of
    this one declare, by logical id, as far as their templates are in the assembly.
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
    parent: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    nested: Mapping[str, str] = field(default_factory=dict)

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

    def deployed_with(self, name: str) -> str:
        """The stack that `cdk deploy` takes: the outermost parent of a nested one, else the stack itself."""
        while (stack := self.stacks.get(name)) and stack.parent:
            name = stack.parent
        return name

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
