"""Arguments of SageMaker's API against its own model, which botocore carries."""

from collections.abc import Mapping
from reprlib import repr as shorten
from typing import Any

from local.aws.models import operation_model
from local.aws.shapes import Element, Fault, MapKey, Member, Path, faults
from local.errors import JobError

_WORDS = {"structure": "an object", "map": "an object", "list": "an array", "string": "a string"}


def check(operation: str, arguments: Mapping[str, Any]) -> None:
    """Raise JobError for the first argument that AWS would refuse, with what was expected and what came."""
    for fault in faults(operation_model("sagemaker", operation).input_shape, arguments):
        raise JobError(_text(fault))


def _text(fault: Fault) -> str:
    name, kind = _name(fault.path) or fault.shape.name, fault.shape.type_name
    match fault.rule:
        case "type":
            expected = _WORDS.get(kind, f"a value of type {kind}")
            return f"{name} is {shorten(fault.value)}; expected {expected}"
        case "unknown":
            return f"{name} is an unknown argument; expected one of {', '.join(fault.shape.members)}"
        case "missing":
            return f"{name} is missing"
        case "enum":
            return f"{name} {shorten(fault.value)} is not one of {', '.join(fault.limit)}"
        case "pattern":
            return f"{name} {shorten(fault.value)} does not match {fault.limit}"
    unit = " long" if fault.of_length else ""
    most = "most" if fault.rule == "max" else "least"
    return f"{name} is {fault.measured}{unit}; expected at {most} {fault.limit}"


def _name(path: Path) -> str:
    name = ""
    for step in path:
        if isinstance(step, Element):
            name += f"[{step.position}]"
        elif isinstance(step, MapKey):
            name += f"'s key {step.key!r}"
        else:
            text = step.name if isinstance(step, Member) else step.key
            name += f".{text}" if name else text
    return name
