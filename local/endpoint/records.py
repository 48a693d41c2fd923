"""What a record is: a line that is not blank; in CSV a quoted line feed ends none.

Blank is a line of nothing but spaces, tabs and carriage returns, as in the API and in our containers; a byte
order mark that begins the text is not a character of its first line.
"""

import re

CSV, JSON_LINES = "text/csv", "application/jsonlines"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a blank line may have, its end among it.
BLANKS = b" \t\r\n"

_BLANK = re.compile(rb"(?:\A|\n)[ \t\r]*(?=\n|\Z)")
_LONE_MARK = re.compile(rb"\A%b(?=[ \t\r]*(?:\n|\Z))" % BYTE_ORDER_MARK)
# A field that begins with a quote goes on to the next single one, or is open to the end of the text. The
# delimiters are those that containers tell by themselves.
_FIELD = rb'(?:"(?:[^"]++|"")*+(?:"|(?P<open%d>\Z)))?+[^,;|\t\n]*+'
_RECORD = re.compile(_FIELD % 1 + rb"(?:[,;|\t]" + _FIELD % 2 + rb")*+(?:\n|\Z)")


def lines(body: bytes) -> list[bytes]:
    """The lines of a body, each with its line end, which is `\\n`."""
    # splitlines would also cut at a carriage return.
    found = [line + b"\n" for line in body.split(b"\n")]
    found[-1] = found[-1][:-1]
    return found if found[-1] else found[:-1]


def is_blank(text: bytes) -> bool:
    return not text.strip(BLANKS)


def without_lone_mark(text: bytes) -> bytes:
    """A text without the byte order mark at its beginning when its first line has nothing else."""
    return _LONE_MARK.sub(b"", text)


def without_blank_lines(body: bytes, media_type: str = "") -> bytes:
    return b"".join(one for one in cut(body, media_type) if not is_blank(one))


def count(body: bytes, media_type: str = "") -> int:
    """The number of records of a body of this media type."""
    if media_type == CSV and b'"' in body:
        return sum(not is_blank(one) for one in cut(body, media_type))
    return body.count(b"\n") + 1 - len(_BLANK.findall(body))


def cut(body: bytes, media_type: str = "") -> list[bytes]:
    """The records of a body and the blank lines between them, in order, each with its line end.

    A quote that is opened and never closed is text like any other.
    """
    if media_type != CSV or b'"' not in body:
        return lines(body)
    closed, rest = cut_closed(body)
    return closed + lines(rest)


def cut_closed(body: bytes) -> tuple[list[bytes], bytes]:
    """As `cut` for CSV, up to a record with a quote that is not closed; and the text from there on."""
    found: list[bytes] = []
    for match in _RECORD.finditer(body):
        if match["open1"] is not None or match["open2"] is not None:
            return found, body[match.start() :]
        if match[0]:
            found.append(match[0])
    return found, b""
