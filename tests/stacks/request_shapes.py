"""Holds the arguments of a pipeline's steps against the shapes of SageMaker's own API model.

botocore's validator checks required members, types and minima only. This walks the whole shape: members that
do not exist, enums, patterns, lengths and ranges as well.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

# What a step's arguments are those of, and the member that Pipelines fills in itself.
OPERATIONS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Training": ("CreateTrainingJob", "TrainingJobName"),
    "Tuning": ("CreateHyperParameterTuningJob", "HyperParameterTuningJobName"),
    "Transform": ("CreateTransformJob", "TransformJobName"),
    "Model": ("CreateModel", "ModelName"),
    # No step of Pipelines: a state of Step Functions names the job.
    "AutoML": ("CreateAutoMLJobV2", "AutoMLJobName"),
    "RegisterModel": ("CreateModelPackage", "ModelPackageName"),
}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
_PARAMETER_TYPES = {"String": ("string",), "Integer": ("integer", "long"), "Float": ("float", "double")}
_PLACEHOLDER = "${"


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@dataclass(frozen=True)
class Arguments:
    """Walks arguments; `parameters` are the pipeline's, by name.

    A parameter counts by its default and each of its choices; any other reference, and text with a
    CloudFormation reference in it, as a string of any kind.
    """

    parameters: Mapping[str, Any]

    def faults(self, step_type: str, arguments: Mapping[str, Any]) -> Iterator[str]:
        """What the API would refuse of a step's arguments, each with its path."""
        operation, given = OPERATIONS[step_type]
        shape = _service().operation_model(operation).input_shape
        assert isinstance(shape, StructureShape)
        return self._structure(shape, {given: "named-by-pipelines", **arguments}, "")

    def _value(self, shape: Shape, value: Any, path: str) -> Iterator[str]:
        reference = _reference(value)
        if reference == "Get" and value["Get"].startswith("Parameters."):
            yield from self._parameter(shape, value["Get"].removeprefix("Parameters."), path)
        elif reference:
            if shape.type_name != "string":
                yield f"{path}: {reference} gives a string, not {shape.type_name}"
        elif not _is_a(value, shape):
            yield f"{path}: {value!r} is not of type {shape.type_name}"
        elif isinstance(shape, StructureShape):
            yield from self._structure(shape, value, path)
        else:
            yield from _bounds(shape, value, path)
            yield from self._elements(shape, value, path)

    def _parameter(self, shape: Shape, name: str, path: str) -> Iterator[str]:
        parameter = self.parameters[name]
        if shape.type_name not in _PARAMETER_TYPES[parameter["Type"]]:
            yield f"{path}: the parameter {name} is {parameter['Type']}, not {shape.type_name}"
            return
        for value in dict.fromkeys([parameter["DefaultValue"], *parameter.get("EnumValues", [])]):
            yield from _bounds(shape, value, path)

    def _structure(self, shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
        for name in shape.required_members:
            if name not in value:
                yield f"{_join(path, name)}: is missing"
        for name, item in value.items():
            if name not in shape.members:
                yield f"{_join(path, name)}: there is no such member"
            else:
                yield from self._value(shape.members[name], item, _join(path, name))

    def _elements(self, shape: Shape, value: Any, path: str) -> Iterator[str]:
        if isinstance(shape, ListShape):
            for index, item in enumerate(value):
                yield from self._value(shape.member, item, f"{path}[{index}]")
        elif isinstance(shape, MapShape):
            for key, item in value.items():
                yield from _bounds(shape.key, key, f"{path}.{key}")
                yield from self._value(shape.value, item, _join(path, key))


def _reference(value: Any) -> str | None:
    """The function that stands in the place of a value."""
    if isinstance(value, dict) and len(value) == 1:
        [name] = value
        if name == "Get" or name.startswith("Std:"):
            return str(name)
    return None


def _is_a(value: Any, shape: Shape) -> bool:
    if isinstance(value, bool) and shape.type_name != "boolean":
        return False
    return isinstance(value, _TYPES[shape.type_name])


def _bounds(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and _PLACEHOLDER in value:
        return
    limits = shape.metadata
    size = value if isinstance(value, int | float) else len(value)
    if "min" in limits and size < limits["min"]:
        yield f"{path}: {value!r} is below {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"{path}: {value!r} is above {limits['max']}"
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is not one of {', '.join(shape.enum[:5])}, ..."
    if "pattern" in limits and not re.fullmatch(_python(limits["pattern"]), value):
        yield f"{path}: {value!r} does not match {limits['pattern']}"


def _python(pattern: str) -> str:
    """A pattern of the model, whose classes of letters, spaces and digits Python's `re` does not know."""
    return pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
