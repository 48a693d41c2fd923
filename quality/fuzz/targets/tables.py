"""Tables of numbers as images decode them for a script or a booster, and pca for itself: CSV, libsvm, npy."""

import io
from typing import Any

import numpy as np

from quality.fuzz.target import Parse, Target, find_modules, require, script, together
from quality.fuzz.targets.hops import projection, reads_request

_MODULES = ("toolkit", "built_in", "xgboost_image", "hop_request", "pca_", "inference")
_FEATURES = 3


def _payload(content_type: str) -> Parse:
    """A request to XGBoost is refused, or is as many rows of the model's features as it has lines."""
    find_modules()
    from toolkit.errors import CallerProblem
    from xgboost_image import payload

    def parse(data: bytes) -> None:
        try:
            tables = list(payload.tables(data, content_type, _FEATURES, managed=False))
        except CallerProblem as problem:
            require(problem.status in (400, 415), f"status {problem.status}")
            return
        rows = sum(len(table) for table in tables)
        require(rows == data.strip().count(b"\n") + 1, "another number of rows")
        require(all(table.shape[1] == _FEATURES for table in tables), "another number of columns")
        require(not any(np.isinf(table).any() for table in tables), "an infinite number")

    return parse


def _records() -> Parse:
    """Records are refused by XGBoost, or are rows of the model's features without an infinite number."""
    find_modules()
    from toolkit.errors import CallerProblem
    from xgboost_image import payload

    def parse(data: bytes) -> None:
        try:
            (table,) = payload.tables(data, "application/x-recordio-protobuf", _FEATURES, managed=False)
        except CallerProblem as problem:
            require(problem.status in (400, 415), f"status {problem.status}")
            return
        require(table.shape[1] == _FEATURES and len(table) > 0, "another number of columns, or no rows")
        require(not np.isinf(table).any(), "an infinite number")

    return parse


def _table() -> Parse:
    """A table of numbers is refused, or is what Python reads cell by cell."""
    find_modules()
    from toolkit import tabular

    def parse(data: bytes) -> None:
        try:
            table = tabular.parse(data)
        except tabular.MalformedCsv:
            return
        rows = data.strip().split(b"\n")
        cells = [[float(cell.strip() or b"nan") for cell in row.split(b",")] for row in rows]
        require(np.array_equal(table, np.array(cells), equal_nan=True), "other numbers than are written")

    return parse


def decoded(content_type: str) -> Parse:
    """A body for a script without an input_fn is refused, or an array without objects."""
    find_modules()
    from toolkit import codecs
    from toolkit.errors import CallerProblem

    def parse(data: bytes) -> None:
        try:
            array = codecs.decode(data, content_type)
        except CallerProblem as problem:
            require(problem.status in (400, 415), f"status {problem.status}")
            return
        require(not array.dtype.hasobject, "objects")
        np.save(io.BytesIO(), array, allow_pickle=False)

    return parse


def _pca_npy() -> Parse:
    """An npy body is refused, or holds exactly the rows that numpy reads in it."""
    find_modules()
    from pca_text import TextProjection

    inference = script("churn/pca")
    projected = TextProjection(projection())

    def read(data: bytes) -> tuple[bytes, Any, str]:
        rows = inference.input_fn(data, "application/x-npy")
        return data, rows, projected.csv_of(rows)

    def hold(found: tuple[bytes, Any, str]) -> None:
        data, rows, rendered = found
        require(rendered.count("\n") == len(rows), "another number of rows")
        read = np.load(io.BytesIO(data), allow_pickle=False)
        require(read.dtype == rows.dtype and read.tobytes() == rows.tobytes(), "numpy reads other rows")

    return reads_request(read, hold)


TARGETS = (
    Target(
        "tables",
        "tables of numbers: CSV and npy for scripts, CSV, libsvm and records for XGBoost",
        _MODULES,
        lambda: together(
            _table(),
            *map(_payload, ("text/csv", "text/libsvm")),
            _records(),
            decoded("application/x-npy"),
            _pca_npy(),
        ),
    ),
)
