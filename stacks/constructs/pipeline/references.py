"""Values of a pipeline definition that exist only when the pipeline runs."""

from collections.abc import Iterator, Sequence
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
class JsonGet:
    """What a property file of a step holds at a path: `Steps.Evaluate.PropertyFiles.Evaluation`, `f1`."""

    file: Get
    path: str

    def render(self) -> dict[str, Any]:
        return {"Std:JsonGet": {"PropertyFile": self.file.render(), "Path": self.path}}


@dataclass(frozen=True)
class Parameter:
    """What whoever starts the pipeline may set, to one of the choices where there are any; it stands for its
    value wherever a value is taken."""

    name: str
    type: str
    default: str | int | float
    choices: tuple[str, ...] = ()

    @classmethod
    def string(cls, name: str, default: str) -> Self:
        return cls(name, "String", default)

    @classmethod
    def choice(cls, name: str, choices: Sequence[str]) -> Self:
        """A string out of several; the first is the default."""
        return cls(name, "String", choices[0], tuple(choices))

    @classmethod
    def integer(cls, name: str, default: int) -> Self:
        return cls(name, "Integer", default)

    @classmethod
    def number(cls, name: str, default: float) -> Self:
        return cls(name, "Float", default)

    def declare(self) -> dict[str, Any]:
        choices = {"EnumValues": list(self.choices)} if self.choices else {}
        return {"Name": self.name, "Type": self.type, "DefaultValue": self.default, **choices}

    def render(self) -> dict[str, Any]:
        return Get(f"Parameters.{self.name}").render()


type Reference = Get | Join | JsonGet | Parameter
type Value = str | Reference

EXECUTION_ID = Get("Execution.PipelineExecutionId")


def render(value: Any) -> Any:
    """The value as the definition's JSON has it, references in dictionaries and lists included."""
    if isinstance(value, Get | Join | JsonGet | Parameter):
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
