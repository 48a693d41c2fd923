"""The features of many rows at once, for bodies without anything unusual in them."""

import io

import numpy as np
from churn_columns import CATEGORICAL, CHARGES, COUNTED, NUMERIC, RAW
from churn_parameters import Parameters
from numpy.typing import NDArray

_NUMBERS = ("Account Length", *CHARGES, *COUNTED)
_FIRST_CHARGE, _FIRST_COUNTED = 1, 1 + len(CHARGES)


class Arrays:
    """The fitted step by arrays; `Features.matrix` says what a row is."""

    def __init__(self, parameters: Parameters) -> None:
        self._width = parameters.width
        self._means = np.array([parameters.means[column] for column in NUMERIC])
        self._scales = np.array([parameters.scales[column] for column in NUMERIC])
        self._categories = [np.array(parameters.categories[column]) for column in CATEGORICAL]
        self._columns = [RAW.index(column) for column in (*CATEGORICAL, *_NUMBERS)]
        # One character more than the longest category: a longer cell is cut, and still is none of them.
        texts = [
            (column, f"U{values.dtype.itemsize // 4 + 1}")
            for column, values in zip(CATEGORICAL, self._categories, strict=True)
        ]
        self._row = np.dtype([*texts, ("numbers", float, len(_NUMBERS))])

    def features(self, text: str) -> NDArray[np.float64] | None:
        """(rows, features), or None when a cell needs a closer look: empty, quoted, not a finite number."""
        if not _is_plain(text):
            return None
        try:
            rows = np.loadtxt(
                io.StringIO(text), self._row, delimiter=",", usecols=self._columns, comments=None, ndmin=1
            )
        except ValueError:
            return None
        if len(rows) != text.count("\n") + 1 or not np.isfinite(rows["numbers"]).all():
            return None
        features = np.zeros((len(rows), self._width))
        self._standardize(rows["numbers"], features)
        self._one_hot(rows, features)
        return features if np.isfinite(features).all() else None

    def _standardize(self, numbers: NDArray[np.float64], features: NDArray[np.float64]) -> None:
        day, evening, night, international = numbers.T[_FIRST_CHARGE:_FIRST_COUNTED]
        numeric = features[:, : len(NUMERIC)]
        with np.errstate(over="ignore"):
            numeric[:, 0] = day + evening + night + international
            numeric[:, 1:] = numbers[:, _FIRST_COUNTED:]
            numeric -= self._means
            numeric /= self._scales

    def _one_hot(self, rows: NDArray[np.void], features: NDArray[np.float64]) -> None:
        first = len(NUMERIC)
        for column, categories in zip(CATEGORICAL, self._categories, strict=True):
            features[:, first : first + len(categories)] = rows[column][:, None] == categories
            first += len(categories)


def _is_plain(text: str) -> bool:
    """Whether the text holds nothing that numpy's reader takes and `Features.csv` refuses, or the reverse."""
    if not text.isascii() or '"' in text:
        return False
    newlines = text.count("\n")
    # numpy strips every control character that Python counts as a space, such as 0x1f.
    blanks = np.count_nonzero(np.frombuffer(text.encode(), np.uint8) <= ord(" "))
    return blanks == newlines and text.count(",") == (newlines + 1) * (len(RAW) - 1)
