"""Requests as tables of single precision, the precision in which XGBoost compares."""

import re
from collections.abc import Iterator

import numpy as np
from toolkit import tabular
from toolkit.errors import CallerProblem

from . import content
from .booster import Table

# Measured: pieces of this size stay in the cache, and a large body costs the memory of one piece.
PIECE_BYTES = 400_000
_PAIR = re.compile(rb"(?P<index>-?[0-9]{1,9}):(?P<value>[^\s:]+)")


def tables(body: bytes, content_type: str, features: int, *, pad: bool) -> Iterator[Table]:
    """The request's rows as tables with `features` columns, piece by piece.

    CSV has no header and no label, its delimiter is that of the first row, an empty cell is missing.
    libsvm has `index:value` pairs, counted from 0; a label in front is ignored.
    Refuses an unknown type and text that is no table (415), too many columns (400), and too few columns in
    CSV (400) unless `pad` is set: then the columns that are not there count as missing.
    """
    try:
        kind = content.kind(content_type)
    except content.UnsupportedContent as error:
        raise CallerProblem(415, str(error)) from None
    text = body.strip()
    row = 1
    for piece in _pieces(text):
        if kind == content.CSV:
            table = _fitted(_from_csv(content.with_commas(piece), row), features, pad=pad)
        else:
            table = _from_libsvm(piece, features, row)
        _refuse_infinite(table, row)
        yield table
        row += len(table)


def _pieces(text: bytes) -> Iterator[bytes]:
    start = 0
    while len(text) - start > PIECE_BYTES:
        end = text.find(b"\n", start + PIECE_BYTES)
        if end < 0:
            break
        yield text[start:end]
        start = end + 1
    yield text[start:] if start else text


def _from_csv(text: bytes, row: int) -> Table:
    try:
        table = tabular.parse(text, row)
    except tabular.MalformedCsv as error:
        raise CallerProblem(415, f"The body is not CSV of numbers. {error}") from None
    with np.errstate(over="ignore"):
        return table.astype(np.float32)


def _refuse_infinite(table: Table, row: int) -> None:
    infinite = np.isinf(table)
    if infinite.any():
        at, column = np.argwhere(infinite)[0]
        raise CallerProblem(415, f"Row {row + at}, column {column + 1}: infinite in single precision.")


def _fitted(table: Table, features: int, *, pad: bool) -> Table:
    columns = table.shape[1]
    if columns == features:
        return table
    if columns > features or not pad:
        raise CallerProblem(400, f"The rows have {columns} columns, the model has {features} features.")
    fitted = np.full((len(table), features), np.nan, dtype=np.float32)
    fitted[:, :columns] = table
    return fitted


def _from_libsvm(text: bytes, features: int, row: int) -> Table:
    lines = text.split(b"\n")
    table = np.full((len(lines), features), np.nan, dtype=np.float32)
    found = False
    for number, line in enumerate(lines):
        tokens = line.split()
        if tokens and tabular.NUMBER.fullmatch(tokens[0]):
            del tokens[0]
        for token in tokens:
            pair = _PAIR.fullmatch(token)
            if pair is None or not tabular.NUMBER.fullmatch(pair["value"]):
                raise CallerProblem(415, f"Row {row + number} is not libsvm: index:value pairs.")
            column = int(pair["index"])
            if not 0 <= column < features:
                raise CallerProblem(
                    400, f"Row {row + number} has feature {column}, the model has {features} features."
                )
            with np.errstate(over="ignore"):
                table[number, column] = float(pair["value"])
            found = True
    if not found:
        raise CallerProblem(415, "The body is not libsvm: it has no index:value pair. For CSV say text/csv.")
    return table
