"""The second hop: features to the columns that XGBoost reads.

Takes text/csv without header, or application/x-npy as numpy saves a float64 matrix in C order (nothing else
of that format, and never a pickle). Answers text/csv whatever Accept says, because nobody documents which one
a middle hop receives, and XGBoost needs numbers.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hop_request import CSV, RequestError, csv_text, media_type, unsupported
from pca_projection import Matrix, Projection
from pca_text import TextProjection

NPY = "application/x-npy"
_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(..)"
    rb"\{'descr': '<f8', 'fortran_order': False, 'shape': \((\d{1,9}), (\d{1,5})\), \} *\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Model:
    projection: Projection
    text: TextProjection


def model_fn(model_dir: str) -> Model:
    projection = Projection.load(Path(model_dir))
    return Model(projection, TextProjection(projection))


def input_fn(body: str | bytes, content_type: str | None) -> str | Matrix:
    match media_type(content_type):
        case "text/csv":
            return csv_text(body)
        case "application/x-npy":
            return npy_matrix(body)
        case _:
            raise unsupported(CSV, NPY)


def predict_fn(data: str | Matrix, model: Model) -> str:
    if isinstance(data, str):
        return model.text.csv(data)
    return model.text.csv_of(data)


def output_fn(prediction: str, accept: str | None) -> tuple[str, str]:
    return prediction, CSV


def npy_matrix(body: str | bytes) -> Matrix:
    """The matrix in a body without copying it; refuses (400) what is not exactly one matrix of float64."""
    header = None if isinstance(body, str) else _NPY_HEADER.match(body)
    if header is None or int.from_bytes(header[1], "little") + 10 != header.end():
        raise RequestError(400, "the body is not an npy file of a float64 matrix in C order")
    rows, columns = int(header[2]), int(header[3])
    values = memoryview(header.string)[header.end() :]
    if rows == 0 or len(values) != rows * columns * 8:
        raise RequestError(
            400, f"the body does not hold the {rows} rows of {columns} columns that it announces"
        )
    return np.frombuffer(values, np.float64).reshape(rows, columns)
