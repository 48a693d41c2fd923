"""What the transformers have in common: parameters, what is fitted, and both as JSON and arrays."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

# (rows, features), or the features of one row; NaN is a missing number.
type Matrix = NDArray[np.float64]
# The cells of some columns, each a sequence with a cell a row.
type Columns = Sequence[Sequence[str]]
# The features of a row that are not zero: their places and their numbers.
type Entries = tuple[list[int], list[float]]


class Transformer(ABC):
    """A dataclass: its fields are its parameters. `FITTED` names the attributes that `fit` finds."""

    FITTED: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def width(self) -> int:
        """How many features come out."""

    def parameters(self) -> dict[str, Any]:
        """As JSON has them; NaN, which it does not have, is the text `nan`."""
        values = {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.init}  # type: ignore[arg-type]
        return {
            name: "nan" if isinstance(value, float) and math.isnan(value) else value
            for name, value in values.items()
        }

    def fitted(self) -> dict[str, Any]:
        """What `restore` takes: arrays, and lists of what JSON has."""
        return {name: getattr(self, name) for name in self.FITTED}

    def restore(self, fitted: Mapping[str, Any]) -> None:
        for name in self.FITTED:
            setattr(self, name, fitted[name])


class NumberTransformer(Transformer):
    """Takes numbers: all rows at once, or one row, by the same arithmetic."""

    @abstractmethod
    def fit(self, pieces: Iterable[Matrix]) -> None:
        """Find what is fitted in the rows, which come in pieces and may be asked for more than once."""

    @abstractmethod
    def transform(self, numbers: Matrix) -> Matrix:
        """The features of a matrix, or of one row."""


class CellTransformer(Transformer):
    """Takes the cells of columns as they are written."""

    @abstractmethod
    def fit(self, columns: Columns) -> None: ...

    @abstractmethod
    def transform(self, columns: Columns) -> Matrix:
        """(rows, features)."""

    @abstractmethod
    def row(self, cells: Sequence[str]) -> Entries:
        """One row's features, by look-up."""
