"""What a pipeline's definition may not say."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stacks.constructs.pipeline.references import EXECUTION_ID, paths

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BRANCHES = ("IfSteps", "ElseSteps")


def check_definition(definition: Mapping[str, Any]) -> None:
    """Raises ValueError for a name that is taken or not allowed, and for a reference to what is not declared:
    a parameter, the execution's id, a step that stands before it and outside the other branches of a
    condition, a property file of such a step, an output for a property file."""
    parameters = [parameter["Name"] for parameter in definition["Parameters"]]
    for name in parameters:
        if parameters.count(name) > 1:
            raise ValueError(f"two parameters are called {name}")
    known = {EXECUTION_ID.path, *(f"Parameters.{name}" for name in parameters)}
    _check(definition["Steps"], known, set())


def _check(steps: Sequence[Mapping[str, Any]], known: set[str], names: set[str]) -> None:
    """Checks steps that may refer to what is known; `names` are those that are taken."""
    known = {*known}
    for step in steps:
        name, arguments = step["Name"], step["Arguments"]
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a valid step name: expected up to 64 letters, digits, hyphens, underscores"
            )
        if name in names:
            raise ValueError(f"two steps are called {name}")
        names.add(name)
        own = {key: value for key, value in arguments.items() if key not in _BRANCHES}
        for path in paths(own):
            if not _is_declared(path, known):
                raise ValueError(f"the step {name} refers to {path}, which nothing before it declares")
        known |= {f"Steps.{name}", *_property_files(step)}
        for branch in _BRANCHES:
            _check(arguments.get(branch, []), known, names)


def _property_files(step: Mapping[str, Any]) -> list[str]:
    outputs = {
        output["OutputName"]
        for output in step["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
    }
    files = step.get("PropertyFiles", [])
    for file in files:
        if file["OutputName"] not in outputs:
            raise ValueError(
                f"the property file {file['PropertyFileName']} lies in the output {file['OutputName']}, "
                f"which the step {step['Name']} does not have"
            )
    return [f"Steps.{step['Name']}.PropertyFiles.{file['PropertyFileName']}" for file in files]


def _is_declared(path: str, known: set[str]) -> bool:
    if ".PropertyFiles." in path or not path.startswith("Steps."):
        return path in known
    return ".".join(path.split(".")[:2]) in known
