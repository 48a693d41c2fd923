"""Dates as numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar

import numpy as np
from column_types import date_number
from transformer import CellTransformer, Columns, Entries, Matrix

PARTS = ("days since 1970", "month", "day", "weekday", "hour")
_DAY = 86_400


@dataclass
class DateTimeVectorizer(CellTransformer):
    """The PARTS of a date, for each column; all missing for a cell that is none (`column_types.date_number`).

    A weekday is 0 on Mondays. A time without a zone is taken for UTC, and so is what comes out.
    """

    FITTED: ClassVar = ("columns",)
    columns: int = field(init=False, repr=False)

    @property
    def width(self) -> int:
        return self.columns * len(PARTS)

    def fit(self, columns: Columns) -> None:
        self.columns = len(columns)

    def transform(self, columns: Columns) -> Matrix:
        read = [np.array([_parts(cell) for cell in cells], dtype=np.float64) for cells in columns]
        return np.concatenate(read, axis=1)

    def row(self, cells: Sequence[str]) -> Entries:
        values = [part for cell in cells for part in _parts(cell)]
        return [*range(len(values))], values


@lru_cache(maxsize=1 << 12)
def _parts(cell: str) -> tuple[float, ...]:
    seconds = date_number(cell)
    if math.isnan(seconds):
        return (math.nan,) * len(PARTS)
    date = datetime.fromtimestamp(seconds, UTC)
    return seconds / _DAY, date.month, date.day, date.weekday(), date.hour
