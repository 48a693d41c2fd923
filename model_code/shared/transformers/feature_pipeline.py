"""Rows of a table to features: groups of columns, each through transformers of its own, then all together."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from automl_cells import plain
from cell_numbers import number, numbers
from hop_request import RequestError, in_row
from saved_transformers import restored, saved
from transformer import CellTransformer, Columns, Matrix, NumberTransformer, Transformer

FILE, ARRAYS = "features.json", "features.npz"
# Numbers that are worked on together: a megabyte of them stays in the processor's cache.
PIECE = 1 << 17
MOST_ROWS = 2048


# The cells of a column are often the same.
_plain = lru_cache(maxsize=1 << 14)(plain)


@dataclass
class ColumnGroup:
    """Some columns, by name, and the transformers that they go through, one after the other.

    The first is one of cells or, for columns of numbers, one of numbers, as all others are.
    """

    names: Sequence[str]
    transformers: Sequence[Transformer]

    def __post_init__(self) -> None:
        if not self.names or not self.transformers:
            raise ValueError("a group of columns: expected at least one column and one transformer")
        first, *others = self.transformers
        self.of_cells = first if isinstance(first, CellTransformer) else None
        self.steps = _of_numbers(others if self.of_cells else [first, *others])


class FeaturePipeline:
    """The groups' features side by side, then `steps` on all of them.

    `transform` and `row` refuse (422) a cell that is not a number where one belongs, naming row and column.
    """

    def __init__(self, columns: Sequence[ColumnGroup], steps: Sequence[Transformer] = ()) -> None:
        if not columns:
            raise ValueError("expected at least one group of columns")
        self.groups = [*columns]
        self.steps = _of_numbers(steps)

    @property
    def width(self) -> int:
        if self.steps:
            return self.steps[-1].width
        return sum(group.transformers[-1].width for group in self.groups)

    @property
    def rows(self) -> int:
        """How many rows are best transformed together."""
        return piece_rows(sum(map(_read_width, self.groups)))

    def bind(self, names: Sequence[str]) -> None:
        """Say in which order the columns come; ValueError if a group has one that is not among them."""
        unknown = [name for group in self.groups for name in group.names if name not in names]
        if unknown:
            raise ValueError(f"there is no column {unknown[0]!r} in the table")
        self._places = [[names.index(name) for name in group.names] for group in self.groups]
        self._names = [*names]

    def fit(self, names: Sequence[str], columns: Columns) -> None:
        """Fit each transformer on what comes out of those before it; `columns` are those of `names`.

        Refuses what `transform` refuses.
        """
        self.bind(names)
        try:
            self._fit(columns)
        except RequestError as error:
            raise self._in_its_row(columns, 1) or error from None

    def _fit(self, columns: Columns) -> None:
        for group, places in zip(self.groups, self._places, strict=True):
            chosen = [columns[place] for place in places]
            if group.of_cells:
                group.of_cells.fit(_plain_columns(chosen))
            for place, step in enumerate(group.steps):
                through = partial(self._group, group, group.steps[:place])
                step.fit(_Pieces(chosen, through, piece_rows(_read_width(group))))
        for place, step in enumerate(self.steps):
            step.fit(_Pieces(columns, partial(self._features, self.steps[:place]), self.rows))

    def transform(self, columns: Columns, first_row: int = 1) -> Matrix:
        """(rows, features); `first_row` is the number that a refusal gives to the first row."""
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                return self._features(self.steps, columns)
        except RequestError as error:
            raise self._in_its_row(columns, first_row) or error from None

    def _in_its_row(self, columns: Columns, first_row: int) -> RequestError | None:
        """The refusal of the first row that has one: column by column, another row's may have come first."""
        for row, cells in enumerate(zip(*columns, strict=True), first_row):
            try:
                for group, places in zip(self.groups, self._places, strict=True):
                    if not group.of_cells:
                        _ = _numbers_of_row(group, [cells[place] for place in places])
            except RequestError as error:
                return in_row(row, error)
        return None

    def row(self, cells: Sequence[str], row: int = 1) -> Matrix:
        """One row's features."""
        try:
            parts = [
                self._group_row(group, [cells[place] for place in places])
                for group, places in zip(self.groups, self._places, strict=True)
            ]
        except RequestError as error:
            raise in_row(row, error) from None
        with np.errstate(over="ignore", invalid="ignore"):
            return _through(np.concatenate(parts), self.steps)

    def _features(self, steps: Sequence[NumberTransformer], columns: Columns) -> Matrix:
        parts = [
            self._group(group, group.steps, [columns[place] for place in places])
            for group, places in zip(self.groups, self._places, strict=True)
        ]
        return _through(np.concatenate(parts, axis=1), steps)

    def _group(self, group: ColumnGroup, steps: Sequence[NumberTransformer], columns: Columns) -> Matrix:
        if group.of_cells:
            return _through(group.of_cells.transform(_plain_columns(columns)), steps)
        read = [numbers(cells, name) for cells, name in zip(columns, group.names, strict=True)]
        return _through(np.stack(read, axis=1), steps)

    def _group_row(self, group: ColumnGroup, cells: Sequence[str]) -> Matrix:
        if group.of_cells:
            features = np.zeros(group.of_cells.width)
            places, values = group.of_cells.row([*map(_plain, cells)])
            features[places] = values
        else:
            features = _numbers_of_row(group, cells)
        with np.errstate(over="ignore", invalid="ignore"):
            return _through(features, group.steps)

    def save(self, folder: Path) -> None:
        """Write features.json and features.npz."""
        arrays: dict[str, Any] = {}
        document = {
            "names": self._names,
            "groups": [
                {
                    "columns": [*group.names],
                    "transformers": saved(group.transformers, arrays),
                }
                for group in self.groups
            ],
            "steps": saved(self.steps, arrays),
        }
        (folder / FILE).write_text(json.dumps(document, ensure_ascii=False) + "\n", "utf-8")
        np.savez(folder / ARRAYS, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> "FeaturePipeline":
        """Read what `save` wrote; KeyError or ValueError for anything else."""
        document = json.loads((folder / FILE).read_text("utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            groups = [
                ColumnGroup(group["columns"], [restored(one, arrays) for one in group["transformers"]])
                for group in document["groups"]
            ]
            pipeline = cls(groups, [restored(one, arrays) for one in document["steps"]])
        pipeline.bind(document["names"])
        return pipeline


def _plain_columns(columns: Columns) -> Columns:
    return [[*map(_plain, cells)] for cells in columns]


def _numbers_of_row(group: ColumnGroup, cells: Sequence[str]) -> Matrix:
    return np.array([number(*one) for one in zip(cells, group.names, strict=True)])


class _Pieces:
    """The rows of some columns, made into numbers a piece at a time, as often as somebody asks."""

    def __init__(self, columns: Columns, made: Callable[[Columns], Matrix], size: int) -> None:
        self._columns = columns
        self._made = made
        self._size = size

    def __iter__(self) -> Iterator[Matrix]:
        for start in range(0, len(self._columns[0]), self._size):
            yield self._made([cells[start : start + self._size] for cells in self._columns])


def _read_width(group: ColumnGroup) -> int:
    """How many features its first transformer makes, or takes if it takes numbers."""
    return group.of_cells.width if group.of_cells else len(group.names)


def piece_rows(width: int) -> int:
    """How many rows of that many features are worked on together."""
    return max(1, min(MOST_ROWS, PIECE // max(width, 1)))


def _through(numbers: Matrix, steps: Sequence[NumberTransformer]) -> Matrix:
    for step in steps:
        numbers = step.transform(numbers)
    return numbers


def _of_numbers(steps: Sequence[Transformer]) -> list[NumberTransformer]:
    found = []
    for one in steps:
        if not isinstance(one, NumberTransformer):
            raise ValueError(f"{type(one).__name__}: expected a transformer of numbers in this place")
        found.append(one)
    return found
