"""The scores in an answer of XGBoost's."""

import json
from collections.abc import Iterable

from hop_request import RequestError, csv_text, finite

_PLAIN = b"0123456789+-.eE\n"


def from_csv(body: str | bytes) -> list[float]:
    """One score a line, or all on one line with commas between them: XGBoost's image has written both."""
    text = csv_text(body)
    if (plain := _from_plain(text)) is not None:
        return plain
    return _checked(map(finite, text.split("\n" if "\n" in text else ",")))


def _from_plain(text: str) -> list[float] | None:
    """The scores when nothing is unusual, without a look at each: None when one is refused or may be."""
    if text.encode().translate(None, _PLAIN):
        return None
    try:
        # With no other characters than these, Python's numbers are those that `finite` takes.
        scores = [*map(float, text.split("\n"))]
    except ValueError:
        return None
    return scores if min(scores) >= 0 and max(scores) <= 1 else None


def from_json(body: str | bytes) -> list[float]:
    """`{"predictions": [{"score": 0.97}, ...]}`; 400 for what is not JSON, 422 for another document."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError(400, "the body is not JSON") from None
    predictions = document.get("predictions") if isinstance(document, dict) else None
    if not isinstance(predictions, list) or not predictions:
        raise RequestError(422, 'the body is not {"predictions": [{"score": number}, ...]} with one at least')
    return _checked(one.get("score") if isinstance(one, dict) else None for one in predictions)


def _checked(values: Iterable[object]) -> list[float]:
    scores: list[float] = []
    for value in values:
        # NaN fails the comparison too.
        if not (isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value <= 1):
            raise RequestError(422, f"row {len(scores) + 1}: the score is not a number between 0 and 1")
        scores.append(float(value))
    return scores
