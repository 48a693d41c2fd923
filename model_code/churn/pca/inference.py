"""The second hop: features to the columns that XGBoost reads.

Takes text/csv without header, or application/x-npy: a float64 matrix in C order as numpy saves it, or the
table of `numbers` (float64) and `encoded` categories (a byte each) that preprocess sends; nothing else of
that format, and never a pickle. Answers text/csv whatever Accept says, because nobody documents which one a
middle hop receives, and XGBoost needs numbers.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hop_request import CSV, RequestError, csv_text, media_type, unsupported
from pca_projection import Projection
from pca_text import Rows, TextProjection, table_of

NPY = "application/x-npy"
_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)\{'descr': "
    rb"(?:'<f8'|\[\('numbers', '<f8', \((?P<numbers>0|[1-9]\d{0,4}),\)\), "
    rb"\('encoded', '\|u1', \((?P<encoded>0|[1-9]\d{0,4}),\)\)\]), "
    rb"'fortran_order': False, "
    rb"'shape': \((?P<rows>0|[1-9]\d{0,8}),(?: (?P<columns>0|[1-9]\d{0,4}))?\), \} *\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Model:
    projection: Projection
    text: TextProjection


def model_fn(model_dir: str) -> Model:
    projection = Projection.load(Path(model_dir))
    return Model(projection, TextProjection(projection))


def input_fn(body: str | bytes, content_type: str | None) -> str | Rows:
    match media_type(content_type):
        case "text/csv":
            return csv_text(body)
        case "application/x-npy":
            return npy_rows(body)
        case _:
            raise unsupported(CSV, NPY)


def predict_fn(data: str | Rows, model: Model) -> str:
    if isinstance(data, str):
        return model.text.csv(data)
    return model.text.csv_of(data)


def output_fn(prediction: str, accept: str | None) -> tuple[str, str]:
    return prediction, CSV


def npy_rows(body: str | bytes) -> Rows:
    """The rows in a body without copying them; refuses (400) what is not exactly one matrix or table."""
    header = None if isinstance(body, str) else _NPY_HEADER.match(body)
    if header is None or int.from_bytes(header["length"], "little") + 10 != header.end():
        raise RequestError(400, "the body is not an npy file of a float64 matrix in C order, or of a table")
    is_table = header["numbers"] is not None
    if is_table != (header["columns"] is None):
        raise RequestError(400, "the body is an npy file of another number of dimensions")
    layout: np.dtype[Any] = (
        table_of(int(header["numbers"]), int(header["encoded"]))
        if is_table
        else np.dtype(("<f8", (int(header["columns"]),)))
    )
    rows = int(header["rows"])
    values = memoryview(header.string)[header.end() :]
    if rows == 0 or layout.itemsize == 0 or len(values) != rows * layout.itemsize:
        raise RequestError(400, f"the body does not hold the {rows} rows that it announces")
    return np.frombuffer(values, layout)
