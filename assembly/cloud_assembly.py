"""The cloud assembly as a whole: what its stacks declare together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from assembly import resource_types
from assembly.address import Address, chosen
from assembly.assets import Asset
from assembly.errors import AssemblyError
from assembly.manifest import EMPTY, read_stacks
from assembly.place import Place
from assembly.properties import PROPERTIES
from assembly.resources import Endpoint, Model, Pipeline, Resource
from assembly.rules import refusals
from assembly.stack import Stack

# The stacks that hold one of these are those that run here; they share a place.
_PLACED = ("AWS::SageMaker::Endpoint", "AWS::SageMaker::Pipeline")
_NAMED_INFERENCE = "AWS::SageMaker::InferenceComponent"
TRAINING, BATCH, MONITORING = "training", "batch", "monitoring"


class Assembly:
    """The stacks of one synthesized app, nested ones included.

    `region` and `account` are those of the stacks that run here, `assets` the staged files by their S3 URI.
    What the runner cannot run faithfully is refused, with stack and logical id, by whatever asks for it: one
    workload's fault is not a fault of another's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._artifacts = read_stacks(folder)
        outermost = [
            Stack(one.stack_name, one.template, Place.local(one.region, one.account), self)
            for one in self._artifacts
        ]
        self.stacks = [stack for one in outermost for stack in one.walk()]
        self.place = self._common_place()
        self.assets: Mapping[str, Asset] = {
            self.place.filled(uri): asset
            for one in self._artifacts
            for asset in one.assets
            for uri in asset.uris
        }
        self._resources: dict[str, list[Resource]] = {}

    @property
    def older_scripts(self) -> list[str]:
        """For each model that was trained with other scripts than the tree had at synthesis, what to run."""
        return [text for one in self._artifacts for text in one.older_scripts]

    @property
    def region(self) -> str:
        return self.place.region

    @property
    def account(self) -> str:
        return self.place.account

    def _common_place(self) -> Place:
        running = [stack for stack in self.stacks if any(kind in _PLACED for _, kind in stack.types())]
        places = {stack.place for stack in running or self.stacks}
        if len(places) > 1:
            raise AssemblyError(f"{self._folder}: the stacks are spread over several regions or accounts")
        return places.pop()

    def resources(self, kind: str) -> list[Resource]:
        """The resources of one type in the order of stacks and templates."""
        if kind not in self._resources:
            self._resources[kind] = [one for stack in self.stacks for one in stack.resources(kind)]
        return self._resources[kind]

    def names(self, kind: str) -> set[str]:
        """The names of the resources of one type, as far as the runner can know them."""
        return {one.known_name for one in self.resources(kind) if one.known_name is not None}

    @cached_property
    def construct_paths(self) -> Mapping[str, str]:
        """The path of the construct that declares a resource, by the resource's label."""
        return {
            f"{one.stack_name}/{logical_id}": path.removesuffix("/Resource").removesuffix("/Default")
            for one in self._artifacts
            for path, logical_id in one.logical_ids
        }

    def unused_properties(self) -> list[tuple[str, str]]:
        """Type and path of each property that is declared and does nothing on this machine, sorted."""
        found = set()
        for kind, rule in PROPERTIES.items():
            for one in self.resources(kind):
                with suppress(AssemblyError):
                    found |= {(kind, finding.path) for finding in rule.read(one.properties, "")}
        return sorted(found)

    @cached_property
    def without_local_effect(self) -> list[str]:
        """The types that are declared but do nothing on this machine, sorted."""
        return sorted(self._types & resource_types.DECLARED.keys())

    @cached_property
    def unknown_types(self) -> list[str]:
        """The types that the runner does not support, sorted: nothing that runs may refer to them."""
        return sorted(kind for kind in self._types if resource_types.find(kind) is None)

    @cached_property
    def _types(self) -> set[str]:
        return {kind for stack in self.stacks for _, kind in stack.types()}

    def model(self, name: str) -> Model | None:
        """The model of that name, None where the assembly declares none."""
        found = _find(name, self.resources("AWS::SageMaker::Model"))
        return None if found is None else _typed(found, _model)

    @cached_property
    def endpoints(self) -> list[Endpoint]:
        """Every endpoint; raises AssemblyError when one of them cannot be served."""
        return [_typed(resource, self._endpoint) for resource in self._endpoints]

    def servable_endpoints(self) -> tuple[list[Endpoint], dict[str, AssemblyError]]:
        """The endpoints that can be served, and by name or logical id why each other one cannot."""
        found, left_out = [], {}
        for resource in self._endpoints:
            try:
                found.append(_typed(resource, self._endpoint))
            except AssemblyError as error:
                left_out[resource.known_name or resource.logical_id] = error
        return found, left_out

    @property
    def _endpoints(self) -> list[Resource]:
        return self.resources("AWS::SageMaker::Endpoint")

    def endpoint(self, wanted: str) -> Endpoint:
        """The endpoint that is called so (see `Address`).

        Raises UsageError unless there is exactly one, AssemblyError when it cannot be served.
        """
        return _typed(self._chosen(wanted, "endpoint", self._endpoints), self._endpoint)

    def pipelines(self) -> list[Pipeline]:
        """Every pipeline that the runner can read."""
        found = []
        for resource in self.resources("AWS::SageMaker::Pipeline"):
            with suppress(AssemblyError):
                found.append(_typed(resource, self._pipeline))
        return found

    def training_pipeline(self, wanted: str) -> Pipeline:
        """The pipeline that is called so, and trains; raises UsageError, AssemblyError."""
        return self._pipeline_for(TRAINING, wanted)

    def batch_pipeline(self, wanted: str) -> Pipeline:
        """The pipeline that is called so, and sends data through a deployed model; raises UsageError,
        AssemblyError."""
        return self._pipeline_for(BATCH, wanted)

    def monitoring_pipeline(self, wanted: str) -> Pipeline:
        """The pipeline that is called so, and compares what an endpoint captured with a baseline; raises
        UsageError, AssemblyError."""
        return self._pipeline_for(MONITORING, wanted)

    def _pipeline_for(self, purpose: str, wanted: str) -> Pipeline:
        """The pipeline of a workload with this tag `purpose`."""
        pipelines = [
            one
            for one in self.resources("AWS::SageMaker::Pipeline")
            if one.tags.get("purpose", purpose) == purpose or wanted in (one.known_name, one.logical_id)
        ]
        return _typed(self._chosen(wanted, f"{purpose} pipeline", pipelines), self._pipeline)

    def package_group(self, wanted: str) -> str:
        """The name of the model package group that is called so; raises UsageError."""
        groups = self.resources("AWS::SageMaker::ModelPackageGroup")
        return self._chosen(wanted, "model package group", groups).name

    def _chosen(self, wanted: str, what: str, candidates: Iterable[Resource]) -> Resource:
        return chosen(wanted, what, candidates, _address, self._why_not_declared)

    def _why_not_declared(self, workload: str) -> str:
        """The reason why a stack of that workload is empty; nothing where none is."""
        marks = (mark for _, mark in self.metadata(EMPTY))
        return next((mark["reason"] for mark in marks if mark["workload"] == workload), "")

    def metadata(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Construct path and data of each entry of one type, of all stacks."""
        for one in self._artifacts:
            yield from one.metadata(kind)

    def nested_template(self, declared: Mapping[str, Any]) -> Path | None:
        """The file with the template of a nested stack that a resource declares, None where there is none."""
        found = (one.nested_template(declared) for one in self._artifacts)
        return next((path for path in found if path is not None), None)

    def import_value(self, export: str) -> Any:
        """The value that a stack exports; raises AssemblyError when none does."""
        for stack in self.stacks:
            for name, output in stack.exports():
                if name == export:
                    return stack.output(output)
        raise AssemblyError(f"no stack of the assembly exports {export}")

    def _endpoint(self, resource: Resource) -> Endpoint:
        _find(resource.name, self._endpoints)
        for component in self.resources(_NAMED_INFERENCE):
            if component.known("EndpointName") == resource.name:
                raise AssemblyError(f"the runner does not serve inference components ({component.label})")
        config_name = resource.properties["EndpointConfigName"]
        config = _find(config_name, self.resources("AWS::SageMaker::EndpointConfig"))
        if config is None:
            raise AssemblyError(f"the assembly declares no endpoint configuration called {config_name}")
        variant, model_name = _typed(config, _variant)
        model = self.model(model_name)
        if model is None:
            raise AssemblyError(f"the assembly declares no model called {model_name}")
        return Endpoint(
            resource.name,
            variant,
            model,
            resource.address,
            resource.tags.get("answers"),
            config.properties.get("DataCaptureConfig"),
        )

    def _pipeline(self, resource: Resource) -> Pipeline:
        definition = resource.properties["PipelineDefinition"].get("PipelineDefinitionBody")
        if not isinstance(definition, str):
            raise AssemblyError("the runner reads a definition that stands in the template as text")
        arn = self.place.arn("sagemaker", f"pipeline/{resource.name}")
        return Pipeline(
            resource.name,
            arn,
            definition,
            resource.address,
            resource.tags.get("answers"),
            _role(resource),
        )


def _address(resource: Resource) -> Address:
    return resource.address


def _find(name: str, candidates: Iterable[Resource]) -> Resource | None:
    """The resource of that name, None where there is none; raises AssemblyError where there are several."""
    found = [one for one in candidates if one.known_name == name]
    if len(found) > 1:
        labels = " and ".join(one.label for one in found)
        raise AssemblyError(f"{labels} have the same name, {name}; AWS takes it once")
    return found[0] if found else None


def _role(pipeline: Resource) -> str | None:
    try:
        found = pipeline.find_property("RoleArn")
    except AssemblyError:
        return f"the role of {pipeline.label}"
    return None if found is None else str(found)


def _model(resource: Resource) -> Model:
    return Model.from_arguments(resource.name, resource.properties)


def _variant(config: Resource) -> tuple[str, str]:
    """The names of the one production variant and of its model."""
    variants: Sequence[Mapping[str, Any]] = config.properties.get("ProductionVariants", [])
    if len(variants) != 1:
        raise AssemblyError(f"the runner serves one production variant, not {len(variants)}")
    return variants[0]["VariantName"], variants[0]["ModelName"]


def _typed[T](resource: Resource, build: Callable[[Resource], T]) -> T:
    """What is built of the resource; errors name it, unless they name another one that it needs.

    A property that the runner would have to ignore, although it changes what a request gets, is refused.
    """
    with resource.named_in_errors():
        for refused in refusals(PROPERTIES[resource.type], resource.properties):
            raise AssemblyError(str(refused))
        return build(resource)
