"""What a place in a resource is called: a property's path, or the step of a pipeline and its argument."""

from collections.abc import Sequence

from assembly.markdown import code
from review.differences import ADDED, REMOVED, Path

_DEFINITION = ("Properties", "PipelineDefinition", "PipelineDefinitionBody")
_STEPS = ("Steps", "IfSteps", "ElseSteps")


def property_cell(path: Path) -> str:
    """The path below a resource's declaration as Markdown."""
    if path[: len(_DEFINITION)] == _DEFINITION:
        return _in_definition(path[len(_DEFINITION) :])
    return code(_dotted(path[1:] if path[0] == "Properties" else path))


def step_of(path: Path) -> str | None:
    """The name of the innermost pipeline step that the path leads into."""
    if path[: len(_DEFINITION)] != _DEFINITION:
        return None
    steps, _ = _steps(path[len(_DEFINITION) :])
    return steps[-1] if steps else None


def _steps(path: Path) -> tuple[list[str], Path]:
    steps = []
    while len(path) > 1 and path[0] in _STEPS and path[1].startswith("["):
        steps.append(path[1].strip("[]"))
        path = path[2:]
        path = path[1:] if path[:1] == ("Arguments",) else path
    return steps, path


def _in_definition(path: Path) -> str:
    steps, path = _steps(path)
    if steps:
        named = f"step {' / '.join(map(code, steps))}"
        return f"{named} {code(_dotted(path))}" if path else named
    if len(path) > 1 and path[0] == "Parameters":
        named = f"parameter {code(path[1].strip('[]'))}"
        return f"{named} {code(_dotted(path[2:]))}" if path[2:] else named
    return f"definition {code(_dotted(path))}"


def _dotted(path: Sequence[str]) -> str:
    named = [one for one in path if one not in (ADDED, REMOVED)]
    return "".join(one if one.startswith("[") or not index else f".{one}" for index, one in enumerate(named))
