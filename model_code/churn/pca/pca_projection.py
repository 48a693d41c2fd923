"""The projection: the first columns are carried through, the others become their principal components."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from hop_request import RequestError
from numpy.typing import NDArray

FILE = "parameters.json"
# A feature beyond this is no standardized number, and its components might not fit in single precision.
LARGEST = 1e30
DECIMALS = 10

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """`passthrough` columns, then the center (columns) and the axes (components, columns) of the others."""

    passthrough: int
    mean: Matrix
    components: Matrix

    @property
    def width(self) -> int:
        """How many columns a row has before the projection."""
        return self.passthrough + len(self.mean)

    @cached_property
    def _axes(self) -> Matrix:
        return np.ascontiguousarray(self.components.T)

    @classmethod
    def fit(cls, features: Matrix, *, n_components: int, passthrough: int) -> "Projection":
        """The axes of greatest variance; of each, the first of the largest loadings is positive.

        Loadings of a yes/no pair differ in their last bits only, so "the largest" alone would depend on the
        linear algebra library and its number of threads.
        """
        rest = features[:, passthrough:]
        mean = rest.mean(axis=0)
        _, _, axes = np.linalg.svd(rest - mean, full_matrices=False)
        components = axes[:n_components]
        sizes = np.abs(components)
        largest = (sizes > 0.999 * sizes.max(axis=1, keepdims=True)).argmax(axis=1)
        signs = np.sign(components[np.arange(len(components)), largest])
        return cls(passthrough, mean, components * signs[:, None])

    def project(self, features: Matrix, first_row: int = 1) -> Matrix:
        """(rows, width) to (rows, passthrough + components); 422 for another width or a number too large.

        `first_row` is the number that messages give to the first row, for a piece of a larger table.
        """
        if features.shape[1] != self.width:
            raise RequestError(422, f"row {first_row}: {features.shape[1]} columns, expected {self.width}")
        refuse_out_of_range(features, first_row)
        return np.hstack(
            [features[:, : self.passthrough], self.components_of(features[:, self.passthrough :])]
        )

    def components_of(self, rest: Matrix) -> Matrix:
        """The components of columns that are not carried through, without the noise of the last bits.

        Rows that do not touch an axis get 1e-15 or so, differently for one row than for many; rounded, they
        all get 0, on the same side of each of XGBoost's splits.
        """
        # Adding zero turns -0 into 0.
        return np.round((rest - self.mean) @ self._axes, DECIMALS) + 0.0

    def save(self, folder: Path) -> None:
        values = {
            "passthrough": self.passthrough,
            "mean": self.mean.tolist(),
            "components": self.components.tolist(),
        }
        (folder / FILE).write_text(json.dumps(values) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Projection":
        values = json.loads((folder / FILE).read_text())
        return cls(int(values["passthrough"]), np.array(values["mean"]), np.array(values["components"]))


def refuse_out_of_range(features: Matrix, first_row: int = 1) -> None:
    """422 with row and column, both counted from 1, of the first number that is NaN or beyond LARGEST."""
    # NaN fails the comparison too.
    if (np.abs(features) <= LARGEST).all():
        return
    row, column = np.argwhere(~(np.abs(features) <= LARGEST))[0]
    raise out_of_range(first_row + int(row), int(column) + 1)


def out_of_range(row: int, column: int) -> RequestError:
    return RequestError(
        422, f"row {row}, column {column} is not a number between {-LARGEST:g} and {LARGEST:g}"
    )
