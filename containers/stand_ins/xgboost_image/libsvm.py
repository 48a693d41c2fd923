"""The libsvm of a request: `index:value` pairs."""

import re
from collections.abc import Iterator

import numpy as np
from toolkit import tabular
from toolkit.errors import CallerProblem

from .booster import Table
from .pieces import pieces

_PAIR = re.compile(rb"(?P<index>[0-9]{1,9}):(?P<value>[^\s:]+)")
_INDEX_0 = re.compile(rb"(?:^|[ \n])0+:")

_FROM_1 = (
    "No row has feature 0. The managed image takes that for counting from 1, and scores feature 1 as "
    "feature 0. If the model counts from 0, add 0:nan (missing) to a row; if the rows count from 1, subtract "
    "1 from each index, or set SLIPWAY_MANAGED_BEHAVIOR=1."
)


def tables(text: bytes, features: int, *, managed: bool) -> Iterator[Table]:
    """The rows as tables with `features` columns, NaN where a row has no pair; a label in front is ignored.

    Indices count from 0. Where the lowest of the request is at least 1, the image subtracts 1 from each: so
    does `managed`, else that is a 400. Refuses text that is not libsvm (415), a feature that the model does
    not have and one that a row has twice (400).
    """
    first: int | None = 0 if _INDEX_0.search(text) else 1 if managed else None
    row, found = 1, False
    for piece in pieces(text):
        rows = [_pairs(line, row + number) for number, line in enumerate(piece.split(b"\n"))]
        found = found or any(rows)
        if found and first is None:
            raise CallerProblem(400, _FROM_1)
        yield _table(rows, features, first or 0, row)
        row += len(rows)
    if not found:
        raise CallerProblem(415, "The body is not libsvm: it has no index:value pair. For CSV say text/csv.")


def _pairs(line: bytes, row: int) -> list[tuple[int, float]]:
    tokens = [token for token in line.rstrip(b"\r").split(b" ") if token]
    if tokens and tabular.NUMBER.fullmatch(tokens[0]):
        del tokens[0]
    found = []
    for token in tokens:
        pair = _PAIR.fullmatch(token)
        if pair is None or not tabular.NUMBER.fullmatch(pair["value"]):
            raise CallerProblem(415, f"Row {row} is not libsvm: index:value pairs, separated by spaces.")
        found.append((int(pair["index"]), float(pair["value"])))
    return found


def _table(rows: list[list[tuple[int, float]]], features: int, first: int, row: int) -> Table:
    table = np.full((len(rows), features), np.nan, dtype=np.float32)
    for number, pairs in enumerate(rows):
        if len({index for index, _ in pairs}) < len(pairs):
            raise CallerProblem(400, f"Row {row + number} has a feature twice.")
        for index, value in pairs:
            if index - first >= features:
                raise CallerProblem(
                    400, f"Row {row + number} has feature {index}, the model has {features} features."
                )
            with np.errstate(over="ignore"):
                table[number, index - first] = value
    return table
