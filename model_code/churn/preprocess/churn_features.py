"""Raw rows to features: numeric columns standardized, then a one-hot block for each categorical column."""

import io
from collections.abc import Sequence
from functools import partial
from operator import getitem, itemgetter

import numpy as np
from churn_arrays import Arrays
from churn_cells import CategoryTable, NumberTable, standardized
from churn_columns import CATEGORICAL, CHARGES, COUNTED, NUMERIC, RAW
from churn_parameters import Parameters
from hop_request import RequestError, csv_cells, in_row
from numpy.typing import NDArray

_BILL = NUMERIC[0]
_ACCOUNT_LENGTH = RAW.index("Account Length")
_charges = itemgetter(*map(RAW.index, CHARGES))
_others = itemgetter(*map(RAW.index, (*COUNTED, *CATEGORICAL)))
# Rows that are worked on together: few enough to stay in the processor's cache.
PIECE = 512
# Measured: below, to take cells column by column costs more than it saves.
FEW = 10


def _total[Charge: (float, NDArray[np.float64])](
    day: Charge, evening: Charge, night: Charge, international: Charge
) -> Charge:
    # Always in this order: the last bit of a sum depends on it.
    return day + evening + night + international


class Features:
    """The fitted step. Rows come as `csv_text` returns them, one a line, in the columns of RAW.

    Both methods refuse (422) a row with another number of columns or with a cell that is not a finite number
    where one belongs, and name row and column. An empty cell of a number gets the median, a category that the
    training part does not have gets a block of zeros.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._arrays = Arrays(parameters)
        medians, means, scales = parameters.medians, parameters.means, parameters.scales
        self._account_length = NumberTable("Account Length", 0.0, float)
        self._charges = [NumberTable(column, medians[column], float) for column in CHARGES]
        self._others = [
            *(
                NumberTable(
                    column,
                    medians[column],
                    partial(standardized, mean=means[column], scale=scales[column], column=column),
                )
                for column in COUNTED
            ),
            *(CategoryTable(parameters.categories[column]) for column in CATEGORICAL),
        ]
        self._bill_mean, self._bill_scale = means[_BILL], scales[_BILL]

    def csv(self, text: str) -> str:
        """The features as CSV, every number at full precision."""
        lines = text.split("\n")
        pieces: list[str] = []
        for first in range(0, len(lines), PIECE):
            piece = lines[first : first + PIECE]
            by_column = self._by_column(piece) if len(piece) >= FEW else None
            # Joined at once, while it is in the cache; the empty one is for the last newline.
            pieces.append("\n".join([*(by_column or self._by_row(piece, first + 1)), ""]))
        return pieces[0] if len(pieces) == 1 else "".join(pieces)

    def matrix(self, text: str) -> NDArray[np.float64]:
        """The features as (rows, features): by arrays where every cell is plain, else as `csv` does it."""
        features = self._arrays.features(text)
        if features is None:
            features = np.loadtxt(io.StringIO(self.csv(text)), delimiter=",", ndmin=2)
        return features

    def _by_column(self, lines: Sequence[str]) -> list[str] | None:
        """Rendered lines, made column by column; None when a line is not plain or would be refused."""
        columns = _plain_columns(lines)
        if columns is None:
            return None
        try:
            for cell in {*columns[_ACCOUNT_LENGTH]}:
                _ = self._account_length[cell]
            charges = [
                np.fromiter(map(table.__getitem__, column), float, len(lines))
                for table, column in zip(self._charges, _charges(columns), strict=True)
            ]
            with np.errstate(over="ignore"):
                bills = (_total(*charges) - self._bill_mean) / self._bill_scale
            if not np.isfinite(bills).all():
                return None
            others = [
                map(table.__getitem__, column)
                for table, column in zip(self._others, _others(columns), strict=True)
            ]
            return [*map(",".join, zip(map(repr, bills.tolist()), *others, strict=True))]
        except RequestError:
            return None

    def _by_row(self, lines: Sequence[str], first_row: int) -> list[str]:
        """Rendered lines, made one by one; a refusal names the row."""
        rendered: list[str] = []
        try:
            for line in lines:
                rendered.append(self._row(line))
        except RequestError as error:
            raise in_row(first_row + len(rendered), error) from None
        return rendered

    def _row(self, line: str) -> str:
        cells = csv_cells(line)
        if len(cells) != len(RAW):
            raise RequestError(422, f"{len(cells)} columns, expected {len(RAW)}")
        _ = self._account_length[cells[_ACCOUNT_LENGTH]]
        total = _total(*map(getitem, self._charges, _charges(cells)))
        bill = standardized(total, self._bill_mean, self._bill_scale, _BILL)
        return ",".join((bill, *map(getitem, self._others, _others(cells))))


def _plain_columns(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells by column, or None if a row has a quote or more or fewer cells than expected."""
    width = len(RAW)
    text = ",\n,".join(lines)
    cells = text.split(",")
    if len(cells) != len(lines) * (width + 1) - 1 or '"' in text:
        return None
    # A line end is no cell: one after each `width` cells shows that every row has as many.
    if cells[width :: width + 1].count("\n") != len(lines) - 1:
        return None
    return [cells[index :: width + 1] for index in range(width)]
