"""The lines of a CSV body as cells by column, with the label or without it."""

from collections.abc import Sequence
from typing import NamedTuple

from hop_request import RequestError, csv_cells, in_row
from robust_label_encoder import RobustLabelEncoder, UnknownLabel
from table_schema import Schema


class Rows(NamedTuple):
    """The cells of each row, and the numbers of the labels where the rows have them."""

    cells: Sequence[Sequence[str]]
    labels: list[float] | None


class RowReader:
    """Takes rows of the schema's columns in their order, or of one column more: the target in its place.

    Refuses (422) a row of another length than the first one, or with a label that is unknown; and what
    `csv_cells` refuses (400). Each refusal names the row.
    """

    def __init__(self, schema: Schema) -> None:
        self._target, self._target_index = schema.target, schema.target_index
        self._width = len(schema.columns)
        self._encoder = RobustLabelEncoder(schema.labels)

    def read(self, text: str) -> Rows:
        lines = text.split("\n")
        cells = [line.split(",") for line in lines] if '"' not in text else _quoted(lines)
        labeled = len(cells[0]) == self._width + 1
        for row, one in enumerate(cells, 1):
            if len(one) != self._width + labeled:
                raise RequestError(422, f"row {row}: expected {self._expected(row, labeled)}, got {len(one)}")
        if not labeled:
            return Rows(cells, None)
        labels = [one.pop(self._target_index) for one in cells]
        return Rows(cells, [self._number(label, row) for row, label in enumerate(labels, 1)])

    def _expected(self, row: int, labeled: bool) -> str:
        if row == 1:
            return f"{self._width} columns, or {self._width + 1} with the target"
        return f"{self._width + labeled} columns as in row 1"

    def _number(self, label: str, row: int) -> float:
        try:
            return self._encoder.encode(label)
        except UnknownLabel as error:
            raise RequestError(422, f'row {row}: column "{self._target}": {error}') from None


def _quoted(lines: Sequence[str]) -> list[list[str]]:
    cells: list[list[str]] = []
    try:
        for line in lines:
            cells.append(csv_cells(line))
    except RequestError as error:
        raise in_row(len(cells) + 1, error) from None
    return cells
