"""Requests: the rows of CSV, JSON, JSON lines and RecordIO-protobuf, dense or sparse."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from built_in import single_precision
from built_in.answers import RECORDS
from numpy.typing import NDArray
from toolkit import content_types, tabular
from toolkit.errors import CallerProblem

Table = NDArray[Any]

_SHAPES = (
    '{"features": [...]}, {"data": {"features": {"values": [...]}}} or, sparse, '
    '{"data": {"features": {"keys": [...], "shape": [...], "values": [...]}}}'
)


def rows(body: bytes, content_type: str, features: int) -> Table:
    """The rows of a request, with as many columns as the model has features; what sparse rows leave out is 0.

    Without a content type it is JSON. CSV has no header and no label. Refuses other types (415), what does
    not parse, another number of features, and what is not a finite number or too large for single precision
    (400), with the row's place.
    """
    media_type = content_types.media_type(content_type) or content_types.JSON
    if media_type not in _READERS:
        raise CallerProblem(415, f"Send one of {', '.join(_READERS)}.")
    _refuse_labels(content_type)
    table = _READERS[media_type](body, features)
    if table.shape[1] != features:
        raise CallerProblem(400, f"The rows have {table.shape[1]} features; the model has {features}.")
    wrong = np.argwhere(~np.isfinite(table))
    if len(wrong):
        row, column = wrong[0] + 1
        raise CallerProblem(400, f"Row {row}, feature {column}: expected a finite number.")
    if beyond := single_precision.first_beyond(table):
        raise CallerProblem(400, f"Row {beyond.row}, feature {beyond.column} is {single_precision.BEYOND}.")
    return table


def _refuse_labels(content_type: str) -> None:
    for parameter in content_type.lower().split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name == "label_size" and value != "0":
            raise CallerProblem(415, f"A request has no labels: expected label_size=0, got {value[:20]}.")


def _from_csv(body: bytes, features: int) -> Table:
    return tabular.parse(body)


def _from_json(body: bytes, features: int) -> Table:
    document = _document(body, "The body")
    instances = document.get("instances") if isinstance(document, dict) else None
    if not isinstance(instances, list):
        raise CallerProblem(400, 'The body should be {"instances": [...]}.')
    return _table(instances, features)


def _from_lines(body: bytes, features: int) -> Table:
    lines = [line for line in body.split(b"\n") if line.strip()]
    return _table([_document(line, f"Row {row}") for row, line in enumerate(lines, start=1)], features)


def _from_records(body: bytes, features: int) -> Table:
    # Protobuf costs a container 10 MB, and not every caller sends records.
    from built_in import record_rows  # noqa: PLC0415

    found = record_rows.of_request(body, record_rows.rows, 400)
    if found.width != features:
        raise CallerProblem(400, f"The records have {found.width} features; the model has {features}.")
    return found.table(features, 0, np.float64)


def _table(instances: Sequence[Any], features: int) -> Table:
    if not instances:
        raise CallerProblem(400, "The body has no rows.")
    table = np.zeros((len(instances), features))
    for row, instance in enumerate(instances, start=1):
        tensor = _tensor(instance, row)
        values, keys = tensor["values"], tensor.get("keys") or []
        if keys or not values:
            _refuse_sparse(tensor, keys, features, row)
            table[row - 1, keys] = values
        elif len(values) != features:
            raise CallerProblem(400, f"Row {row} has {len(values)} features; the model has {features}.")
        else:
            table[row - 1] = values
    return table


def _tensor(instance: Any, row: int) -> dict[str, Any]:
    """The tensor of one instance, with `values` that are numbers."""
    held = instance.get("data", instance) if isinstance(instance, dict) else None
    held = held.get("features") if isinstance(held, dict) else None
    tensor = held if isinstance(held, dict) else {"values": held}
    values = tensor.get("values")
    if not isinstance(values, list) or not all(map(_is_number, values)):
        raise CallerProblem(400, f"Row {row} should be {_SHAPES}, of numbers.")
    return tensor


def _refuse_sparse(tensor: Mapping[str, Any], keys: Any, features: int, row: int) -> None:
    if tensor.get("shape") not in (None, [], [features]):
        raise CallerProblem(
            400, f"Row {row} has another shape than the model, which has {features} features."
        )
    whole = isinstance(keys, list) and all(isinstance(key, int) and not isinstance(key, bool) for key in keys)
    if not whole or len(keys) != len(tensor["values"]):
        raise CallerProblem(400, f"Row {row} should have a whole number in `keys` for each of `values`.")
    if len(set(keys)) < len(keys):
        raise CallerProblem(400, f"Row {row} has a repeated key in `keys`.")
    if keys and not 0 <= min(keys) <= max(keys) < features:
        raise CallerProblem(400, f"Row {row} has a key outside of the model's {features} features.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _document(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise CallerProblem(400, f"{what} is not JSON.") from None


_READERS: Mapping[str, Callable[[bytes, int], Table]] = {
    content_types.JSON: _from_json,
    content_types.JSON_LINES: _from_lines,
    content_types.CSV: _from_csv,
    RECORDS: _from_records,
}
