"""What an API has to make of a body, worked out from its OpenAPI document by other means than the functions'.

It is for comparison only: slow, and with other parsers, so that a fault in the functions is not a fault here.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

# Quoted or not; a quote within an unquoted cell stands for itself.
_CELLS = re.compile(r'(?:"((?:[^"]|"")*)"|((?!")[^,]*))(?:,|$)')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")


class _NotOne(Exception):
    """The body is none that may be answered."""


@dataclass(frozen=True)
class Reference:
    """An operation that takes rows: its array's name, and the JSON schema of a row by field."""

    array: str
    fields: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, document: Mapping[str, Any], path: str) -> Self:
        """What the OpenAPI document says of the rows that are posted to the path."""
        schemas = document["components"]["schemas"]
        body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        ((array, schema),) = schemas[body["$ref"].rpartition("/")[2]]["properties"].items()
        return cls(array, schemas[schema["items"]["$ref"].rpartition("/")[2]]["properties"])

    def rows(self, body: bytes, content_type: str) -> list[dict[str, Any]] | None:
        """The rows of a body, None if it is to be refused."""
        try:
            text = body.decode("utf-8")
            return self._csv(text) if content_type == "text/csv" else self._json(text)
        except (_NotOne, ValueError, OverflowError, RecursionError):
            return None

    def _json(self, text: str) -> list[dict[str, Any]]:
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_whole, parse_float=float
        )
        if not isinstance(document, dict) or document.keys() != {self.array}:
            raise _NotOne
        rows = document[self.array]
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise _NotOne
        return [self._row(row) for row in rows]

    def _csv(self, text: str) -> list[dict[str, Any]]:
        lines = [line for line in text.removeprefix("\ufeff").split("\n") if line.strip(" \t\r")]
        if not lines:
            raise _NotOne
        return [self._row(self._record(line.removesuffix("\r"))) for line in lines]

    def _record(self, line: str) -> dict[str, Any]:
        if not line.isascii() or not line.isprintable():
            raise _NotOne
        cells, position = [], 0
        while position <= len(line):
            match = _CELLS.match(line, position)
            if match is None:
                raise _NotOne
            cells.append(match[2] if match[1] is None else match[1].replace('""', '"'))
            if match.end() == len(line) and not match[0].endswith(","):
                break
            position = match.end()
        if len(cells) != len(self.fields):
            raise _NotOne
        pairs = zip(self.fields.items(), cells, strict=True)
        return {name: _typed(schema["type"], cell) for (name, schema), cell in pairs}

    def _row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        if row.keys() != self.fields.keys() or not all(_is_as(self.fields[name], row[name]) for name in row):
            raise _NotOne
        kinds = {"number": float, "integer": int, "string": str}
        return {name: kinds[schema["type"]](row[name]) for name, schema in self.fields.items()}


def _is_as(schema: Mapping[str, Any], value: Any) -> bool:
    if schema["type"] == "string":
        if not isinstance(value, str) or value not in schema.get("enum", [value]):
            return False
        # Python's `$` is also before a last line feed, so it is not left to it.
        return re.fullmatch(schema.get("pattern", ".*").removesuffix("$"), value, re.ASCII) is not None
    if type(value) is not int and (schema["type"] == "integer" or type(value) is not float):
        return False
    if not math.isfinite(value) or not schema["minimum"] <= value <= schema["maximum"]:
        return False
    # Where a field starts at 0, nobody means the negative one.
    return not (schema["minimum"] == 0 and value == 0 and math.copysign(1, value) < 0)


def _typed(kind: str, cell: str) -> Any:
    if kind == "string":
        return cell
    match = _NUMBER.fullmatch(cell)
    if match is None or (kind == "integer" and (match["fraction"] or match["exponent"])):
        raise _NotOne
    return _whole(cell) if kind == "integer" else float(cell)


def _whole(text: str) -> int | float:
    return -0.0 if text == "-0" else int(text)


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise _NotOne
    return dict(pairs)


def _refuse(text: str) -> None:
    raise _NotOne
