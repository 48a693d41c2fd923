"""What every handler does with a request: media types, the text of a CSV body, refusals.

The stacks put the modules of this folder into every archive of script-mode source, beside the script.
"""

import csv
import math
from collections.abc import Sequence
from functools import lru_cache

from plain_number import NUMBER

CSV = "text/csv"
_CONTROL = bytes(code for code in range(32) if chr(code) != "\n") + b"\x7f"
# What a blank line, or an indented one, begins with: looking for these costs less than a regular expression.
_BLANK = ("\n", " ", "\t", "\r")


class RequestError(ValueError):
    """The caller's fault: `status` is the HTTP status, the message names row and column, never a value."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def media_type(content_type: str | None) -> str:
    """`Text/CSV; charset=utf-8` is `text/csv`."""
    return (content_type or "").split(";")[0].strip().lower()


def unsupported(*expected: str) -> RequestError:
    return RequestError(415, f"the media type of the body is not {' or '.join(expected)}")


@lru_cache(maxsize=256)
def choose(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """The media type to answer with: the offer that an Accept header weighs highest, the first among equals.

    Absent or empty is `*/*`. None when the header takes no offer.
    """
    weights = dict.fromkeys(offers, 0.0)
    exactness = dict.fromkeys(offers, -1)
    for item in (accept or "*/*").lower().split(","):
        pattern, *parameters = (part.strip() for part in item.split(";"))
        for offer in offers:
            patterns = ("*/*", offer.split("/")[0] + "/*", offer)
            if pattern in patterns and patterns.index(pattern) >= exactness[offer]:
                exactness[offer], weights[offer] = patterns.index(pattern), _weight(parameters)
    best = max(offers, key=weights.__getitem__)
    return best if weights[best] > 0 else None


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = (part.strip() for part in parameter.partition("="))
        if name == "q":
            return float(value) if NUMBER.fullmatch(value) else 0.0
    return 1.0


def in_row(row: int, error: RequestError) -> RequestError:
    return RequestError(error.status, f"row {row}: {error}")


def csv_text(body: str | bytes) -> str:
    """The rows of a CSV body, separated by LF: CRLF is LF, a leading BOM and blank lines are dropped.

    Blank is a line of nothing but spaces, tabs and CRs. Refuses (400) what is empty, not UTF-8, or holds a
    control character. A row is a line, so a quoted field cannot hold a line feed.
    """
    try:
        text = (body.encode() if isinstance(body, str) else bytes(body)).decode()
    except UnicodeError:
        raise RequestError(400, "the body is not UTF-8 text") from None
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    text = text.removesuffix("\n")
    if text.startswith(_BLANK) or text.endswith("\n") or any(f"\n{blank}" in text for blank in _BLANK):
        text = "\n".join(line for line in text.split("\n") if line.strip(" \t\r"))
    if not text:
        raise RequestError(400, "the body is empty; expected lines of CSV")
    data = text.encode()
    if len(data.translate(None, _CONTROL)) != len(data):
        raise RequestError(400, "the body holds a control character; expected lines of CSV")
    return text


def csv_cells(line: str) -> list[str]:
    """The fields of a line, quoted or not; 400 for a quote that is never closed or closed too early."""
    if '"' not in line:
        return line.split(",")
    # The second line closes a field that the first one leaves open.
    reader = csv.reader([line, '"'], strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        raise RequestError(400, "a quoted field does not end where it should") from None
    if reader.line_num > 1:
        raise RequestError(400, "a quoted field has a line feed, which a row cannot hold, or is never closed")
    return cells


def finite(cell: str) -> float | None:
    """The number that a cell spells in ASCII digits, or None: no words, underscores, spaces, infinities."""
    if NUMBER.fullmatch(cell) and math.isfinite(number := float(cell)):
        return number
    return None
