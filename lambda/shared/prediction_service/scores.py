"""Rows that a model answers one by one: what goes to the endpoint, and how its response is validated."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from prediction_service import media_types, rows
from prediction_service.contract import Operation, Predictions
from prediction_service.endpoint import require_one_for_each, unusable
from prediction_service.prediction import Prediction


def of_rows[Row: BaseModel](
    operation: Operation,
    model: type[Row],
    array: str,
    encode: Callable[[Sequence[Row]], bytes],
    answer: Mapping[str, Callable[[bytes, Sequence[Row]], str]],
) -> Prediction[Sequence[Row]]:
    """A prediction for each row: of CSV, or of the array of a JSON document."""
    return Prediction(
        operation=operation,
        decode=rows.decoders(model, array),
        encode=encode,
        content_type=media_types.CSV,
        answer=answer,
    )


def csv(rows: Iterable[Iterable[str]]) -> bytes:
    """The rows as containers read them: CSV without header and quotes."""
    return "".join(",".join(row) + "\n" for row in rows).encode("ascii")


def fields(row: BaseModel) -> list[str]:
    """The values of a row in the order of its fields; numbers as their shortest exact text."""
    return [str(value) for _, value in row]


def validated[Response: BaseModel](response: type[Response], content: bytes) -> Response:
    """The endpoint's JSON as a model; raises a Problem (502) where it is none."""
    try:
        return response.model_validate_json(content)
    except ValidationError:
        raise unusable("response does not match the API contract") from None


def document[Row](response: type[Predictions[Any]]) -> Callable[[bytes, Sequence[Row]], str]:
    """What validates the endpoint's JSON: the model `response`, with one of `predictions` for each row."""

    def predictions(content: bytes, rows: Sequence[Row]) -> str:
        answer = validated(response, content)
        require_one_for_each("predictions", answer.predictions, rows)
        return answer.model_dump_json()

    return predictions


def lines[Row](holds: Callable[[str], bool], expected: str) -> Callable[[bytes, Sequence[Row]], str]:
    """What validates the endpoint's CSV: a line for each row, of which `holds` is true."""

    def predictions(content: bytes, rows: Sequence[Row]) -> str:
        found = content.decode("ascii", errors="replace").removesuffix("\n").split("\n")
        if not all(map(holds, found)):
            raise unusable(f"expected {expected} on each line")
        require_one_for_each("predictions", found, rows)
        return "\n".join(found) + "\n"

    return predictions


def answers[Row](response: type[Predictions[Any]]) -> Mapping[str, Callable[[bytes, Sequence[Row]], str]]:
    """By response type, what validates a score from 0 to 1 for each row."""
    return {
        media_types.JSON: document(response),
        media_types.CSV: lines(_is_score, "a score from 0 to 1"),
    }


def _is_score(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
