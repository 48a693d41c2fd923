"""The cloud assembly as a whole: what its stacks declare together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from local.assembly import manifest, resource_types
from local.assembly.manifest import Asset
from local.assembly.resources import Endpoint, Model, Pipeline, Resource
from local.assembly.stack import Stack
from local.errors import AssemblyError


class Assembly:
    """The stacks of one synthesised app, nested ones included, with everything that runs resolved.

    `region` and `account` are those of the stacks, `assets` the staged files by their S3 URI. Whatever the
    runner cannot run faithfully is refused on creation, with stack and logical id.
    """

    def __init__(self, folder: Path) -> None:
        files = manifest.read_stacks(folder)
        if len({file.place for file in files}) > 1:
            raise AssemblyError(f"{folder}: the stacks are spread over several regions or accounts")
        self.place = files[0].place
        self.assets: Mapping[str, Asset] = manifest.read_assets(folder, self.place)
        self._folder = folder
        self.stacks = [Stack(file.name, file.template, file.place, self) for file in files]
        self.stacks = [stack for outermost in self.stacks for stack in outermost.walk()]
        self._resolved = {kind: list(self._find(kind)) for kind in resource_types.RUN}

    @property
    def region(self) -> str:
        return self.place.region

    @property
    def account(self) -> str:
        return self.place.account

    def resources(self, kind: str) -> list[Resource]:
        """The resources of one type in the order of stacks and templates."""
        return self._resolved[kind] if kind in self._resolved else list(self._find(kind))

    @property
    def without_local_effect(self) -> list[str]:
        """The types that are declared but do nothing on this machine, sorted."""
        declared = {kind for stack in self.stacks for _, kind in stack.types()}
        return sorted(declared & resource_types.DECLARED.keys())

    @cached_property
    def models(self) -> list[Model]:
        return [
            _typed(resource, lambda resource: Model.from_arguments(resource.name, resource.properties))
            for resource in self.resources("AWS::SageMaker::Model")
        ]

    @cached_property
    def endpoints(self) -> list[Endpoint]:
        return [_typed(resource, self._endpoint) for resource in self.resources("AWS::SageMaker::Endpoint")]

    def endpoint(self, workload: str) -> Endpoint:
        """The endpoint whose name ends in `-<workload>`; raises AssemblyError unless there is exactly one."""
        return _ending_in(workload, "endpoint", self.endpoints)

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        return [_typed(resource, self._pipeline) for resource in self.resources("AWS::SageMaker::Pipeline")]

    def pipeline(self, workload: str) -> Pipeline:
        """The pipeline whose name ends in `-<workload>`; raises AssemblyError unless there is exactly one."""
        return _ending_in(workload, "pipeline", self.pipelines)

    def batch_pipeline(self, workload: str) -> Pipeline:
        """The pipeline `...-<workload>-...` (`-churn-batch`), which sends data through the deployed model.

        Raises AssemblyError unless there is exactly one.
        """
        found = [pipeline for pipeline in self.pipelines if f"-{workload}-" in pipeline.name]
        if len(found) != 1:
            names = ", ".join(pipeline.name for pipeline in self.pipelines) or "none"
            raise AssemblyError(
                f"no single pipeline is called ...-{workload}-...; the assembly declares {names}"
            )
        return found[0]

    def package_group(self, workload: str) -> str:
        """The name of the one model package group that ends in `-<workload>`; raises AssemblyError."""
        groups = self.resources("AWS::SageMaker::ModelPackageGroup")
        return _ending_in(workload, "model package group", groups).name

    def read_template(self, file_name: str) -> Mapping[str, Any]:
        """A template of the assembly by its file name."""
        return manifest.read_json(self._folder / file_name)

    def import_value(self, export: str) -> Any:
        """The value that a stack exports; raises AssemblyError when none does."""
        for stack in self.stacks:
            for name, output in stack.exports():
                if name == export:
                    return stack.output(output)
        raise AssemblyError(f"no stack of the assembly exports {export}")

    def _find(self, kind: str) -> Iterator[Resource]:
        for stack in self.stacks:
            yield from stack.resources(kind)

    def _endpoint(self, resource: Resource) -> Endpoint:
        config_name = resource.properties["EndpointConfigName"]
        config = _one(config_name, "endpoint configuration", self.resources("AWS::SageMaker::EndpointConfig"))
        variants = config.properties.get("ProductionVariants", [])
        if len(variants) != 1:
            raise AssemblyError(
                f"the runner serves one production variant; {config.label} has {len(variants)}"
            )
        model = _one(variants[0]["ModelName"], "model", self.models)
        return Endpoint(resource.name, variants[0]["VariantName"], model)

    def _pipeline(self, resource: Resource) -> Pipeline:
        definition = resource.properties["PipelineDefinition"].get("PipelineDefinitionBody")
        if not isinstance(definition, str):
            raise AssemblyError("the runner reads a definition that stands in the template as text")
        arn = self.place.arn("sagemaker", f"pipeline/{resource.name}")
        return Pipeline(resource.name, arn, definition)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def _one[N: _Named](name: str, what: str, candidates: Iterable[N]) -> N:
    for candidate in candidates:
        if candidate.name == name:
            return candidate
    raise AssemblyError(f"the assembly declares no {what} called {name}")


def _ending_in[N: _Named](workload: str, what: str, candidates: Sequence[N]) -> N:
    found = [one for one in candidates if one.name.endswith(f"-{workload}")]
    if len(found) != 1:
        names = ", ".join(one.name for one in candidates) or "none"
        raise AssemblyError(f"no single {what}'s name ends in -{workload}; the assembly declares {names}")
    return found[0]


def _typed[T](resource: Resource, build: Callable[[Resource], T]) -> T:
    try:
        return build(resource)
    except KeyError as error:
        raise AssemblyError(f"{resource.label} ({resource.type}): {error.args[0]} is missing") from None
    except AssemblyError as error:
        raise AssemblyError(f"{resource.label} ({resource.type}): {error}") from None
