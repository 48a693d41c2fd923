"""The resources of a stack, their values read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assembly.construct_paths import nested_path
from review.assembly import Assembly, Stack
from review.values import Node, Reader, Text

_IN_TEMPLATE = ("TemplateURL", "Parameters")


@dataclass(frozen=True)
class Resource:
    """A resource as one of the two assemblies declares it, its values read. One that is a stack, of which the
    assembly has the template, declares the stack `nested`."""

    stack: str
    path: str
    logical_id: str
    type: str
    declared: dict[str, Node]
    nested: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.stack, self.path

    @property
    def properties(self) -> Node:
        return self.declared.get("Properties", {})

    def policy(self, name: str) -> str:
        """`DeletionPolicy` or `UpdateReplacePolicy`, with CloudFormation's default."""
        return str(self.declared.get(name, self._default(name)))

    def _default(self, policy: str) -> str:
        """A database is deleted after a snapshot, unless it belongs to a cluster, which has its own."""
        properties = self.properties if isinstance(self.properties, dict) else {}
        alone = self.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in properties
        snapshot = policy == "DeletionPolicy" and (alone or self.type == "AWS::RDS::DBCluster")
        return "Snapshot" if snapshot else "Delete"


def resources(assembly: Assembly, stack: Stack) -> list[Resource]:
    """Every resource of the stack but CDK's own usage record."""
    reader = Reader(assembly, stack)
    return [
        Resource(
            stack.name,
            nested_path(stack.path(id)),
            id,
            declared["Type"],
            _read(reader, stack, declared if id not in stack.nested else _without_template(declared)),
            stack.nested.get(id, ""),
        )
        for id, declared in stack.resources.items()
        if declared["Type"] != "AWS::CDK::Metadata"
    ]


def _without_template(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """A nested stack without what is read in its own template."""
    properties = declared.get("Properties", {})
    return {**declared, "Properties": {key: properties[key] for key in properties if key not in _IN_TEMPLATE}}


def _read(reader: Reader, stack: Stack, declared: Mapping[str, Any]) -> dict[str, Node]:
    read: dict[str, Node] = {
        key: reader.read(value)
        for key, value in declared.items()
        if key not in ("Type", "Metadata", "DependsOn")
    }
    if depends_on := declared.get("DependsOn"):
        targets = [depends_on] if isinstance(depends_on, str) else depends_on
        read["DependsOn"] = [Text((path,)) for path in sorted(stack.path(target) for target in targets)]
    metadata = {
        key: reader.read(value)
        for key, value in declared.get("Metadata", {}).items()
        if not key.startswith(("aws:cdk:", "aws:asset:"))
    }
    return {**read, "Metadata": metadata} if metadata else read
