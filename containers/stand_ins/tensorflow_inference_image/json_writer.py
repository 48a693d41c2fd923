"""JSON as TensorFlow Serving writes it: by RapidJSON's PrettyWriter, with some arrays on one line."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_INDENT = 4
# TensorFlow Serving repeats a whole document in an error. Indented, it may be a thousand times the request.
ECHO_LIMIT = 64 * 1024
_CUT = "... (cut by the stand-in)"


class _TooLong(Exception):
    """The text has reached its limit."""


class _NotWritten(Exception):
    """RapidJSON's writer stops at a number that is not finite."""


class PrettyWriter:
    """Writes one document, value after value; `single_line` says how arrays are written from now on."""

    def __init__(self, limit: int | None = None) -> None:
        self.single_line = False
        self._pieces: list[str] = []
        self._levels: list[int] = []
        self._in_array: list[bool] = []
        self._limit = limit
        self._size = 0

    def text(self) -> str:
        return "".join(self._pieces)

    def raw(self, text: str) -> None:
        """A number or a word."""
        self._prefix()
        self._write(text)

    def string(self, text: str) -> None:
        self.raw(quoted(text))

    def start(self, bracket: str) -> None:
        """Open an array (`[`) or an object (`{`), whose names are strings in turn with its values."""
        self._prefix()
        self._levels.append(0)
        self._in_array.append(bracket == "[")
        self._write(bracket)

    def end(self) -> None:
        """Close the innermost array or object."""
        count, is_array = self._levels.pop(), self._in_array.pop()
        if count and not (is_array and self.single_line):
            self._new_line()
        self._write("]" if is_array else "}")

    def _prefix(self) -> None:
        if not self._levels:
            return
        count = self._levels[-1]
        self._levels[-1] += 1
        if self._in_array[-1]:
            if count:
                self._write(", " if self.single_line else ",")
            if not self.single_line:
                self._new_line()
        elif count % 2:
            self._write(": ")
        else:
            if count:
                self._write(",")
            self._new_line()

    def _new_line(self) -> None:
        self._write("\n" + " " * (_INDENT * len(self._levels)))

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        if self._limit is not None:
            self._size += len(piece)
            if self._size > self._limit:
                raise _TooLong


def quoted(text: str) -> str:
    """A JSON string with RapidJSON's escapes, which leave everything but quotes and controls as it is."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def decimal(value: float, single: bool) -> str:
    """A floating-point number with six digits where they are enough to read it again, else with nine (single
    precision) or seventeen. A whole number ends with `.0`, unless it has an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "-Infinity" if value < 0 else "Infinity"
    text = f"{value:.6g}"
    if (float(np.float32(text)) if single else float(text)) != value:
        text = f"{value:.9g}" if single else f"{value:.17g}"
    return text if "." in text or "e" in text else text + ".0"


def error_body(message: str) -> str:
    """The document that every error is."""
    writer = PrettyWriter()
    writer.start("{")
    writer.string("error")
    writer.string(message)
    writer.end()
    return writer.text()


def echoed(value: Any) -> str:
    """A value of the request as it stands in an error; after ECHO_LIMIT characters it is cut."""
    if isinstance(value, float):
        return decimal(*_narrowed(value))
    writer = PrettyWriter(ECHO_LIMIT)
    try:
        _echo(value, writer)
    except _NotWritten:
        pass
    except _TooLong:
        return writer.text()[:ECHO_LIMIT] + _CUT
    return writer.text()


def _narrowed(value: float) -> tuple[float, bool]:
    """A number on its own is written in single precision where it is within its range."""
    if math.isfinite(value) and abs(value) <= float(np.finfo(np.float32).max):
        return float(np.float32(value)), True
    return value, False


def _echo(value: Any, writer: PrettyWriter) -> None:
    if isinstance(value, dict):
        writer.start("{")
        for name, member in value.items():
            writer.string(name)
            _echo(member, writer)
        writer.end()
    elif isinstance(value, list):
        writer.start("[")
        for item in value:
            _echo(item, writer)
        writer.end()
    elif isinstance(value, str):
        writer.string(value)
    elif isinstance(value, float) and not math.isfinite(value):
        writer.raw("")
        raise _NotWritten
    else:
        writer.raw(_WRITTEN[type(value)](value))


def _shortest(value: float) -> str:
    """As RapidJSON's own writer has a double: the shortest digits, an exponent from 1e21 on."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        return mantissa
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    point = int(exponent) + 1
    sign = "-" if mantissa.startswith("-") else ""
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}.0"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    shown = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{sign}{shown}e{point - 1}"


_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _shortest,
}
