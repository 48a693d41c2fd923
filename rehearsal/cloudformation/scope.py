"""What the intrinsics of a template stand for while its stack is deployed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assembly.conditions import holds
from assembly.errors import AssemblyError
from assembly.intrinsics import NO_VALUE, function_name, resolve
from assembly.place import Place
from assembly.references import references
from rehearsal.cloudformation.account import Account
from rehearsal.cloudformation.declared import DeclaredStack
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refused import Refused
from rehearsal.cloudformation.state import only_on_aws

_EXPORTS: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
)
_TEMPLATES: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"


class StackScope:
    """The `Scope` of one stack's intrinsics: the resources that it has at the moment, the exports of the
    others, the values of its parameters. Raises Refused for what CloudFormation refuses."""

    def __init__(self, account: Account, stack: DeclaredStack, parameters: Mapping[str, Any]) -> None:
        self._account = account
        self._stack = stack
        self.parameters = parameters
        self.place = Place(account.state.region, account.state.account)
        self.imports: set[str] = set()

    def value(self, value: Any) -> Any:
        """The value with every intrinsic replaced. What cannot be known here (a dynamic reference, a function
        of what AWS makes up) becomes a text that is the same as long as everything in it is."""
        if isinstance(value, dict):
            if function_name(value) is not None:
                return self._function(value)
            found = {key: self.value(item) for key, item in value.items()}
            return {key: item for key, item in found.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value:
            return only_on_aws("dynamic reference", value)
        return value

    def present(self) -> dict[str, Mapping[str, Any]]:
        """The resources whose conditions hold."""
        return {id: one for id, one in self._stack.resources.items() if self._holds(one)}

    def outputs(self) -> Iterator[tuple[str, Any, str | None]]:
        """Each output with its value, and the name under which it is exported."""
        for name, declared in self._stack.template.get("Outputs", {}).items():
            if self._holds(declared):
                export = declared.get("Export", {}).get("Name")
                yield name, self.value(declared["Value"]), None if export is None else self.value(export)

    def ref(self, name: str) -> Any:
        if name.startswith("AWS::"):
            return self.place.pseudo_parameter(name, self._stack.name)
        if name in self.parameters:
            return self.parameters[name]
        return self._resource(name)["Ref"]

    def attribute(self, logical_id: str, attribute: str) -> Any:
        known = self._resource(logical_id)
        resource = self._account.resources(self._stack.name)[logical_id]
        if attribute in known:
            return known[attribute]
        if attribute in resource.properties:
            return resource.properties[attribute]
        return only_on_aws(resource.physical_id, attribute)

    def import_value(self, export: str) -> Any:
        self.imports.add(export)
        found = self._account.exports().get(export)
        if found is None:
            raise Refused(
                Refusal(
                    "export-missing",
                    f"No export named {export} found.",
                    _EXPORTS,
                    (f"deploy the stack that exports {export} first",),
                )
            )
        return found[1]

    def mapping(self, name: str, top: str, second: str) -> Any:
        try:
            return self._stack.template["Mappings"][name][top][second]
        except KeyError:
            raise Refused(
                Refusal(
                    "mapping-missing",
                    f"Template error: Unable to get mapping for {name}::{top}::{second}",
                    _TEMPLATES,
                    (f"add {top} and {second} to the mapping {name}",),
                )
            ) from None

    def zones(self, region: str) -> list[str]:
        return [f"{region or self.place.region}{letter}" for letter in "abc"]

    def condition(self, name: str) -> bool:
        declared = self._stack.template.get("Conditions", {})
        if name not in declared:
            raise Refused(unresolved([name], "Conditions"))
        return holds(declared[name], self)

    def _holds(self, declared: Mapping[str, Any]) -> bool:
        return "Condition" not in declared or self.condition(declared["Condition"])

    def _resource(self, logical_id: str) -> Mapping[str, Any]:
        found = self._account.resources(self._stack.name).get(logical_id)
        if found is None:
            raise Refused(unresolved([logical_id]))
        return found.attributes

    def _function(self, value: dict[str, Any]) -> Any:
        try:
            return resolve(value, self)
        except AssemblyError:
            names = self.parameters.keys() | self._account.resources(self._stack.name).keys()
            known = [self.ref(name) for name in references(value) if name in names]
            digest = hashlib.sha256(json.dumps([value, known], default=str).encode()).hexdigest()[:12]
            return only_on_aws(next(iter(value)), digest)


def unresolved(names: list[str], block: str = "Resources") -> Refusal:
    """A template that refers to what it doesn't declare."""
    return Refusal(
        "unresolved-reference",
        f"Template format error: Unresolved resource dependencies [{', '.join(names)}] "
        f"in the {block} block of the template",
        _TEMPLATES,
        (f"declare {', '.join(names)} in the template, or take what refers to it away",),
    )
