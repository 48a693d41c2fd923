"""Values of a pipeline definition that exist only when the pipeline runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Get:
    """A parameter, an execution variable, or a property of a step: `Steps.Pca.ModelArtifacts...`."""

    path: str

    def render(self) -> dict[str, Any]:
        return {"Get": self.path}


@dataclass(frozen=True)
class Join:
    """Strings and references put together with `on` between them."""

    on: str
    values: tuple["Value", ...]

    def render(self) -> dict[str, Any]:
        return {"Std:Join": {"On": self.on, "Values": [render(value) for value in self.values]}}


@dataclass(frozen=True)
class Parameter:
    """What whoever starts the pipeline may set; it stands for its value wherever a value is taken."""

    name: str
    type: str
    default: str | int | float | bool

    @classmethod
    def string(cls, name: str, default: str) -> Self:
        return cls(name, "String", default)

    @classmethod
    def integer(cls, name: str, default: int) -> Self:
        return cls(name, "Integer", default)

    def declare(self) -> dict[str, Any]:
        return {"Name": self.name, "Type": self.type, "DefaultValue": self.default}

    def render(self) -> dict[str, Any]:
        return Get(f"Parameters.{self.name}").render()


type Reference = Get | Join | Parameter
type Value = str | Reference

EXECUTION_ID = Get("Execution.PipelineExecutionId")


def render(value: Any) -> Any:
    """The value as the definition's JSON has it, references in dictionaries and lists included."""
    if isinstance(value, Get | Join | Parameter):
        return value.render()
    if isinstance(value, dict):
        return {key: render(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item) for item in value]
    return value


def paths(rendered: Any) -> Iterator[str]:
    """The path of every `Get` in rendered JSON."""
    if isinstance(rendered, dict):
        if rendered.keys() == {"Get"}:
            yield rendered["Get"]
        else:
            for item in rendered.values():
                yield from paths(item)
    elif isinstance(rendered, list):
        for item in rendered:
            yield from paths(item)
