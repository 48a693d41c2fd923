"""What an endpoint has captured, in the order of its files, one invocation at a time."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
    were, and `reasons` why the first ones.
    """

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.rglob("*.jsonl"))
        self.skipped = 0
        self.reasons: list[str] = []

    def __len__(self) -> int:
        return len(self._files)

    def read(self, window: Window) -> Iterator[Invocation]:
        """The invocations of a window; files of other hours are not opened."""
        for file in self._files:
            hour = _hour(file)
            if hour is not None and not window.touches_hour(hour):
                continue
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, start=1):
                    found = self._invocation(line, f"{file.name}, line {number}")
                    if found is not None and found.time in window:
                        yield found

    def skip(self, where: str, reason: object) -> None:
        self.skipped += 1
        if len(self.reasons) < _MOST_NAMED:
            self.reasons.append(f"{where}: {reason}")

    def _invocation(self, line: str, where: str) -> Invocation | None:
        try:
            captured = json.loads(line)
            metadata, data = captured["eventMetadata"], captured["captureData"]
            answer = data.get("endpointOutput")
            return Invocation(
                metadata.get("inferenceId") or metadata["eventId"],
                _time(metadata["inferenceTime"]),
                _text(data["endpointInput"]),
                None if answer is None else _text(answer),
            )
        except KeyError as error:
            self.skip(where, f"{error.args[0]} is missing")
        except (ValueError, TypeError, AttributeError) as error:
            self.skip(where, error)
        return None


def _text(side: Mapping[str, Any]) -> str:
    if side["encoding"] == "BASE64":
        return base64.b64decode(side["data"], validate=True).decode()
    text = side["data"]
    if not isinstance(text, str):
        raise ValueError(f"expected text, got {type(text).__name__}")
    return text


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _hour(file: Path) -> datetime | None:
    """The hour that the file's folders say, None where they say none."""
    try:
        year, month, day, hour = (int(part) for part in file.parts[-5:-1])
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
