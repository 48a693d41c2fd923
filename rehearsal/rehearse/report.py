"""A rehearsed deployment as Markdown, and as JSON: the verdict first, then what is done, step by step."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from assembly.markdown import NOTHING, code, codes, table
from rehearsal.cloudformation.outcome import Deployment, Failure, StackOperation, Step
from rehearsal.cloudformation.state import Left
from rehearsal.rehearse.durations import minutes

_DONE = {"create": "created", "update": "updated", "delete": "deleted", "none": "not changed"}
_WAITS = 3
# Two of their kind are never there at once, or what is in them goes with them.
_LOST = ("delete", "replace")


def report(title: str, deployment: Deployment, notes: Sequence[str] = ()) -> str:
    """The whole report, the same for the same deployment. `notes` are sentences after the verdict."""
    lines = [f"# {title}", "", verdict(deployment)]
    lines += [line for note in notes for line in ("", note)]
    if deployment.failure is not None:
        lines += ["", "## Why it fails", *_why(deployment.failure)]
    operations = [one for stack in deployment.stacks for one in stack.walk()]
    lines += ["", "## Stacks, in the order in which they are deployed", ""]
    lines += table(["stack", "is", "status", "steps", "minutes"], [_stack_row(one) for one in operations])
    lines += _lost([one for one in operations if one.kind == "update"])
    lines += _left(operations)
    for one in operations:
        if one.steps:
            lines += ["", f"## {code(one.stack)}", ""]
            lines += table(["", "step", "resource", "type", "waits for"], _step_rows(one))
    return "\n".join(lines) + "\n"


def summary(deployment: Deployment) -> str:
    """The verdict, and where it fails why, with what works instead."""
    lines = [verdict(deployment)]
    if deployment.failure is not None:
        lines += _why(deployment.failure)
    return "\n".join(lines) + "\n"


def verdict(deployment: Deployment) -> str:
    """One sentence: whether it works, and with how many stacks, or where it fails."""
    if deployment.failure is not None:
        failure = deployment.failure
        return f"**It fails** in {code(failure.stack)}: {_resource(failure)}{code(failure.kind)}."
    counts = Counter(one.kind for stack in deployment.stacks for one in stack.walk())
    held = [one for one in deployment.stacks if _is_held_back(one)]
    if not set(counts) - {"none"} and not held:
        return "**It works: nothing changes.**"
    unchanged = counts.pop("none", 0) - len(held)
    parts = [f"{_stacks(number)} {_DONE[kind]}" for kind, number in sorted(counts.items())]
    parts += [f"{_stacks(unchanged)} {_DONE['none']}"] if unchanged else []
    parts += [f"{_stacks(len(held))} not deployed"] if held else []
    return f"**It works:** {', '.join(parts)}."


def as_json(deployment: Deployment) -> dict[str, Any]:
    """The verdict, the operations with their steps, the failure, and what belongs to no stack afterwards."""
    return {
        "works": deployment.failure is None,
        "verdict": verdict(deployment),
        "failure": asdict(deployment.failure) if deployment.failure else None,
        "stacks": [
            {**asdict(one), "minutes": list(minutes(one.steps))}
            for stack in deployment.stacks
            for one in stack.walk()
        ],
        "left": [asdict(one) for one in deployment.state.left],
    }


def _stacks(number: int) -> str:
    return "1 stack is" if number == 1 else f"{number} stacks are"


def _is_held_back(operation: StackOperation) -> bool:
    return operation.kind == "none" and not operation.outcome


def _resource(failure: Failure) -> str:
    return f"{code(failure.path or failure.logical_id)} ({failure.type}): " if failure.logical_id else ""


def _why(failure: Failure) -> list[str]:
    lines = ["", f"> {_one_line(failure.message)}"]
    lines += ["", f"Source: <{failure.source}>"] if failure.source else []
    if failure.ways_out:
        lines += ["", "What works instead, one of:", "", *(f"- {_one_line(way)}" for way in failure.ways_out)]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _stack_row(operation: StackOperation) -> list[str]:
    done = "not deployed" if _is_held_back(operation) else _DONE[operation.kind]
    status = operation.outcome or NOTHING
    if operation.reason and operation.reason != "no changes":
        status += f": {code(_one_line(operation.reason))}"
    return [
        code(operation.stack),
        done,
        status,
        str(len(operation.steps) or NOTHING),
        _minutes(operation.steps),
    ]


def _minutes(steps: Sequence[Step]) -> str:
    least, most = minutes(steps)
    return f"{least} to {most}" if most else NOTHING


def _lost(operations: Sequence[StackOperation]) -> list[str]:
    rows = [
        [step.action, code(f"{one.stack}/{step.path}"), step.type, code(step.physical_id)]
        for one in operations
        for step in one.steps
        if step.action in _LOST and step.phase != "rollback"
    ]
    if not rows:
        return []
    return ["", "## What is deleted or replaced", "", *table(["", "resource", "type", "name"], rows)]


def _left(operations: Sequence[StackOperation]) -> list[str]:
    rows = [_left_row(one) for operation in operations for one in operation.left]
    if not rows:
        return []
    return [
        "",
        "## What belongs to no stack afterwards",
        "",
        *table(["resource", "type", "name", "why"], rows),
    ]


def _left_row(left: Left) -> list[str]:
    found = left.resource
    return [code(f"{left.stack}/{found.path}"), found.type, code(found.physical_id), _one_line(left.reason)]


def _step_rows(operation: StackOperation) -> Iterator[list[str]]:
    paths = {step.logical_id: step.path for step in operation.steps}
    for number, step in enumerate(operation.steps, 1):
        waits = [paths[one] for one in step.waits_for if one in paths]
        more = f" and {len(waits) - _WAITS} more" if len(waits) > _WAITS else ""
        phase = "" if step.phase == "apply" else f" ({step.phase})"
        failed = f": {code(_one_line(step.reason))}" if step.status.endswith("FAILED") else ""
        yield [
            str(number),
            f"{step.action}{phase}{failed}",
            code(step.path),
            step.type,
            (codes(waits[-_WAITS:]) + more) or NOTHING,
        ]
