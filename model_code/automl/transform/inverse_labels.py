"""The last container of a candidate's model: the number that an algorithm answers, to its label."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hop_request import CSV, RequestError, choose, csv_cells, in_row
from robust_label_encoder import RobustLabelEncoder, UnknownLabel
from table_schema import FILE, Schema

JSON = "application/json"
JSON_LINES = "application/jsonlines"
LABEL, LABELS = "predicted_label", "labels"
_OFFERS = (CSV, JSON, JSON_LINES)


class InverseLabelTransform:
    """Takes CSV lines of the columns `given`, as the algorithm was asked for them; answers those `wanted`.

    `predicted_label` becomes the label, `labels` is the list of them; the others are passed on. The answer is
    text/csv (also for `*/*`), application/json (`{"predictions": [{"predicted_label": "True."}]}`) or
    application/jsonlines. Refuses (ValueError) a column that is wanted and not given; (422) a line of another
    length, or with a number that is no label's; and (406) any other Accept.
    """

    def __init__(
        self, folder: Path, *, given: Sequence[str] = (LABEL,), wanted: Sequence[str] = (), end: str = "\n"
    ) -> None:
        self._encoder = RobustLabelEncoder(Schema.load(folder / FILE).labels)
        self._given = [*given]
        self._wanted = [*wanted] or self._given
        self._end = end
        missing = [name for name in self._wanted if name not in (*self._given, LABELS)]
        if missing:
            raise ValueError(
                f"SAGEMAKER_INFERENCE_OUTPUT: expected columns of SAGEMAKER_INFERENCE_INPUT, "
                f"{', '.join(self._given)}; got {missing[0]}"
            )

    def answer(self, text: str, accept: str | None) -> tuple[str, str]:
        content_type = choose(accept, _OFFERS)
        if content_type is None:
            raise RequestError(406, f"the answer can be {', '.join(_OFFERS)}")
        rows = [self._row(row, line) for row, line in enumerate(text.split("\n"), 1)]
        if content_type == CSV:
            return "\n".join(map(_csv_line, rows)) + self._end, CSV
        documents = [{name: _document(name, cell) for name, cell in row.items()} for row in rows]
        if content_type == JSON:
            return json.dumps({"predictions": documents}, ensure_ascii=False), JSON
        lines = [json.dumps(one, ensure_ascii=False) for one in documents]
        return "\n".join(lines) + self._end, JSON_LINES

    def _row(self, row: int, line: str) -> Mapping[str, str]:
        try:
            cells = csv_cells(line)
            if len(cells) != len(self._given):
                raise RequestError(422, f"expected {', '.join(self._given)}, got {len(cells)} columns")
            given = dict(zip(self._given, cells, strict=True))
            if LABEL in given:
                given[LABEL] = self._encoder.decode(given[LABEL])
            given[LABELS] = json.dumps(self._encoder.labels, ensure_ascii=False)
            return {name: given[name] for name in self._wanted}
        except UnknownLabel as error:
            raise RequestError(422, f"row {row}: {LABEL}: {error}") from None
        except RequestError as error:
            raise in_row(row, error) from None


def _csv_line(row: Mapping[str, str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row.values())
    return line.getvalue()


def _document(name: str, cell: str) -> Any:
    """A label as it is, anything else as the number or list that it spells."""
    if name == LABEL:
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        raise RequestError(422, f"{name}: expected a number or a list of them") from None
