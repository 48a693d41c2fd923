"""The AutoML API's handler, with its client injected."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from automl_contract import LABELS, SCORE, AutomlResponse
from automl_table import Row
from prediction_service import media_types, prediction, scores


def encode(found: Sequence[Row]) -> bytes:
    """The rows as the first container reads them: CSV without header, empty where a value is missing."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(
        ["" if value is None else value for _, value in row] for row in found
    )
    return text.getvalue().encode()


ANSWERS: Mapping[str, Callable[[bytes, Sequence[Row]], str]] = {
    media_types.JSON: scores.document(AutomlResponse),
    media_types.CSV: scores.lines(LABELS.__contains__, f"one of the labels {', '.join(LABELS)}"),
}

PREDICTION = scores.of_rows(SCORE, Row, "rows", encode, ANSWERS)

create_handler = partial(prediction.create_handler, PREDICTION)
