"""How long AWS usually takes, from durations.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from rehearsal.cloudformation.outcome import Step

_FILE = Path(__file__).with_name("durations.toml")


def minutes(steps: Iterable[Step]) -> tuple[int, int]:
    """The least and the most minutes of steps that run side by side as far as they may: those of the longest
    way through what waits for what. Types without a known duration count as none."""
    ready: dict[str, tuple[int, int]] = {}
    for step in steps:
        before = [ready[one] for one in step.waits_for if one in ready]
        least, most = _known().get(step.type, (0, 0)) if step.action in ("create", "replace") else (0, 0)
        start = (max((one[0] for one in before), default=0), max((one[1] for one in before), default=0))
        ready[step.logical_id] = (start[0] + least, start[1] + most)
    return max((one[0] for one in ready.values()), default=0), max(
        (one[1] for one in ready.values()), default=0
    )


@cache
def _known() -> Mapping[str, tuple[int, int]]:
    with _FILE.open("rb") as file:
        return {name: (one["least"], one["most"]) for name, one in tomllib.load(file).items()}
