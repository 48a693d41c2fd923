"""Values of a definition that exist only when it runs: `Get` references and `Std:` functions."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import PipelineError

# A member (`.Name`), an element (`[0]`) or an entry (`['name']`) on the way from a step to its property.
_PART = re.compile(r"\.(?P<member>[A-Za-z0-9_-]+)|\[(?P<index>\d+)\]|\['(?P<key>[^'\]]+)'\]", re.ASCII)
_STEP = re.compile(r"Steps\.(?P<name>[A-Za-z0-9_-]+)(?P<rest>.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Values:
    """The values of references: parameters, variables of this execution, the steps' descriptions so far.

    `read_json` gives the content of a property file by its S3 URI.
    """

    parameters: Mapping[str, Any]
    execution: Mapping[str, str]
    steps: dict[str, Mapping[str, Any]]
    read_json: Callable[[str], Any]


class Unread(Mapping[str, "Unread"]):
    """Stands for the content of a property file while nothing has run: whatever is looked for is there."""

    def __getitem__(self, key: str) -> "Unread":
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return "<known when it runs>"


def resolve(value: Any, values: Values) -> Any:
    """The value with references and functions replaced; raises PipelineError for what is not there."""
    if isinstance(value, dict):
        function = _function_name(value)
        if function is None:
            return {key: resolve(item, values) for key, item in value.items()}
        if function not in _FUNCTIONS:
            raise PipelineError(f"the runner does not support the function {function}")
        return _FUNCTIONS[function](value[function], values)
    if isinstance(value, list):
        return [resolve(item, values) for item in value]
    return value


def unknown_functions(value: Any) -> Iterator[str]:
    """Names of the functions anywhere in the value that the runner does not support."""
    return (function for function, _ in _calls(value) if function not in _FUNCTIONS)


def references(value: Any) -> Iterator[str]:
    """The path of every `Get` in the value."""
    return (str(argument) for function, argument in _calls(value) if function == "Get")


def step_of(path: str) -> str | None:
    """The step that a path begins with, None when it does not lead to a step."""
    match = _STEP.fullmatch(path)
    return match["name"] if match else None


def _calls(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if (function := _function_name(value)) is not None:
            yield function, value[function]
        for item in value.values():
            yield from _calls(item)
    elif isinstance(value, list):
        for item in value:
            yield from _calls(item)


def _function_name(value: Mapping[str, Any]) -> str | None:
    name = next(iter(value), None) if len(value) == 1 else None
    return name if name is not None and (name == "Get" or name.startswith("Std:")) else None


def _get(path: Any, values: Values) -> Any:
    if not isinstance(path, str):
        raise PipelineError(f"Get takes a path, not {path!r}")
    match = _STEP.fullmatch(path)
    if match is not None:
        if match["name"] not in values.steps:
            raise PipelineError(f"{path}: there is no step {match['name']}")
        return follow(values.steps[match["name"]], match["rest"], path)
    kind, _, name = path.partition(".")
    known: Mapping[str, Any] = {"Parameters": values.parameters, "Execution": values.execution}.get(kind, {})
    if name not in known:
        raise PipelineError(f"{path}: there is no such parameter, variable or step")
    return known[name]


def follow(value: Any, rest: str, path: str) -> Any:
    """What is at `rest` (`.a.b[0]['c']`) below the value; `path` is how errors call the whole way."""
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None:
            raise PipelineError(f"{path}: malformed at {rest[position:]!r}")
        position = match.end()
        step: str | int = int(match["index"]) if match["index"] else match["member"] or match["key"]
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            raise PipelineError(f"{path}: there is no {match[0]}") from None
    return value


def _join(argument: Any, values: Values) -> str:
    if not isinstance(argument, dict) or not isinstance(argument.get("Values"), list):
        raise PipelineError("Std:Join takes On and Values")
    items = [resolve(item, values) for item in argument["Values"]]
    for item in items:
        if isinstance(item, dict | list) or item is None:
            raise PipelineError(f"Std:Join takes strings and numbers, not {item!r}")
    return str(argument.get("On", "")).join(_text(item) for item in items)


def _json_get(argument: Any, values: Values) -> Any:
    if not isinstance(argument, dict) or argument.keys() != {"PropertyFile", "Path"}:
        raise PipelineError("Std:JsonGet takes PropertyFile and Path")
    uri = resolve(argument["PropertyFile"], values)
    path = resolve(argument["Path"], values)
    if not isinstance(uri, str) or not isinstance(path, str):
        raise PipelineError("Std:JsonGet takes a reference to a property file and a path as text")
    value = follow(values.read_json(uri), path if path.startswith("[") else f".{path}", path)
    if isinstance(value, dict | list) or value is None:
        raise PipelineError(
            f"Std:JsonGet: {path} in {uri} is {value!r}; expected a string, number or Boolean"
        )
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FUNCTIONS: Mapping[str, Callable[[Any, Values], Any]] = {
    "Get": _get,
    "Std:Join": _join,
    "Std:JsonGet": _json_get,
}
