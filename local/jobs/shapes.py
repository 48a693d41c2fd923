"""Arguments of SageMaker's API against its own model, which botocore carries."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from reprlib import repr as shorten
from typing import Any

from local.errors import JobError

_KINDS: Mapping[str, Any] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}
_WORDS = {"structure": "an object", "map": "an object", "list": "an array", "string": "a string"}


def check(operation: str, arguments: Mapping[str, Any]) -> None:
    """Raise JobError for the first argument that AWS would refuse, with what was expected and what came."""
    for fault in _faults(_input_of(operation), arguments, ""):
        raise JobError(fault)


@lru_cache
def _input_of(operation: str) -> Any:
    # Imported late: reading the model takes longer than most commands.
    from botocore.loaders import Loader  # noqa: PLC0415
    from botocore.model import ServiceModel  # noqa: PLC0415

    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")
    return model.operation_model(operation).input_shape


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind, limits, name = shape.type_name, shape.metadata, path or shape.name
    accepted: Any = _KINDS.get(kind, (object,))
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
        yield f"{name} is {shorten(value)}; expected {_WORDS.get(kind, f'a value of type {kind}')}"
        return
    if kind == "structure":
        yield from _faults_of_members(shape, value, path)
    elif kind == "list":
        for position, one in enumerate(value):
            yield from _faults(shape.member, one, f"{path}[{position}]")
    elif kind == "map":
        for key, one in value.items():
            yield from _faults(shape.key, key, f"{path}'s key {key!r}")
            yield from _faults(shape.value, one, f"{path}.{key}")
    elif kind == "string":
        if shape.enum and value not in shape.enum:
            yield f"{name} {shorten(value)} is not one of {', '.join(shape.enum)}"
        elif "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            yield f"{name} {shorten(value)} does not match {limits['pattern']}"
    measure = len(value) if kind in ("list", "map", "string") else value
    if kind != "structure" and not isinstance(value, bool):
        yield from _out_of_range(name, measure, limits, "" if measure is value else " long")


def _faults_of_members(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for key in value:
        if key not in shape.members:
            yield f"{prefix}{key} is an unknown argument; expected one of {', '.join(shape.members)}"
    for key in shape.required_members:
        if key not in value:
            yield f"{prefix}{key} is missing"
    for key, member in shape.members.items():
        if key in value:
            yield from _faults(member, value[key], f"{prefix}{key}")


def _out_of_range(name: str, measure: Any, limits: Mapping[str, Any], unit: str) -> Iterator[str]:
    if "max" in limits and measure > limits["max"]:
        yield f"{name} is {measure}{unit}; expected at most {limits['max']}"
    if "min" in limits and measure < limits["min"]:
        yield f"{name} is {measure}{unit}; expected at least {limits['min']}"
