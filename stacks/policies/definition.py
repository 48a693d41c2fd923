"""The definition of an AWS::SageMaker::Pipeline, and the models that templates and definitions hold."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.policies.templates import Json, Resource, lookup

MODEL = "AWS::SageMaker::Model"
PIPELINE = "AWS::SageMaker::Pipeline"


@dataclass(frozen=True)
class Step:
    """A step of a definition; `path` leads to its arguments."""

    path: str
    type: str
    arguments: Mapping[str, Json]
    defaults: Mapping[str, Json]

    def get(self, path: str) -> Json:
        """An argument; for one that a parameter of the pipeline sets, the parameter's default."""
        value = lookup(self.arguments, path)
        reference = value.get("Get", "") if isinstance(value, Mapping) else ""
        return self.defaults.get(reference.removeprefix("Parameters."), value) if reference else value


@dataclass(frozen=True)
class ModelDeclaration:
    """A model of a template, or one that a pipeline creates or registers."""

    path: str
    properties: Mapping[str, Json]
    containers: list[Mapping[str, Json]]
    is_registered: bool = False

    def at(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path else path

    def container_path(self, index: int, name: str = "") -> str:
        place = "InferenceSpecification.Containers" if self.is_registered else "Containers"
        return self.at(f"{place}.{index}" + (f".{name}" if name else ""))


def steps(pipeline: Resource) -> Iterator[Step]:
    """Every step of a pipeline, also those that a condition leads to.

    Raises ValueError for a pipeline whose definition is not in the template: no rule could look into it.
    """
    body = pipeline.get("PipelineDefinition.PipelineDefinitionBody")
    if not isinstance(body, str):
        raise ValueError(f"{pipeline.stack}/{pipeline.logical_id} has no PipelineDefinitionBody")
    definition = json.loads(body)
    defaults = {
        parameter["Name"]: parameter.get("DefaultValue") for parameter in definition.get("Parameters", [])
    }
    return _steps(definition["Steps"], defaults)


def _steps(declared: list[dict[str, Any]], defaults: Mapping[str, Json]) -> Iterator[Step]:
    for step in declared:
        arguments = step.get("Arguments", {})
        yield Step(f"{step['Name']}.Arguments", step["Type"], arguments, defaults)
        for branch in ("IfSteps", "ElseSteps"):
            yield from _steps(arguments.get(branch, []), defaults)


def steps_with_trainings(pipeline: Resource) -> Iterator[Step]:
    """The steps, and each training that a tuning step defines, of one kind or several, as a training step."""
    for step in steps(pipeline):
        yield step
        if step.type != "Tuning":
            continue
        several = enumerate(step.arguments.get("TrainingJobDefinitions", []))
        places = {f"TrainingJobDefinitions.{number}": one for number, one in several}
        if not places or "TrainingJobDefinition" in step.arguments:
            places["TrainingJobDefinition"] = step.arguments.get("TrainingJobDefinition", {})
        for place, definition in places.items():
            yield Step(f"{step.path}.{place}", "Training", definition, step.defaults)


def models(resource: Resource) -> Iterator[ModelDeclaration]:
    """The models that a resource declares: itself, or those of a pipeline's steps."""
    if resource.type == MODEL:
        primary = resource.get("PrimaryContainer")
        containers = resource.get("Containers") or ([primary] if primary else [])
        yield ModelDeclaration("", resource.properties, containers)
        return
    for step in steps(resource):
        if step.type == "Model":
            yield ModelDeclaration(step.path, step.arguments, step.arguments.get("Containers", []))
        elif step.type == "RegisterModel":
            containers = lookup(step.arguments, "InferenceSpecification.Containers") or []
            yield ModelDeclaration(step.path, step.arguments, containers, is_registered=True)
