"""The metrics of a training, as SageMaker finds them: in the lines that its container prints."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from local.containers.images import Image
from local.errors import JobError
from local.storage.files import write_whole

FILE = "metrics.json"
_ANY = {"part": r"(?P<part>[^\s:]+?)", "name": r"(?P<name>[^\s:]+)"}
# How often the file is brought up to date while the container runs.
_SECONDS_BETWEEN_WRITES = 1.0


@dataclass(frozen=True)
class Emitted:
    """A value of a metric, as it was printed, and when."""

    name: str
    text: str
    at: datetime

    @property
    def value(self) -> float | None:
        """The value, None where what was printed is no finite number."""
        try:
            value = float(self.text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None


@dataclass(frozen=True)
class Printed:
    """How a metric is printed. In its name `{part}` and `{name}` stand for what the groups of these names
    match, as where an image's own algorithm prints any `{part}:{name}`."""

    name: str
    pattern: re.Pattern[str]

    def found(self, line: str) -> Iterator[tuple[str, str]]:
        """The names and values in a line."""
        for match in self.pattern.finditer(line):
            name = self.name
            for group, text in match.groupdict().items():
                name = name.replace(f"{{{group}}}", text)
            yield name, match[self._value]

    @property
    def _value(self) -> int:
        """The number of the group that has no name."""
        return min(set(range(1, self.pattern.groups + 1)) - set(self.pattern.groupindex.values()))


def printed_metrics(algorithm: Mapping[str, Any], image: Image) -> list[Printed]:
    """How the metrics of an AlgorithmSpecification are printed: those of its MetricDefinitions, and those of
    the image's own algorithm. Raises JobError for a regular expression that is malformed."""
    printed = [
        Printed(one["Name"], re.compile(_checked(one["Name"], one["Regex"])))
        for one in algorithm.get("MetricDefinitions", [])
    ]
    own = [Printed(name, re.compile(pattern.format(**_ANY))) for name, pattern in image.metrics.items()]
    return printed + own


def pattern_of(metric: str, algorithm: Mapping[str, Any], image: Image) -> str:
    """The regular expression whose one group is the metric's value.

    It is that of the definition's MetricDefinitions, or of the image where its own algorithm has the metric.
    Raises JobError where neither has it, or it is no such expression.
    """
    for one in algorithm.get("MetricDefinitions", []):
        if one["Name"] == metric:
            return _checked(metric, one["Regex"])
    pattern = image.metric_pattern(metric)
    if pattern is None:
        raise JobError(f"no definition of the metric {metric}: add it to MetricDefinitions")
    return _checked(metric, pattern)


class MetricReader:
    """Reads a log as it grows, and keeps each value of each metric with the time of its line.

    The values are in `metrics.json` in `folder` at the end, and up to a second late before: a list of
    `{"name", "value", "at"}` in the order of the lines, without what is no finite number. Once `is_enough`
    of a value, the lines behind it do not count: what a training that is stopped prints until it ends
    depends on the machine.
    """

    def __init__(
        self,
        log: Path,
        printed: Sequence[Printed],
        folder: Path,
        is_enough: Callable[[Emitted], bool] = lambda value: False,
    ) -> None:
        self.emitted: list[Emitted] = []
        self.has_enough = False
        self._is_enough = is_enough
        self._log = log
        self._printed = printed
        self._target = folder / FILE
        self._position = 0
        self._written, self._in_file = monotonic(), 0

    def look(self) -> None:
        """Read the lines that are new."""
        self._read(whole=False)
        if len(self.emitted) > self._in_file and monotonic() - self._written >= _SECONDS_BETWEEN_WRITES:
            self._write()

    def close(self) -> None:
        """Read the rest of the log, and write the file; to be called when the container has ended, once or
        again."""
        self._read(whole=True)
        self._write()

    def _read(self, *, whole: bool) -> None:
        """Read to the end of the last line, or of the log."""
        try:
            stream = self._log.open("rb")
        except FileNotFoundError:  # its container has not started
            return
        with stream:
            stream.seek(self._position)
            new = stream.read()
            # Of lines that are read together, the last one was written then.
            at = datetime.fromtimestamp(self._log.stat().st_mtime, UTC)
        if not whole:
            new = new[: new.rfind(b"\n") + 1]
        self._position += len(new)
        for line in new.decode("utf-8", "replace").split("\n"):
            if not self.has_enough:
                self._take(line, at)

    def _take(self, line: str, at: datetime) -> None:
        known = set()
        for printed in self._printed:
            found = [Emitted(name, text, at) for name, text in printed.found(line) if name not in known]
            known |= {one.name for one in found}
            self.emitted += found
            self.has_enough = any(map(self._is_enough, found)) or self.has_enough

    def _write(self) -> None:
        content = [
            {"name": one.name, "value": one.value, "at": one.at.isoformat(timespec="microseconds")}
            for one in self.emitted
            if one.value is not None
        ]
        write_whole(self._target, json.dumps(content) + "\n")
        self._written, self._in_file = monotonic(), len(self.emitted)


def _checked(metric: str, pattern: str) -> str:
    """The pattern; raises JobError where it is no regular expression with one group, the value."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise JobError(f"the regular expression of {metric} is malformed: {error}") from None
    if groups != 1:
        raise JobError(f"the regular expression of {metric} has {groups} groups; expected 1, the value")
    return pattern
