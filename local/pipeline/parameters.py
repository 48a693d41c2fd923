"""A pipeline's parameters: declared in its definition, given on the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.errors import PipelineError, UsageError

_BOOLEANS = {"true": True, "false": False}
_READ: Mapping[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: _BOOLEANS[text.lower()],
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
        if not isinstance(kind, str) or kind not in _READ:
            raise PipelineError(
                f"the parameter {name} has the type {kind}; the runner knows {', '.join(_READ)}"
            )
        return cls(name, kind, declared.get("DefaultValue"), tuple(choices))

    def read(self, text: str) -> Any:
        """The value that a text stands for; raises UsageError when it is not of the type or not a choice."""
        try:
            value = _READ[self.type](text)
        except (ValueError, KeyError):
            raise UsageError(f"--set {self.name}: {text!r} is no {self.type}") from None
        if self.choices and value not in self.choices:
            choices = ", ".join(map(str, self.choices))
            raise UsageError(f"--set {self.name}: {text!r} is none of {choices}")
        return value


def bind(parameters: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """The value of every parameter: the given one, else its default.

    Raises UsageError for a name that is not declared and for a value that is missing or wrong.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise UsageError(f"--set {name}: the pipeline has no such parameter; it has {known}")
    values = {
        name: parameter.read(given[name]) if name in given else parameter.default
        for name, parameter in by_name.items()
    }
    for name, value in values.items():
        if value is None:
            raise UsageError(f"the parameter {name} has no default; give it with --set {name}=VALUE")
    return values
