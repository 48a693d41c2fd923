"""Bodies as arrays and arrays as bodies, by our toolkit's own codecs; npy holds no pickle here."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from toolkit import codecs, csv_dialect
from toolkit.packages import absent_names

from .content_types import CSV, JSON, NPY
from .errors import ClientError, UnsupportedFormatError

__getattr__ = absent_names(__name__)


def array_to_npy(array_like: Any) -> bytes:
    return codecs.encode(array_like, NPY)


def npy_to_numpy(npy_array: bytes) -> Any:
    return np.load(io.BytesIO(npy_array), allow_pickle=False)


def array_to_json(array_like: Any) -> str:
    return codecs.encode(array_like, JSON).decode()


def json_to_numpy(string_like: str | bytes, dtype: Any = None) -> Any:
    return np.array(json.loads(string_like), dtype=dtype)


def array_to_csv(array_like: Any) -> str:
    return codecs.encode(array_like, CSV).decode()


def csv_to_numpy(string_like: str, dtype: Any = None) -> Any:
    """Numbers in double precision, or text where a cell is none; a single row or column has one dimension."""
    try:
        cells = np.array(csv_dialect.read(string_like)).squeeze()
    except (csv.Error, ValueError) as error:
        raise ClientError(f"The body is not CSV with rows of one length: {error}") from error
    try:
        return cells.astype(dtype or np.float64)
    except ValueError as error:
        if dtype is None:
            return cells
        raise ClientError(f"The CSV holds cells that are not {dtype}.") from error


def decode(obj: Any, content_type: str) -> Any:
    """An array of the body; refuses (UnsupportedFormatError) a type that is not exactly one of the three."""
    return _chosen(_DECODERS, content_type)(obj)


def encode(array_like: Any, content_type: str) -> Any:
    """The body of an array, text for CSV and JSON; refuses types as `decode` does."""
    return _chosen(_ENCODERS, content_type)(array_like)


def _chosen(table: dict[str, Callable[[Any], Any]], content_type: str) -> Callable[[Any], Any]:
    if content_type not in table:
        raise UnsupportedFormatError(content_type)
    return table[content_type]


_DECODERS: dict[str, Callable[[Any], Any]] = {NPY: npy_to_numpy, CSV: csv_to_numpy, JSON: json_to_numpy}
_ENCODERS: dict[str, Callable[[Any], Any]] = {NPY: array_to_npy, CSV: array_to_csv, JSON: array_to_json}
