"""Series of two-hourly loads, and the parts of them that a model is trained, tested and compared on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from electricity_file import Readings
from numpy.typing import NDArray

STEP = timedelta(hours=2)
QUARTERS = 8
DIGITS = 5

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """A client's loads, NaN where missing, from `start` on in steps of two hours.

    `special` is 1 where the day is a special one; `category` is the client's number.
    """

    client: str
    start: datetime
    loads: Values
    category: int | None = None
    special: Values | None = None

    def position(self, moment: datetime) -> int:
        """Where a moment stands among the points; below 0 before the first."""
        return (moment - self.start) // STEP

    def until(self, end: datetime, *, special_until: datetime | None = None) -> "Series":
        """The points before `end`; of the special days those before `special_until`, if that is given."""
        stop = max(0, self.position(end))
        special = self.special
        if special is not None:
            special = special[: max(0, self.position(special_until or end))]
        return replace(self, loads=self.loads[:stop], special=special)

    def document(self) -> dict[str, Any]:
        """The series as DeepAR reads it; a missing load is "NaN"."""
        members: dict[str, Any] = {"start": str(self.start), "target": _numbers(self.loads)}
        if self.category is not None:
            members["cat"] = [self.category]
        if self.special is not None:
            members["dynamic_feat"] = [self.special.tolist()]
        return members


@dataclass(frozen=True)
class Window:
    """The points of `horizon` from `start` on, and the history before them."""

    number: int
    start: datetime
    horizon: timedelta

    @property
    def end(self) -> datetime:
        return self.start + self.horizon


def two_hourly(readings: Readings, start: datetime) -> list[Series]:
    """The mean load of every two hours from `start` on, of each client from its first load other than 0.

    The eight quarters of an hour that begin within two hours are added up and divided by eight, as the
    workshop does it; the file's very first two hours have seven. With fewer readings a value is missing.
    A client without any load is left out.
    """
    # A reading is filed under the moment that is written beside it, the end of its quarter of an hour.
    minutes = int(readings.first.astype("datetime64[m]").astype(np.int64))
    before = minutes % 120 // 15
    after = -(before + len(readings.loads)) % QUARTERS
    padded = np.pad(readings.loads, ((before, after), (0, 0)), constant_values=np.nan)
    bins = padded.reshape(-1, QUARTERS, padded.shape[1])
    loads = np.nansum(bins, axis=1) / QUARTERS
    loads[np.isnan(bins).sum(axis=1) > 1] = np.nan
    if after > 1:
        loads = loads[:-1]  # Two hours that are not over yet.
    first = datetime(1970, 1, 1) + timedelta(minutes=minutes - before * 15)
    skipped = max(0, (start - first) // STEP)
    found = []
    for column, client in enumerate(readings.clients):
        values = np.round(loads[skipped:, column], DIGITS)
        running = np.flatnonzero(np.nan_to_num(values))
        if running.size:
            begins = first + (skipped + int(running[0])) * STEP
            found.append(Series(client, begins, values[running[0] :]))
    return found


def windows(first: datetime, horizon: timedelta, count: int, every: int = 1) -> list[Window]:
    """`count` windows, the first of which starts at `first` and each other `every` horizons after it."""
    return [Window(number + 1, first + number * every * horizon, horizon) for number in range(count)]


def requests(
    series: Sequence[Series], among: Sequence[Window], context: int
) -> Iterator[tuple[Series, Window]]:
    """What can be forecast: the history before each window, of each series that has a whole window and an
    observed value among the last `context` points before it."""
    for window in among:
        for one in series:
            begin, end = one.position(window.start), one.position(window.end)
            if end > len(one.loads) or begin <= 0:
                continue
            if np.isfinite(one.loads[max(0, begin - context) : begin]).any():
                yield one.until(window.start, special_until=window.end), window


def _numbers(values: Values) -> list[float | str]:
    return ["NaN" if np.isnan(value) else value for value in values.tolist()]
