"""One stack of the assembly: its template, and the scope in which its references are resolved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from local.assembly import resource_types
from local.assembly.intrinsics import resolve, unknown_functions
from local.assembly.place import Place, generated_name
from local.assembly.resources import Resource
from local.errors import AssemblyError

_NESTED = "AWS::CloudFormation::Stack"


class Surroundings(Protocol):
    """What a stack needs of the rest of the assembly."""

    def read_template(self, file_name: str) -> Mapping[str, Any]:
        """The template of a nested stack."""
        ...

    def import_value(self, export: str) -> Any:
        """The value that some stack exports under this name."""
        ...


class Stack:
    """A template in its place; the `Scope` of its intrinsics.

    `parameters` are those that an outer stack hands over. A resource of a type outside `resource_types`, an
    intrinsic outside design rule 1's list, and a condition on a resource that runs are refused at once.
    """

    def __init__(
        self,
        name: str,
        template: Mapping[str, Any],
        place: Place,
        surroundings: Surroundings,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.place = place
        self._template = template
        self._surroundings = surroundings
        self._given = parameters or {}
        self._nested_stacks: dict[str, Stack] = {}
        self._resolving: set[str] = set()
        self._check()

    @property
    def _resources(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self._template.get("Resources", {})
        return resources

    def _check(self) -> None:
        if "Transform" in self._template:
            raise AssemblyError(f"{self.name}: the runner does not apply template transforms")
        for logical_id, declared in self._resources.items():
            where = f"{self.name}/{logical_id}"
            kind = declared.get("Type") if isinstance(declared, dict) else None
            if not isinstance(kind, str) or resource_types.find(kind) is None:
                raise AssemblyError(f"{where}: the runner does not know resources of type {kind}")
            if kind in resource_types.RUN and "Condition" in declared:
                raise AssemblyError(f"{where} ({kind}): the runner does not evaluate conditions")
            for function in unknown_functions(declared.get("Properties")):
                raise AssemblyError(f"{where} ({kind}): the runner does not resolve {function}")

    def _nested(self, logical_id: str) -> "Stack":
        """A nested stack with the parameters that this one hands it, which may be outputs of its siblings."""
        if logical_id not in self._nested_stacks:
            with self._guard(f"nested stack {logical_id}"):
                self._nested_stacks[logical_id] = self._load_nested(logical_id)
        return self._nested_stacks[logical_id]

    def _load_nested(self, logical_id: str) -> "Stack":
        declared = self._resources[logical_id]
        file_name = declared.get("Metadata", {}).get("aws:asset:path")
        with self._labelled(logical_id):
            if not isinstance(file_name, str):
                raise AssemblyError("the nested stack's template is not in the assembly")
            parameters = resolve(declared.get("Properties", {}).get("Parameters", {}), self)
        template = self._surroundings.read_template(file_name)
        return Stack(f"{self.name}-{logical_id}", template, self.place, self._surroundings, parameters)

    def walk(self) -> Iterator["Stack"]:
        """This stack and those nested in it."""
        yield self
        for logical_id, kind in self.types():
            if kind == _NESTED:
                yield from self._nested(logical_id).walk()

    def resources(self, kind: str) -> Iterator[Resource]:
        """This stack's own resources of one type, in the template's order."""
        for logical_id, declared in self._resources.items():
            if declared["Type"] == kind:
                yield self._resource(logical_id, declared)

    def _resource(self, logical_id: str, declared: Mapping[str, Any]) -> Resource:
        with self._labelled(logical_id):
            properties = resolve(declared.get("Properties", {}), self)
            name = self._physical_name(logical_id)
        return Resource(self.name, logical_id, declared["Type"], name, properties)

    def types(self) -> Iterator[tuple[str, str]]:
        """Logical id and type of each of this stack's own resources."""
        return ((logical_id, declared["Type"]) for logical_id, declared in self._resources.items())

    def exports(self) -> Iterator[tuple[str, str]]:
        """The export names of this stack, each with the output that holds its value."""
        for output, declared in self._template.get("Outputs", {}).items():
            if "Export" in declared:
                yield resolve(declared["Export"]["Name"], self), output

    def output(self, name: str) -> Any:
        """The value of an output of this stack."""
        declared = self._template.get("Outputs", {}).get(name)
        if declared is None:
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
                f"the runner does not know the attribute {attribute} of {logical_id} ({kind})"
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

    def _known_type(self, logical_id: str) -> resource_types.ResourceType:
        declared = self._resources.get(logical_id)
        known = resource_types.find(declared["Type"]) if declared else None
        if known is None:
            raise AssemblyError(f"{self.name} declares no {logical_id}")
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
                return str(resolve(declared[name_property], self))
        return generated_name(self.name, logical_id)

    def _parameter(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        declared = self._template["Parameters"][name]
        if declared["Type"].startswith("AWS::SSM::Parameter::") or "Default" not in declared:
            raise AssemblyError(f"the parameter {name} of {self.name} has a value only when it is deployed")
        default = declared["Default"]
        return default.split(",") if declared["Type"] == "CommaDelimitedList" else default

    @contextmanager
    def _labelled(self, logical_id: str) -> Iterator[None]:
        try:
            yield
        except AssemblyError as error:
            kind = self._resources[logical_id]["Type"]
            raise AssemblyError(f"{self.name}/{logical_id} ({kind}): {error}") from None

    @contextmanager
    def _guard(self, what: str) -> Iterator[None]:
        if what in self._resolving:
            raise AssemblyError(f"{self.name}: the {what} refers to itself")
        self._resolving.add(what)
        try:
            yield
        finally:
            self._resolving.discard(what)
