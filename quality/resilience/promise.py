"""What a promise is measured with, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of everything is sent, broken and replaced.

    Without `judges_speed` nothing is promised of what a busy machine changes.
    """

    bad_inputs: int = 10_000
    live_bad_inputs: int = 400
    at_once: int = 1_000
    kills: int = 25
    spoilers: int = 10
    spoilt: int = 3
    overload_seconds: float = 8
    overload_rounds: int = 3
    replacements: int = 50
    bad_versions: int = 10
    judges_speed: bool = True


WHOLE = Size()
# Everything once: shows that it runs.
SMALLEST = Size(
    bad_inputs=200,
    live_bad_inputs=10,
    at_once=40,
    kills=1,
    spoilers=1,
    spoilt=1,
    overload_seconds=0.5,
    overload_rounds=1,
    replacements=1,
    bad_versions=1,
    judges_speed=False,
)


@dataclass(frozen=True)
class Context:
    """What a promise is measured on: `assembly`, working in `folder`; `note` shows a line of progress."""

    assembly: Path
    folder: Path
    note: Callable[[str], None]
    size: Size = WHOLE


@dataclass(frozen=True)
class Figure:
    """One measured number with its unit; `at_most` and `at_least` are what is promised of it, if anything."""

    title: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def limit(self) -> str:
        """What is promised, in words; empty when nothing is."""
        if self.at_most is not None and self.at_most == self.at_least:
            return number(self.at_most)
        words = []
        if self.at_least is not None:
            words.append(f"at least {number(self.at_least)}")
        if self.at_most is not None:
            words.append(f"at most {number(self.at_most)}")
        return " and ".join(words)


def exactly(title: str, value: float, unit: str, promised: float) -> Figure:
    """A figure of which one value is promised: as a rule, 0 of something."""
    return Figure(title, value, unit, at_most=promised, at_least=promised)


@dataclass(frozen=True)
class Result:
    """What was measured of one promise, which is `promise` in words."""

    promise: str
    figures: Sequence[Figure]

    @property
    def holds(self) -> bool:
        return all(figure.holds for figure in self.figures)


# Takes its time and gives what it found. Raises a SlipwayError when nothing can be measured.
Measure = Callable[[Context], Result]


def number(value: float) -> str:
    """As people write it: whole numbers with commas, fractions with three digits."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
