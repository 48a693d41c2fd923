"""Records of the built-in algorithms, made for tests."""

from collections.abc import Sequence
from typing import Any

from built_in import records

RECORDS = "application/x-recordio-protobuf"


def record(
    values: Sequence[float],
    *,
    label: float | None = None,
    kind: str = "float32",
    keys: Sequence[int] = (),
    shape: Sequence[int] = (),
) -> Any:
    """A Record with the feature `values`, sparse where it has keys, and perhaps a label."""
    message = records.Record()
    tensor = getattr(message.features["values"], f"{kind}_tensor")
    tensor.values.extend(values)
    tensor.keys.extend(keys)
    tensor.shape.extend(shape)
    if label is not None:
        message.label["values"].float32_tensor.values.append(label)
    return message


def sparse(row: Sequence[float], label: float | None = None) -> Any:
    """The same of a whole row, with what is not 0."""
    keys = [key for key, value in enumerate(row) if value]
    return record([row[key] for key in keys], label=label, keys=keys, shape=[len(row)])


def body(*messages: Any) -> bytes:
    return records.write(messages)
