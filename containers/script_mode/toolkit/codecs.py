"""The media types that a script gets decoded and encoded for it, when it brings no functions of its own."""

import csv
import io
import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import content_types, csv_dialect, tabular
from .errors import CallerProblem, ContainerProblem

Array = NDArray[Any]

# Not allowed within quotes in a table of numbers: without the quotes it would be two cells or two rows.
_PLAIN_CELL = re.compile(r"[^,\r\n]*")

_NPY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)\{'descr': '(?:[<>][fiu](?P<wide>[248])|\|[biu]1)', "
    rb"'fortran_order': (?:True|False), "
    rb"'shape': \((?P<shape>(?:(?:0|[1-9]\d{0,8})(?:, ?|(?=\))))*)\), \} *\n",
    re.DOTALL,
)


def decode(body: str | bytes, content_type: str) -> Array:
    """A request as an array: CSV and JSON in double precision, npy as it was saved.

    Refuses other media types (415) and what does not parse (400). Nothing in it can be a pickle.
    """
    media_type = content_types.media_type(content_type)
    decoder = _DECODERS.get(media_type)
    if decoder is None:
        raise CallerProblem(415, f"Send one of {', '.join(_DECODERS)}, not {media_type or 'no type at all'}.")
    return decoder(body.encode() if isinstance(body, str) else body)


def encode(prediction: Any, accept: str) -> bytes:
    """A prediction in the media type that the caller accepts; refuses others with 406."""
    encoder = _ENCODERS.get(content_types.media_type(accept))
    if encoder is None:
        raise CallerProblem(406, f"The answer can be one of {', '.join(_ENCODERS)}.")
    return encoder(prediction)


def _from_csv(body: bytes) -> Array:
    if b'"' not in body:
        return tabular.parse(body)
    # Any writer of CSV may quote a number; few do, and the fast reader knows no quotes.
    try:
        rows = csv_dialect.read(body.decode())
    except UnicodeDecodeError:
        raise CallerProblem(400, "The body is not UTF-8 CSV.") from None
    except csv.Error:
        raise CallerProblem(400, "The body is not CSV: a quote is not closed, or text follows it.") from None
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if not _PLAIN_CELL.fullmatch(cell):
                raise tabular.MalformedCsv(f"Row {number}, column {column}: not a number.")
    return tabular.parse("\n".join(map(",".join, rows)).encode())


def _from_json(body: bytes) -> Array:
    try:
        return np.array(json.loads(body), dtype=np.float64)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise CallerProblem(400, "The body is not a JSON array of numbers, or its rows differ.") from None


def _from_npy(body: bytes) -> Array:
    """One array of plain numbers, exactly as long as its header says."""
    # numpy reads a header as Python and makes room for what it announces: what it is given is checked first.
    header = _NPY_HEADER.match(body)
    if header is None or int.from_bytes(header["length"], "little") + 10 != header.end():
        raise CallerProblem(400, "The body is not an npy array of numbers.")
    shape = [int(length) for length in re.findall(rb"\d+", header["shape"])]
    if math.prod(shape) * int(header["wide"] or 1) != len(body) - header.end():
        raise CallerProblem(400, "The body is not as long as its npy header says.")
    try:
        array: Array = np.load(io.BytesIO(body), allow_pickle=False)
    except ValueError:
        raise CallerProblem(400, "The body is not an npy array of numbers.") from None
    return array


def _to_csv(prediction: Any) -> bytes:
    rows = np.asarray(prediction)
    if rows.ndim == 0:
        # A sparse matrix, too, is one thing to numpy, of which `str` would make no rows.
        kind = type(prediction).__name__
        raise ContainerProblem(f"The prediction is a {kind}, which has no rows for CSV; return an array.")
    rows = rows.reshape(-1, 1) if rows.ndim == 1 else rows
    if rows.dtype in _NEVER_QUOTED and rows.ndim == 2:
        return "".join(",".join(map(str, row)) + "\n" for row in rows.tolist()).encode()
    # Not as a list: a number in single precision is written as short as it is, and not in double.
    return csv_dialect.write(rows).encode()


def _to_json(prediction: Any) -> bytes:
    return json.dumps(prediction, default=_listed).encode()


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form; return an array, or write an output_fn")


def _to_npy(prediction: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(prediction), allow_pickle=False)
    return buffer.getvalue()


_NEVER_QUOTED = (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))
_DECODERS: dict[str, Callable[[bytes], Array]] = {
    content_types.CSV: _from_csv,
    content_types.JSON: _from_json,
    content_types.NPY: _from_npy,
}
_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    content_types.CSV: _to_csv,
    content_types.JSON: _to_json,
    content_types.NPY: _to_npy,
}
