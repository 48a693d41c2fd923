"""A column of the table in the forms in which it is counted and modeled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from automl_cells import number
from column_types import DATETIME, ID, NUMERIC, date_number
from numpy.typing import NDArray
from table_file import Table
from table_schema import Schema

type Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnValues:
    """Name, type (`column_types`) and plain cells of a column."""

    name: str
    type: str
    cells: Sequence[str]

    @cached_property
    def numbers(self) -> Numbers:
        """Each cell as a number, NaN where it is none; a date in seconds."""
        of = date_number if self.type == DATETIME else number
        return np.array([of(cell) for cell in self.cells])

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Each cell as the number of its value; a missing one is a value, too."""
        return np.unique(np.array(self.cells, dtype=object), return_inverse=True)[1]

    def of(self, rows: Sequence[int]) -> "ColumnValues":
        """The column of some of the rows."""
        return ColumnValues(self.name, self.type, [self.cells[row] for row in rows])

    @property
    def is_ordered(self) -> bool:
        """Whether the order of the values means something."""
        return self.type in (NUMERIC, DATETIME) or (self.type == ID and not np.isnan(self.numbers).any())


def feature_columns(table: Table, schema: Schema) -> list[ColumnValues]:
    """The columns without the target, in the file's order."""
    columns = [index for index in range(len(table.names)) if index != schema.target_index]
    return [
        ColumnValues(column.name, column.type, table.column(index))
        for column, index in zip(schema.columns, columns, strict=True)
    ]
