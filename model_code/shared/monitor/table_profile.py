"""A table in one pass: the profile of each column, and what rows had other columns than these."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from column_profile import ColumnProfile

CHUNK = 10_000

type Row = Sequence[str]


class TableProfile:
    """Rows of cells, of which the first ones belong to the columns of these names.

    A row that is too short lacks its last cells, which are then missing. Cells beyond the last name belong to
    extra columns, called by their position as Spark does: `_c20`.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.columns = [ColumnProfile(name) for name in names]
        self.rows = 0
        self.widest = 0
        self.with_extra = 0

    def update(self, rows: Iterable[Row]) -> None:
        remaining = iter(rows)
        while chunk := list(islice(remaining, CHUNK)):
            self._add(chunk)

    def _add(self, rows: list[Row]) -> None:
        expected = len(self.columns)
        widths = {len(row) for row in rows}
        self.rows += len(rows)
        self.widest = max(self.widest, *widths)
        if widths != {expected}:
            self.with_extra += sum(len(row) > expected for row in rows)
            rows = [[*row[:expected], *[""] * (expected - len(row))] for row in rows]
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=True):
            column.update(cells)

    @property
    def missing_columns(self) -> Sequence[str]:
        """The columns that no row had."""
        return [one.name for one in self.columns[self.widest :]] if self.rows else []

    @property
    def extra_columns(self) -> Sequence[str]:
        return [f"_c{position}" for position in range(len(self.columns), self.widest)]

    def document(self) -> dict[str, Any]:
        """statistics.json."""
        return {
            "version": 0.0,
            "dataset": {"item_count": self.rows},
            "features": [one.document() for one in self.columns],
        }


def without(rows: Iterable[Row], position: int | None) -> Iterator[Row]:
    """The rows without the cell at a position, if one is given."""
    if position is None:
        yield from rows
        return
    for row in rows:
        yield list(chain(row[:position], row[position + 1 :]))
