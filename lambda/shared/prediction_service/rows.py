"""Rows against a pydantic model: each fault with its row and column, no more than a problem carries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from prediction_service import media_types, parsing
from prediction_service.problem import MAX_ERRORS, FieldError, Problem

_READERS: Mapping[Any, Callable[[str], object]] = {int: parsing.integer, float: parsing.decimal}
# 51 states, say: a list that the contract shows better than an error.
_LONGEST_DETAIL = 100
_LISTED = "Input should be one of the values listed in the API contract"


def decoders[Row: BaseModel](model: type[Row], array: str) -> Mapping[str, Callable[[str, int], list[Row]]]:
    """How a body is read, by its media type: an object with the array `array`, or CSV with a column for each
    field of the model. A Problem names each row and field that is wrong."""

    def from_document(text: str, max_rows: int) -> list[Row]:
        found = records(parsing.json_document(text), array, max_rows=max_rows)
        return validated(model, found, pointer=f"#/{array}")

    def from_text(text: str, max_rows: int) -> list[Row]:
        return from_csv(model, parsing.csv_rows(text, max_rows=max_rows))

    return {media_types.JSON: from_document, media_types.CSV: from_text}


def records(document: Any, name: str, *, max_rows: int) -> list[object]:
    """The array `name` of a JSON object that has nothing else; refuses an empty or too long one."""
    if not isinstance(document, dict) or set(document) - {name}:
        raise _wrong_envelope("#", f"Body should be an object whose only member is the array {name}")
    rows = document.get(name)
    if not isinstance(rows, list) or not rows:
        raise _wrong_envelope(f"#/{name}", "Input should be an array with at least one item")
    if len(rows) > max_rows:
        raise Problem(413, f"The body has more than {max_rows} rows. Send fewer rows per request.")
    return rows


def validated[Row: BaseModel](
    model: type[Row], records: Sequence[object], *, pointer: str | None = None
) -> list[Row]:
    """The records as models; `pointer` is the array's place in a JSON document, such as `#/customers`."""
    return _all(_row(model, number, record, pointer) for number, record in enumerate(records, start=1))


def from_csv[Row: BaseModel](model: type[Row], rows: Sequence[Sequence[str]]) -> list[Row]:
    """The rows as models: a column for each of the model's fields, in the model's order."""
    columns = [(name, _READERS.get(field.annotation, str)) for name, field in model.model_fields.items()]
    return _all(_csv_row(model, number, fields, columns) for number, fields in enumerate(rows, start=1))


def _wrong_envelope(pointer: str, detail: str) -> Problem:
    return Problem(
        422, "The body does not match the API contract.", errors=[FieldError(pointer=pointer, detail=detail)]
    )


def _csv_row[Row: BaseModel](
    model: type[Row],
    number: int,
    fields: Sequence[str],
    columns: Sequence[tuple[str, Callable[[str], object]]],
) -> Row | list[FieldError]:
    if len(fields) != len(columns):
        return [FieldError(row=number, detail=f"Expected {len(columns)} columns, got {len(fields)}")]
    record = {name: read(text) for (name, read), text in zip(columns, fields, strict=True)}
    return _row(model, number, record, None)


def _row[Row: BaseModel](
    model: type[Row], number: int, record: object, pointer: str | None
) -> Row | list[FieldError]:
    try:
        return model.model_validate(record)
    except ValidationError as error:
        place = None if pointer is None else f"{pointer}/{number - 1}"
        details = error.errors(include_url=False, include_context=False, include_input=False)
        return [_field_error(model, number, place, detail) for detail in details[:MAX_ERRORS]]


def _all[Row: BaseModel](results: Iterable[Row | list[FieldError]]) -> list[Row]:
    valid: list[Row] = []
    errors: list[FieldError] = []
    for result in results:
        if isinstance(result, list):
            errors += result
            if len(errors) >= MAX_ERRORS:
                break
        else:
            valid.append(result)
    if errors:
        raise Problem(
            422,
            f"Rows do not match the API contract. At most {MAX_ERRORS} errors are listed.",
            errors=errors,
        )
    return valid


def _field_error(model: type[BaseModel], row: int, place: str | None, error: ErrorDetails) -> FieldError:
    column = str(error["loc"][0]) if error["loc"] else None
    if column is not None and column not in model.model_fields:
        # The name of an unknown field is the caller's text, which no answer repeats.
        return FieldError(row=row, pointer=place, detail="Row has a field that is not in the API contract")
    detail = "Input should be an object" if error["type"] == "model_type" else error["msg"]
    if len(detail) > _LONGEST_DETAIL:
        detail = _LISTED
    pointer = f"{place}/{column}" if place and column else place
    return FieldError(row=row, column=column, pointer=pointer, detail=detail)
