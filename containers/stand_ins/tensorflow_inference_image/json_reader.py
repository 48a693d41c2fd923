"""RapidJSON 1.1.0's grammar, followed by hand: its words and offsets say what is wrong with a document."""

import math
import re
from typing import Any

LARGEST_INT, SMALLEST_INT = 2**64 - 1, -(2**63)
# RapidJSON has no limit but its stack; what works on a value here can take far less.
DEEPEST = 10_000

# A byte order mark, of which RapidJSON skips each byte by itself.
BOM = re.compile(rb"\xef?\xbb?\xbf?")
_SPACE = re.compile(rb"[ \t\r\n]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_INTEGER = re.compile(rb"-?(?:0|[1-9][0-9]*)")
_DIGITS = re.compile(rb"[0-9]+")
_HEX4 = re.compile(rb"[0-9a-fA-F]{4}")
_NOT_FINITE = re.compile(rb"-?NaN|(-?)Inf(?:inity|(?!i))")
_ESCAPES = {
    ord(b'"'): b'"',
    ord(b"\\"): b"\\",
    ord(b"/"): b"/",
    ord(b"b"): b"\b",
    ord(b"f"): b"\f",
    ord(b"n"): b"\n",
    ord(b"r"): b"\r",
    ord(b"t"): b"\t",
}
_WORDS = {ord(b"n"): (b"null", None), ord(b"t"): (b"true", True), ord(b"f"): (b"false", False)}

_EMPTY = "The document is empty."
_NOT_SINGULAR = "The document root must not be followed by other values."
_INVALID_VALUE = "Invalid value."
_MISSING_NAME = "Missing a name for object member."
_MISSING_COLON = "Missing a colon after a name of object member."
_MISSING_CURLY = "Missing a comma or '}' after an object member."
_MISSING_SQUARE = "Missing a comma or ']' after an array element."
_INVALID_HEX = "Incorrect hex digit after \\u escape in string."
_INVALID_SURROGATE = "The surrogate pair in string is invalid."
_INVALID_ESCAPE = "Invalid escape character in string."
_MISSING_QUOTE = "Missing a closing quotation mark in string."
_TOO_BIG = "Number too big to be stored in double."
_MISSING_FRACTION = "Miss fraction part in number."
_MISSING_EXPONENT = "Miss exponent in number."


class MalformedJson(ValueError):
    """What is wrong with a document, and at which of its bytes."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"{reason} at offset: {offset}")


def number(text: str) -> int | float:
    """An integer within 64 bits, any other one as a float."""
    value = int(text)
    return value if SMALLEST_INT <= value <= LARGEST_INT else float(value)


class Reader:
    """Reads one document without recursion: whoever nests deeply pays with bytes, not with our stack."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._match(BOM)

    def document(self) -> Any:
        self._skip_space()
        if self._peek() == 0:
            raise MalformedJson(_EMPTY, self._at)
        root: list[Any] = []
        # Each container that is open; a dict has its waiting name beside it.
        open_: list[list[Any] | dict[str, Any]] = []
        names: list[str] = []
        container: list[Any] | dict[str, Any] = root
        while True:
            value = self._value()
            self._put(container, names, value)
            if isinstance(value, list | dict) and not self._closes(value):
                open_.append(container)
                if len(open_) > DEEPEST:
                    raise RecursionError
                container = value
                if isinstance(value, dict):
                    names.append(self._name())
                continue
            while container is not root and self._ends(container):
                if isinstance(container, dict):
                    names.pop()
                container = open_.pop()
            if container is root:
                break
            if isinstance(container, dict):
                names[-1] = self._name()
        self._skip_space()
        if self._peek() != 0:
            raise MalformedJson(_NOT_SINGULAR, self._at)
        return root[0]

    def _put(self, container: list[Any] | dict[str, Any], names: list[str], value: Any) -> None:
        if isinstance(container, dict):
            container.setdefault(names[-1], value)
        else:
            container.append(value)

    def _closes(self, container: list[Any] | dict[str, Any]) -> bool:
        """Whether a container that was just opened is empty."""
        self._skip_space()
        return self._consume(b"]" if isinstance(container, list) else b"}")

    def _ends(self, container: list[Any] | dict[str, Any]) -> bool:
        """Read what follows a value: a comma, or the end of its container."""
        self._skip_space()
        is_list = isinstance(container, list)
        if self._consume(b"]" if is_list else b"}"):
            return True
        if not self._consume(b","):
            raise MalformedJson(_MISSING_SQUARE if is_list else _MISSING_CURLY, self._at)
        self._skip_space()
        return False

    def _name(self) -> str:
        if self._peek() != ord(b'"'):
            raise MalformedJson(_MISSING_NAME, self._at)
        name = self._string()
        self._skip_space()
        if not self._consume(b":"):
            raise MalformedJson(_MISSING_COLON, self._at)
        self._skip_space()
        return name

    def _value(self) -> Any:
        first = self._peek()
        if first in _WORDS:
            return self._word(*_WORDS[first])
        if first == ord(b'"'):
            return self._string()
        if first == ord(b"[") or first == ord(b"{"):
            self._at += 1
            return [] if first == ord(b"[") else {}
        return self._read_number()

    def _word(self, word: bytes, value: Any) -> Any:
        for letter in word:
            if self._peek() != letter:
                raise MalformedJson(_INVALID_VALUE, self._at)
            self._at += 1
        return value

    def _string(self) -> str:
        self._at += 1
        pieces: list[bytes] = []
        while True:
            plain = self._match(_PLAIN)
            pieces.append(plain)
            if self._consume(b'"'):
                return b"".join(pieces).decode("utf-8", "surrogateescape")
            if self._peek() != ord(b"\\"):
                raise MalformedJson(_INVALID_ESCAPE if self._peek() else _MISSING_QUOTE, self._at)
            pieces.append(self._escape())

    def _escape(self) -> bytes:
        start = self._at
        self._at += 1
        letter = self._peek()
        if letter in _ESCAPES:
            self._at += 1
            return _ESCAPES[letter]
        if letter != ord(b"u"):
            raise MalformedJson(_INVALID_ESCAPE, start)
        self._at += 1
        code = self._hex4(start)
        if 0xD800 <= code <= 0xDBFF:
            if not (self._consume(b"\\") and self._consume(b"u")):
                raise MalformedJson(_INVALID_SURROGATE, start)
            low = self._hex4(start)
            if not 0xDC00 <= low <= 0xDFFF:
                raise MalformedJson(_INVALID_SURROGATE, start)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        return chr(code).encode("utf-8", "surrogatepass")

    def _hex4(self, start: int) -> int:
        digits = self._match(_HEX4)
        if not digits:
            raise MalformedJson(_INVALID_HEX, start)
        return int(digits, 16)

    def _read_number(self) -> int | float:
        start = self._at
        integer = self._match(_INTEGER)
        if not integer:
            return self._not_finite()
        if len(integer) > 310 or math.isinf(float(integer)):
            raise MalformedJson(_TOO_BIG, start)
        fraction = exponent = b""
        if self._consume(b"."):
            fraction = self._match(_DIGITS)
            if not fraction:
                raise MalformedJson(_MISSING_FRACTION, self._at)
        has_exponent = self._consume(b"e") or self._consume(b"E")
        if has_exponent:
            sign = b"-" if self._consume(b"-") else b""
            if not sign:
                self._consume(b"+")
            digits = self._match(_DIGITS)
            if not digits:
                raise MalformedJson(_MISSING_EXPONENT, self._at)
            exponent = sign + digits
            if not sign and (len(digits.lstrip(b"0")) > 7 or int(digits) > 308 + len(fraction)):
                raise MalformedJson(_TOO_BIG, start)
        if not fraction and not has_exponent:
            return number(integer.decode())
        return float(integer + b"." + (fraction or b"0") + b"e" + (exponent or b"0"))

    def _not_finite(self) -> float:
        found = _NOT_FINITE.match(self._body, self._at)
        if found is None:
            self._consume(b"-")
            for letter in b"NaN" if self._peek() == ord(b"N") else b"Infinity":
                if self._peek() != letter:
                    break
                self._at += 1
            raise MalformedJson(_INVALID_VALUE, self._at)
        self._at = found.end()
        if found[0].endswith(b"NaN"):
            return math.nan
        return -math.inf if found[1] else math.inf

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        found = pattern.match(self._body, self._at)
        if found is None:
            return b""
        self._at = found.end()
        return found[0]

    def _skip_space(self) -> None:
        self._match(_SPACE)

    def _peek(self) -> int:
        """The next byte; behind the last one NUL, which ends the document wherever it stands."""
        return self._body[self._at] if self._at < len(self._body) else 0

    def _consume(self, byte: bytes) -> bool:
        if self._body.startswith(byte, self._at):
            self._at += 1
            return True
        return False
