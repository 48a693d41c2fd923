"""One stack of the assembly: its template, and the scope in which its references are resolved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from assembly import resource_types
from assembly.conditions import holds
from assembly.errors import AssemblyError, ResourceError
from assembly.intrinsics import resolve, text
from assembly.place import Place, generated_name
from assembly.properties import PROPERTIES
from assembly.resources import Resource
from assembly.rules import ACTED
from assembly.template import read_template

_NESTED = "AWS::CloudFormation::Stack"


class Surroundings(Protocol):
    """The parts of the assembly that a stack needs."""

    def nested_template(self, declared: Mapping[str, Any]) -> Path | None:
        """The file with the template of a nested stack that a resource declares, None where there is none."""
        ...

    def import_value(self, export: str) -> Any:
        """The value that some stack exports under this name."""
        ...


class Stack:
    """A template in its place; the `Scope` of its intrinsics.

    `parameters` are those that the `outer` stack hands over, in its own intrinsics. What the runner does not
    know - a type of resource, an intrinsic, a transform - is refused when something that runs needs it, and
    then by its logical id. What has a condition that does not hold is not there.
    """

    def __init__(
        self,
        name: str,
        template: Mapping[str, Any],
        place: Place,
        surroundings: Surroundings,
        *,
        parameters: Mapping[str, Any] | None = None,
        outer: "Stack | None" = None,
    ) -> None:
        self.name = name
        self.place = place
        self._template = template
        self._surroundings = surroundings
        self._given = parameters or {}
        self._outer = outer
        self._nested_stacks: dict[str, Stack] = {}
        self._resolving: set[str] = set()

    @property
    def template(self) -> Mapping[str, Any]:
        """As it is written, its intrinsics not resolved."""
        return self._template

    @property
    def _resources(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self._template.get("Resources", {})
        return resources

    def _nested(self, logical_id: str) -> "Stack":
        """A nested stack with the parameters that this one hands it, which may be outputs of its siblings."""
        if logical_id not in self._nested_stacks:
            with self._guard(f"nested stack {logical_id}"):
                self._nested_stacks[logical_id] = self._load_nested(logical_id)
        return self._nested_stacks[logical_id]

    def _load_nested(self, logical_id: str) -> "Stack":
        with self._labeled(logical_id):
            path = self._nested_template(logical_id)
            if path is None:
                raise AssemblyError("the nested stack's template is not in the assembly")
        parameters = self._resources[logical_id].get("Properties", {}).get("Parameters", {})
        name = f"{self.name}-{logical_id}"
        return Stack(
            name, read_template(path, name), self.place, self._surroundings, parameters=parameters, outer=self
        )

    def _nested_template(self, logical_id: str) -> Path | None:
        return self._surroundings.nested_template(self._resources[logical_id])

    def walk(self) -> Iterator["Stack"]:
        """This stack and those nested in it whose templates are in the assembly."""
        yield self
        for logical_id, kind in self.types():
            if kind == _NESTED and self._nested_template(logical_id) is not None:
                yield from self._nested(logical_id).walk()

    def resources(self, kind: str) -> Iterator[Resource]:
        """This stack's own resources of one type, in the template's order."""
        for logical_id, declared in self._resources.items():
            if declared["Type"] == kind and not self._left_out(declared):
                yield self._resource(logical_id, declared)

    def _resource(self, logical_id: str, declared: Mapping[str, Any]) -> Resource:
        def name() -> str:
            with self._labeled(logical_id):
                return self._physical_name(logical_id)

        def properties() -> Mapping[str, Any]:
            with self._labeled(logical_id):
                self._demand_known(declared)
                rule = PROPERTIES.get(declared["Type"], ACTED)
                found: Mapping[str, Any] = rule.resolve(declared.get("Properties", {}), self)
                return found

        def property(name: str) -> Any:
            return resolve(declared.get("Properties", {}).get(name), self)

        return Resource(
            self.name, logical_id, declared["Type"], self._tags(declared), name, properties, property
        )

    def _demand_known(self, declared: Mapping[str, Any]) -> None:
        if "Transform" in self._template:
            raise AssemblyError("the runner does not apply template transforms")
        if "Condition" in declared:
            self.condition(declared["Condition"])

    def _left_out(self, declared: Mapping[str, Any]) -> bool:
        """Whether a condition that is known to be false leaves it out."""
        with suppress(AssemblyError):
            return "Condition" in declared and not self.condition(declared["Condition"])
        return False

    def _tags(self, declared: Mapping[str, Any]) -> Mapping[str, str]:
        """The resource's tags as far as the runner can know them."""
        tags = declared.get("Properties", {}).get("Tags", [])
        if isinstance(tags, list) and all(isinstance(one, dict) for one in tags):
            pairs = [(one.get("Key"), one.get("Value")) for one in tags]
        else:
            pairs = list(tags.items()) if isinstance(tags, dict) else []
        found = {}
        for key, value in pairs:
            with suppress(AssemblyError):
                found[str(key)] = text(resolve(value, self), "a tag")
        return found

    def types(self) -> Iterator[tuple[str, str]]:
        """Logical id and type of each of this stack's own resources."""
        for logical_id, declared in self._resources.items():
            if not self._left_out(declared):
                yield logical_id, declared["Type"]

    def exports(self) -> Iterator[tuple[str, str]]:
        """The export names of this stack that the runner can know, each with the output of its value."""
        for output, declared in self._template.get("Outputs", {}).items():
            if "Export" in declared and not self._left_out(declared):
                with suppress(AssemblyError):
                    yield resolve(declared["Export"]["Name"], self), output

    def output(self, name: str) -> Any:
        """The value of an output of this stack."""
        declared = self._template.get("Outputs", {}).get(name)
        if declared is None or self._left_out(declared):
            raise AssemblyError(f"{self.name} has no output {name}")
        with self._guard(f"output {name}"):
            return resolve(declared["Value"], self)

    def ref(self, name: str) -> Any:
        if name.startswith("AWS::"):
            return self.place.pseudo_parameter(name, self.name)
        if name in self._template.get("Parameters", {}):
            return self._parameter(name)
        return self._format(name, self._known_type(name).ref)

    def attribute(self, logical_id: str, attribute: str) -> Any:
        known = self._known_type(logical_id)
        if attribute.startswith("Outputs.") and self._resources[logical_id]["Type"] == _NESTED:
            return self._nested(logical_id).output(attribute.removeprefix("Outputs."))
        if attribute not in known.attributes:
            kind = self._resources[logical_id]["Type"]
            raise AssemblyError(
                f"the runner does not support the attribute {attribute} of {logical_id} ({kind})"
            )
        return self._format(logical_id, known.attributes[attribute])

    def import_value(self, export: str) -> Any:
        return self._surroundings.import_value(export)

    def mapping(self, name: str, top: str, second: str) -> Any:
        try:
            return self._template["Mappings"][name][top][second]
        except KeyError:
            raise AssemblyError(f"{self.name} has no mapping {name}.{top}.{second}") from None

    def zones(self, region: str) -> list[str]:
        return [f"{region or self.place.region}{letter}" for letter in "abc"]

    def condition(self, name: str) -> bool:
        declared = self._template.get("Conditions", {})
        if not isinstance(name, str) or name not in declared:
            raise AssemblyError(f"{self.name} declares no condition {name}")
        with self._guard(f"condition {name}"):
            return holds(declared[name], self)

    def _known_type(self, logical_id: str) -> resource_types.ResourceType:
        declared = self._resources.get(logical_id)
        known = resource_types.find(declared["Type"]) if declared else None
        if declared is None:
            raise AssemblyError(f"{self.name} declares no {logical_id}")
        if self._left_out(declared):
            raise AssemblyError(
                f"{self.name} has no {logical_id}: its condition {declared['Condition']} does not hold"
            )
        if known is None:
            raise AssemblyError(
                f"it refers to {logical_id}, of a type that the runner does not support, {declared['Type']}"
            )
        return known

    def _format(self, logical_id: str, template: str) -> str:
        place = self.place
        return template.format(
            partition=place.partition,
            suffix=place.suffix,
            region=place.region,
            account=place.account,
            name=self._physical_name(logical_id),
        )

    def _physical_name(self, logical_id: str) -> str:
        declared = self._resources[logical_id].get("Properties", {})
        name_property = self._known_type(logical_id).name_property
        if name_property in declared:
            with self._guard(f"name of {logical_id}"):
                return text(resolve(declared[name_property], self), f"the name of {logical_id}")
        return generated_name(self.name, logical_id)

    def _parameter(self, name: str) -> Any:
        declared = self._template["Parameters"][name]
        kind = declared["Type"]
        if name in self._given and self._outer is not None:
            with self._guard(f"parameter {name}"):
                value = resolve(self._given[name], self._outer)
        elif kind.startswith("AWS::SSM::Parameter::") or "Default" not in declared:
            raise AssemblyError(f"the parameter {name} of {self.name} has a value only when it is deployed")
        else:
            value = declared["Default"]
        if isinstance(value, list) or not (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return value
        return [one.strip() for one in text(value, f"the parameter {name}").split(",")]

    @contextmanager
    def _labeled(self, logical_id: str) -> Iterator[None]:
        try:
            yield
        except ResourceError:
            raise
        except AssemblyError as error:
            kind = self._resources[logical_id]["Type"]
            raise ResourceError(f"{self.name}/{logical_id} ({kind}): {error}") from None

    @contextmanager
    def _guard(self, what: str) -> Iterator[None]:
        if what in self._resolving:
            raise AssemblyError(f"{self.name}: the {what} refers to itself")
        self._resolving.add(what)
        try:
            yield
        finally:
            self._resolving.discard(what)
