"""A pipeline's parameters: declared in its definition, given on the command line."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assembly.errors import UsageError
from local.errors import PipelineError

# Of StartPipelineExecution: a test holds them against botocore's model.
LONGEST_VALUE = 1024
LONGEST_NAME = 256
MOST_PARAMETERS = 200
_NAME = re.compile(r"[A-Za-z0-9\-_]+", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


def _number[N: (int, float)](pattern: re.Pattern[str], kind: Callable[[str], N], text: str) -> N:
    # Not Python's own reading, which takes `1_000`, ` 5 `, `nan` and `1e400`.
    if pattern.fullmatch(text) is None or not math.isfinite(number := kind(text)):
        raise ValueError(text)
    return number


_READ: Mapping[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": lambda text: _number(_INTEGER, int, text),
    "Float": lambda text: _number(_FLOAT, float, text),
    "Boolean": lambda text: _BOOLEANS[text.lower()],
}
_DEFAULTS: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (float, int),
    "Boolean": (bool,),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter; `default` is None when it has to be given, `choices` empty when any value will do."""

    name: str
    type: str
    default: Any
    choices: tuple[Any, ...]

    @classmethod
    def parse(cls, declared: Mapping[str, Any]) -> "Parameter":
        """Read an entry of the definition's Parameters; raises PipelineError for an unknown type."""
        name, kind, choices = declared["Name"], declared["Type"], declared.get("EnumValues", [])
        if not isinstance(name, str) or not isinstance(choices, list):
            raise PipelineError("a parameter's Name is a string, its EnumValues an array")
        if len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
            raise PipelineError(
                f"{name!r} is not a valid parameter name: expected at most {LONGEST_NAME} letters, digits, "
                "hyphens and underscores"
            )
        if not isinstance(kind, str) or kind not in _READ:
            raise PipelineError(
                f"the parameter {name} has the type {kind}; the runner supports {', '.join(_READ)}"
            )
        default = declared.get("DefaultValue")
        if default is not None and not _is_of(kind, default):
            raise PipelineError(f"the parameter {name}: the default {default!r} is not of type {kind}")
        if choices and default is not None and default not in choices:
            known = ", ".join(map(str, choices))
            raise PipelineError(f"the parameter {name}: the default {default!r} is not one of {known}")
        return cls(name, kind, default, tuple(choices))

    def read(self, text: str) -> Any:
        """The value that a text stands for; raises UsageError when it is not of the type or not a choice."""
        if not text:
            raise UsageError(f"parameter {self.name}: the value is empty; expected at least 1 character")
        if len(text) > LONGEST_VALUE:
            raise UsageError(
                f"parameter {self.name}: the value has {len(text)} characters; "
                f"expected at most {LONGEST_VALUE}"
            )
        try:
            value = _READ[self.type](text)
        except (ValueError, KeyError):
            raise UsageError(f"parameter {self.name}: {text!r} is not of type {self.type}") from None
        if self.choices and value not in self.choices:
            choices = ", ".join(map(str, self.choices))
            raise UsageError(f"parameter {self.name}: {text!r} is not one of {choices}")
        return value


def _is_of(kind: str, value: Any) -> bool:
    if kind != "Boolean" and isinstance(value, bool):
        return False
    return isinstance(value, _DEFAULTS[kind]) and (not isinstance(value, float) or math.isfinite(value))


def bind(parameters: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """The value of every parameter: the given one, else its default.

    Raises UsageError for a name that is not declared and for a value that is missing or wrong.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    if len(given) > MOST_PARAMETERS:
        raise UsageError(f"{len(given)} parameters are set; an execution takes at most {MOST_PARAMETERS}")
    for name in given:
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise UsageError(f"parameter {name}: the pipeline has no such parameter; it has {known}")
    values = {
        name: parameter.read(given[name]) if name in given else parameter.default
        for name, parameter in by_name.items()
    }
    for name, value in values.items():
        if value is None:
            raise UsageError(f"parameter {name}: it has no default; set a value for it")
    return values
