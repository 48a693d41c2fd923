"""Strict reading of text: UTF-8, JSON, CSV and numbers, with none of the standard parsers' leniency.

What is not a text of its format at all is a Problem with status 400. A value that is well formed but wrong
stays in the result as something that no field accepts, so that validation can name its row and column.
"""

import csv
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from prediction_service.problem import FieldError, Problem

# A row of any workload is a fraction of this; a longer one is refused before it is parsed.
MAX_ROW_CHARACTERS = 2048

MAX_DEPTH = 16

# Characters that hide, reorder or end text, and those that only a faulty decoding leaves behind. Tab, line
# feed and carriage return are left to the formats.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
# A string without an end takes all that follows, so that no text is read twice.
_NOT_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^\[\]{}"]+', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def utf8(content: bytes) -> str:
    """The text of a body; refuses what is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The body is not valid UTF-8: invalid byte at position {error.start + 1}."
        ) from None


def integer(text: str) -> int | float | str:
    """The whole number that the text writes in ASCII digits; otherwise what no integer field accepts."""
    if text == "-0":
        return -0.0
    return int(text) if _INTEGER.fullmatch(text) else text


def decimal(text: str) -> float | str:
    """The number that the text writes in ASCII; otherwise the text, which no number field accepts."""
    return float(text) if _DECIMAL.fullmatch(text) else text


def refuse_hidden(text: str) -> None:
    """Refuses characters that a person would not see in a text, and those of a faulty decoding."""
    if _FORBIDDEN.search(text):
        raise Problem(400, "The body contains a control, invisible, or undecodable character.")


def accept_hidden(_: str) -> None:
    """Refuses nothing: for texts of people, where the contract says which characters they may have."""


def json_document(text: str, check: Callable[[str], None] = refuse_hidden) -> Any:
    """A JSON document; refuses duplicate keys, too deep a nest, and what `check` refuses of a text."""
    check(text)
    # How deep json.loads goes before it gives up depends on Python's version and on the stack.
    if _depth(text) > MAX_DEPTH:
        raise Problem(400, f"The body is nested deeper than {MAX_DEPTH} levels.")
    try:
        return json.loads(text, object_pairs_hook=partial(_unique, check), parse_int=_json_integer)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Problem(400, f"The body is not valid JSON: syntax error at {place}.") from None


def csv_rows(text: str, *, max_rows: int) -> list[list[str]]:
    """The fields of each row as text.

    Accepted: LF or CRLF line ends, one byte order mark at the start, fields in double quotes. A line without
    any character but spaces is not a row. Refused: a carriage return or line feed inside a row, unbalanced
    quotes, no row, more or longer rows than allowed.
    """
    text = text.removeprefix("\ufeff")
    refuse_hidden(text)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    rows = [line for line in lines if line.strip(" \t\r")]
    if not rows:
        raise Problem(400, "The body is empty. Send one row per line.")
    if len(rows) > max_rows:
        raise Problem(413, f"The body has more than {max_rows} rows. Send fewer rows per request.")
    return list(_parsed(rows))


def _parsed(lines: list[str]) -> Iterator[list[str]]:
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_ROW_CHARACTERS:
            raise _row_problem(413, number, f"is longer than {MAX_ROW_CHARACTERS} characters")
        if "\r" in line:
            raise _row_problem(400, number, "has a carriage return that is not part of a line ending")
    reader = csv.reader(lines, strict=True)
    number = 0
    try:
        for number, fields in enumerate(reader, start=1):
            if reader.line_num != number:
                raise _row_problem(400, number, "has a line feed inside a quoted field")
            yield fields
    except csv.Error:
        raise _row_problem(400, number + 1, "is not valid CSV: unbalanced quotes") from None


def _row_problem(status: int, row: int, what: str) -> Problem:
    return Problem(status, f"Row {row} {what}.", errors=[FieldError(row=row, detail=what)])


def _unique(check: Callable[[str], None], pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The object's members; also where escapes (`\\u0000`, a lone surrogate) are seen as characters."""
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise Problem(400, "A JSON object in the body has a duplicate key.")
        check(key)
        if isinstance(value, str):
            check(value)
        members[key] = value
    return members


def _depth(text: str) -> int:
    """How many brackets are open at once, at most, outside of strings."""
    brackets = _NOT_BRACKETS.sub("", text)
    return max(itertools.accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def _json_integer(text: str) -> int | float:
    value = integer(text)
    return math.inf if isinstance(value, str) else value
