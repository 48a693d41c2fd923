"""The results that a script's function may return, and the responses that are made of them."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from . import content_types
from .errors import ContainerProblem
from .responses import Response

_WITHOUT_BODY = (204, 304)
# The server's own to say, or between it and its caller alone.
_NOT_PASSED = frozenset(
    (
        "connection",
        "content-length",
        "content-type",
        "date",
        "keep-alive",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)


def response(result: Any, content_type: str) -> Response:
    """The answer that a function's result stands for.

    Takes what a Flask view of the managed image may return: a body; a pair of body and content type, JSON
    where that is None; a dict or list, as JSON; and a response object, known by `get_data`, `status_code`
    and `headers` as those of Flask, werkzeug and SageMaker's toolkits have them, whose status and headers
    are kept. A body is str, bytes or an iterable of them; alone it gets `content_type`.
    Refuses anything else with ContainerProblem, which says what to return instead.
    """
    if isinstance(result, tuple):
        if len(result) != 2 or not isinstance(result[1], str | None):
            raise _unusable(result)
        body, named = result
        return Response(_body(body), _typed(named or content_types.JSON))
    if isinstance(result, str | bytes | bytearray | memoryview):
        return Response(_body(result), _typed(content_type))
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        return _of_object(result)
    if isinstance(result, dict | list):
        return Response(_json(result), content_types.JSON)
    if isinstance(result, Iterator):
        return Response(_body(result), _typed(content_type))
    raise _unusable(result)


def _body(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if body is None:
        return b""
    if isinstance(body, Iterable) and not isinstance(body, dict) and not hasattr(body, "tolist"):
        return b"".join(map(_piece, body))
    raise _unusable(body)


def _piece(piece: Any) -> bytes:
    if isinstance(piece, str | bytes):
        return _body(piece)
    raise ContainerProblem(f"The script returned an iterable of {type(piece).__name__}, not of str or bytes.")


def _of_object(result: Any) -> Response:
    # What send_file returns holds an open file, and gives its data only after this.
    if getattr(result, "direct_passthrough", False):
        result.direct_passthrough = False
    status = result.status_code
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ContainerProblem(f"The script's response has the status {status!r}, not one from 200 to 599.")
    content_type = getattr(result, "content_type", None) or getattr(result, "mimetype", None) or ""
    headers = tuple(_headers(result))
    body = b"" if status in _WITHOUT_BODY else _body(result.get_data())
    if close := getattr(result, "close", None):
        close()
    return Response(body, _typed(content_type), int(status), headers)


def _headers(result: Any) -> Iterator[tuple[bytes, bytes]]:
    for name, value in getattr(result, "headers", {}).items():
        if name.lower() not in _NOT_PASSED:
            yield _line(name).lower(), _line(str(value))


def _line(text: str) -> bytes:
    if any(character in text for character in "\r\n\0"):
        raise ContainerProblem("A header of the script's response holds a line break.")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ContainerProblem("A header of the script's response holds more than Latin-1.") from None


# Functions name the same few types over and over.
@lru_cache(maxsize=64)
def _typed(content_type: str) -> str:
    _line(content_type)
    return content_types.with_charset(content_type)


def _json(result: Any) -> bytes:
    """As Flask writes it."""
    try:
        return json.dumps(result, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    except TypeError as error:
        raise ContainerProblem(
            f"The script returned a {type(result).__name__} that is not JSON: {error}."
        ) from None


def _unusable(result: Any) -> ContainerProblem:
    returned = type(result).__name__
    if isinstance(result, tuple):
        returned += " of " + ", ".join(type(item).__name__ for item in result)
    hint = "; to have an array encoded, leave output_fn out" if hasattr(result, "tolist") else ""
    return ContainerProblem(
        f"The script returned {returned}; expected a body (str or bytes), (body, content type), "
        f"or a response such as flask.Response{hint}."
    )
