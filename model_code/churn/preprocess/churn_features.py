"""Raw rows to features: numeric columns standardised, then a one-hot block for each categorical column."""

import io
from functools import partial
from operator import getitem, itemgetter

import numpy as np
from churn_arrays import Arrays
from churn_cells import CategoryTable, NumberTable, standardised
from churn_columns import CATEGORICAL, CHARGES, COUNTED, NUMERIC, RAW
from churn_parameters import Parameters
from hop_request import RequestError, csv_cells, in_row
from numpy.typing import NDArray

_BILL = NUMERIC[0]
_ACCOUNT_LENGTH = RAW.index("Account Length")
_charges = itemgetter(*map(RAW.index, CHARGES))
_others = itemgetter(*map(RAW.index, (*COUNTED, *CATEGORICAL)))


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
                    partial(standardised, mean=means[column], scale=scales[column], column=column),
                )
                for column in COUNTED
            ),
            *(CategoryTable(parameters.categories[column]) for column in CATEGORICAL),
        ]
        self._bill = partial(standardised, mean=means[_BILL], scale=scales[_BILL], column=_BILL)

    def csv(self, text: str) -> str:
        """The features as CSV, every number at full precision: made cell by cell, for one row or many."""
        rendered: list[str] = []
        try:
            for line in text.split("\n"):
                rendered.append(self._row(line))
        except RequestError as error:
            raise in_row(len(rendered) + 1, error) from None
        return "\n".join(rendered) + "\n"

    def matrix(self, text: str) -> NDArray[np.float64]:
        """The features as (rows, features): by arrays where every cell is plain, else as `csv` does it."""
        features = self._arrays.features(text)
        if features is None:
            features = np.loadtxt(io.StringIO(self.csv(text)), delimiter=",", ndmin=2)
        return features

    def _row(self, line: str) -> str:
        cells = csv_cells(line)
        if len(cells) != len(RAW):
            raise RequestError(422, f"{len(cells)} columns, expected {len(RAW)}")
        _ = self._account_length[cells[_ACCOUNT_LENGTH]]
        day, evening, night, international = map(getitem, self._charges, _charges(cells))
        bill = self._bill(day + evening + night + international)
        return ",".join((bill, *map(getitem, self._others, _others(cells))))
