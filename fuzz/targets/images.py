"""What images decode for a script or a booster: tables as CSV, libsvm, JSON and npy."""

import io

import numpy as np

from fuzz.target import Parse, Target, find_modules, require

_MODULES = ("toolkit", "xgboost_image")
_FEATURES = 3


def _payload(content_type: str) -> Parse:
    """A request to XGBoost is refused, or is as many rows of the model's features as it has lines."""
    find_modules()
    from toolkit.errors import CallerProblem
    from xgboost_image import payload

    def parse(data: bytes) -> None:
        try:
            tables = list(payload.tables(data, content_type, _FEATURES, pad=False))
        except CallerProblem as problem:
            require(problem.status in (400, 415), f"status {problem.status}")
            return
        rows = sum(len(table) for table in tables)
        require(rows == data.strip().count(b"\n") + 1, "another number of rows")
        require(all(table.shape[1] == _FEATURES for table in tables), "another number of columns")
        require(not any(np.isinf(table).any() for table in tables), "an infinite number")

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


def _decoder(content_type: str) -> Parse:
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


TARGETS = (
    Target("xgboost-csv", "a CSV request to XGBoost", _MODULES, lambda: _payload("text/csv")),
    Target("xgboost-libsvm", "a libsvm request to XGBoost", _MODULES, lambda: _payload("text/libsvm")),
    Target("script-csv", "numbers as CSV for a script", _MODULES, _table),
    Target("script-json", "JSON for a script", _MODULES, lambda: _decoder("application/json")),
    Target("script-npy", "npy for a script", _MODULES, lambda: _decoder("application/x-npy")),
)
