"""Answers whose rows have named columns, in the media types that the built-in algorithms know."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from toolkit import content_types

RECORDS = "application/x-recordio-protobuf"
KNOWN = (content_types.CSV, content_types.JSON, content_types.JSON_LINES, RECORDS)

Row = Mapping[str, Any]


def csv(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """The columns of each row, a line a row; lists in quotes, and no line feed at the end."""
    return "\n".join(",".join(_cell(row[column]) for column in columns) for row in rows).encode()


def documents(rows: Sequence[Row], media_type: str) -> bytes:
    """One JSON object a row, in one document or one a line."""
    if media_type == content_types.JSON_LINES:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    return json.dumps({"predictions": rows}).encode()


def record_io(rows: Sequence[Row]) -> bytes:
    """A record a row, with the columns as labels of single precision."""
    # Protobuf costs a container 10 MB, and few callers accept records.
    from built_in import records  # noqa: PLC0415

    messages = []
    for row in rows:
        message = records.Record()
        for column, value in row.items():
            message.label[column].float32_tensor.values.extend(value if isinstance(value, list) else [value])
        messages.append(message)
    return records.write(messages)


def _cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)
