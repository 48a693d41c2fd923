"""What an endpoint has captured, in the order of its files, one invocation at a time."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import csv_rows
from table_profile import Row

_HOUR = timedelta(hours=1)
_MOST_NAMED = 3


@dataclass(frozen=True)
class Window:
    """The times from `start` on and before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, time: datetime) -> bool:
        return self.start <= time < self.end

    def touches_hour(self, hour: datetime) -> bool:
        return hour < self.end and hour + _HOUR > self.start

    @property
    def with_neighbors(self) -> Self:
        """The same with an hour before and one after it."""
        return replace(self, start=_moved(self.start, -_HOUR), end=_moved(self.end, _HOUR))


@dataclass(frozen=True)
class Invocation:
    """A request and its answer as text; `id` is the client's inference id, else the event's."""

    id: str
    time: datetime
    request: str
    answer: str | None

    @property
    def rows(self) -> list[Row]:
        """The rows of a request of CSV; raises ValueError for anything else."""
        return csv_rows.of_text(self.request)


class Captures:
    """The files below a folder, `.../yyyy/mm/dd/hh/*.jsonl`.

    A line that is none of SageMaker's, or whose request is no text, is skipped: `skipped` says how many there
    were in the hours of what was read, and `reasons` why the first ones.
    """

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.rglob("*.jsonl"))
        self.skipped = 0
        self.reasons: list[str] = []

    def __len__(self) -> int:
        return len(self._files)

    def read(self, window: Window) -> Iterator[Invocation]:
        """The invocations of a window; files of hours that are not beside it are not opened."""
        opened = window.with_neighbors
        for file in self._files:
            hour = _hour(file)
            # A file that was begun in one hour, or written in the next, holds invocations of both.
            if hour is not None and not opened.touches_hour(hour):
                continue
            with file.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    try:
                        found = _invocation(line)
                    except ValueError as error:
                        # What says no time is of its file's.
                        if hour is None or window.touches_hour(hour):
                            self.skip(f"{file.name}, line {number}", error)
                        continue
                    if found.time in window:
                        yield found

    def skip(self, where: str, reason: object) -> None:
        self.skipped += 1
        if len(self.reasons) < _MOST_NAMED:
            self.reasons.append(f"{where}: {reason}")


def _invocation(line: bytes) -> Invocation:
    """What a line of a capture file says; raises ValueError for any other."""
    try:
        captured = json.loads(line)
        metadata, data = captured["eventMetadata"], captured["captureData"]
        answer = data.get("endpointOutput")
        return Invocation(
            _known(metadata.get("inferenceId") or metadata["eventId"]),
            _time(metadata["inferenceTime"]),
            _text(data["endpointInput"]),
            None if answer is None else _text(answer),
        )
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from None
    except (TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a line of data capture: {error}") from None


def _text(side: Mapping[str, Any]) -> str:
    if side["encoding"] == "BASE64":
        return base64.b64decode(side["data"], validate=True).decode()
    return _known(side["data"])


def _known(text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError(f"expected text, got {type(text).__name__}")
    # Half of a surrogate pair, which JSON can hold and no file of UTF-8.
    text.encode()
    return text


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _hour(file: Path) -> datetime | None:
    """The hour that the file's folders say, None where they say none."""
    try:
        year, month, day, hour = (int(part) for part in file.parts[-5:-1])
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None


def _moved(time: datetime, by: timedelta) -> datetime:
    try:
        return time + by
    except OverflowError:
        return time
