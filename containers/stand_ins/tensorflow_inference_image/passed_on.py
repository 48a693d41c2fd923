"""How the image turns the body of an invocation into a request to TensorFlow Serving, where no script does.

It goes by what a body looks like: a request as TensorFlow Serving takes it, JSON documents one after the
other, or a value that is wrapped in `instances`. CSV becomes a row, or a value, a line.
"""

import json
import re
from collections.abc import Iterator

from toolkit import content_types

# What JavaScript, in which the image does it, takes for blanks.
_SPACE = (
    " \t\n\v\f\r\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_LINE_END = re.compile(r"\r?\n")
_REQUEST = re.compile(rf'"(instances|inputs|examples)"[{_SPACE}]*:')
_SEVERAL = re.compile(rf"[}}\]][{_SPACE}]*[\[{{]")
_ROWS = re.compile(rf"[{_SPACE}]*\[[{_SPACE}]*\[")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_JSON_TYPES = (content_types.JSON, content_types.JSON_LINES, "application/jsons")


class UnsupportedType(Exception):
    """A content type that the image passes nothing on for; the text is the image's."""


def request(body: bytes, content_type: str) -> bytes:
    """The request to TensorFlow Serving; what it is worth, that one says. Refuses with UnsupportedType."""
    media_type = content_types.media_type(content_type)
    if media_type in _JSON_TYPES:
        return _from_json(_text(body)).encode()
    if media_type == content_types.CSV:
        return _from_csv(_text(body)).encode()
    raise UnsupportedType(f"Unsupported Media Type: {media_type or 'Unknown'}")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _from_json(text: str) -> str:
    if _REQUEST.search(text):
        return text
    if _SEVERAL.search(text):
        return _from_lines(text)
    value = text if _ROWS.match(text) else f"[{text}]"
    return f'{{"instances":{value}}}'


def _from_lines(text: str) -> str:
    lines = _lines(text)
    if len(lines) == 1:
        return f'{{"instances":{lines[0]}}}'
    return f'{{"instances":[{",".join(line for line in lines if line)}]}}'


def _from_csv(text: str) -> str:
    return f'{{"instances":[{",".join(_row(line) for line in _lines(text) if line)}]}}'


def _lines(text: str) -> list[str]:
    return [line.strip(_SPACE) for line in _LINE_END.split(text.strip(_SPACE))]


def _row(line: str) -> str:
    cells = [_cell(cell) for cell in _cells(line)]
    return f"[{','.join(cells)}]" if len(cells) > 1 else cells[0]


def _cell(cell: str) -> str:
    if _NUMBER.fullmatch(bare := cell.strip(_SPACE)):
        return bare
    return '"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _cells(line: str) -> Iterator[str]:
    """The cells of a line; quotes may stand anywhere in one, and are themselves where they are doubled."""
    if '"' not in line:
        yield from line.split(",")
        return
    cell: list[str] = []
    quoted = was_quote = False
    for character in line:
        if character == '"':
            # The second of two within quotes, which the first one seemed to close.
            if was_quote:
                cell.append('"')
            was_quote = quoted and not was_quote
            quoted = not quoted
            continue
        was_quote = False
        if character == "," and not quoted:
            yield "".join(cell)
            cell = []
        else:
            cell.append(character)
    yield "".join(cell)


def refusal(message: str) -> bytes:
    """An error of the image's own layer."""
    return json.dumps({"error": message}, separators=(",", ":")).encode()
