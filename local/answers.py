"""What an answer to rows must be besides a success: as many rows, and finite numbers.

SageMaker passes on whatever a container answers with a 2xx. Here it is refused, so that a container that
fails without saying so never becomes a prediction.
"""

import json
import re
from functools import lru_cache
from typing import Any, NoReturn

from local.http_client import Response

# Their answers have a row for each row that was sent.
ROW_BY_ROW = frozenset({"text/csv", "application/jsonlines"})
_JSON = "application/json"
_PAGE = "text/html"
# Under this key JSON answers have a list with an item a row, those of SageMaker's own algorithms too.
_PREDICTIONS = "predictions"
_NOT_FINITE = re.compile(rb"(?m)(?:^|,)[ \t]*[-+]?(?:nan|inf|infinity)[ \t]*(?=\r?$|,)", re.IGNORECASE)


def rows(body: bytes) -> int:
    """The number of lines of a body, with or without a line end at its end."""
    return body.count(b"\n") + (not body.endswith(b"\n") and bool(body))


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def asked(body: bytes, content_type: str | None) -> int | None:
    """How many rows a request asks for; None when its media type does not say."""
    return rows(body) if _kind(content_type) in ROW_BY_ROW else None


def problem(asked_for: int | None, answer: Response) -> str:
    """What is wrong with a container's answer to so many rows, in words; empty when nothing is."""
    if not asked_for:
        return ""
    kind = _kind(answer.headers.get("content-type"))
    if kind in ROW_BY_ROW:
        return _problem_of_rows(asked_for, answer.body)
    if kind == _JSON:
        return _problem_of_json(asked_for, answer.body)
    return f"it answered {_PAGE}, which is no prediction" if kind == _PAGE else ""


def _problem_of_rows(asked_for: int, body: bytes) -> str:
    if (answered := rows(body)) != asked_for:
        return f"it answered {answered} rows to {asked_for}"
    # A number has no N, but for nan, inf and infinity: to look for one letter takes next to nothing.
    if (b"n" in body or b"N" in body) and _NOT_FINITE.search(body):
        return "it answered a number that is not finite"
    return ""


def _problem_of_json(asked_for: int, body: bytes) -> str:
    try:
        document = json.loads(body, parse_constant=_refuse)
    except _NotFiniteError:
        return "it answered a number that is not finite"
    except (ValueError, RecursionError):
        return "its answer is not JSON"
    found: Any = document.get(_PREDICTIONS) if isinstance(document, dict) else None
    if isinstance(found, list) and len(found) != asked_for:
        return f"it answered {len(found)} predictions to {asked_for} rows"
    return ""


class _NotFiniteError(Exception):
    pass


def _refuse(constant: str) -> NoReturn:
    raise _NotFiniteError(constant)


@lru_cache(maxsize=64)
def _kind(content_type: str | None) -> str:
    return media_type(content_type or "")
