"""The promises of a workload about its responses, and how a response breaks them.

SageMaker passes on whatever a container answers with a 2xx. Where the template promises more it is held to
it, so that a container that fails without saying so never becomes a prediction.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from assembly.errors import AssemblyError
from local.endpoint import records
from local.http.client import Response

# Their answers have a record for each record that was sent.
ROW_BY_ROW = frozenset({records.CSV, records.JSON_LINES})
_JSON = "application/json"
_PAGE = "text/html"
# Under this key JSON answers have a list with an item a record, those of SageMaker's own algorithms too.
_PREDICTIONS = "predictions"
_NOT_FINITE = re.compile(rb"(?m)(?:^|,)[ \t]*[-+]?(?:nan|inf|infinity)[ \t]*(?=\r?$|,)", re.IGNORECASE)
_HEADER = re.compile(r";\s*header\s*=\s*\"?present\"?\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Promise:
    """What is promised of each container's answer: nothing, unless a template says so.

    `one_per_record`: as many records as were sent, and a prediction at all. `finite`: no NaN and no infinity,
    which others than our own containers read as a missing value. `header`: the first record may be a header,
    which is not answered.
    """

    one_per_record: bool = False
    finite: bool = False
    header: bool = False

    @classmethod
    def parse(cls, tag: str | None) -> "Promise":
        """Read the tag `answers` of an endpoint or a pipeline: `any`, or some of the words below.

        Raises AssemblyError for another word.
        """
        words = set((tag or "any").split())
        known = {"one-per-record", "finite", "header"}
        if words == {"any"}:
            return cls()
        if unknown := sorted(words - known):
            raise AssemblyError(
                f"the tag answers says {unknown[0]!r}; expected any, or some of {', '.join(sorted(known))}"
            )
        return cls("one-per-record" in words, "finite" in words, "header" in words)


NOTHING = Promise()


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def asked(body: bytes, content_type: str | None) -> int | None:
    """How many records a request asks about; None when its media type does not say.

    A header that the Content-Type announces (`header=present`) is none of them.
    """
    kind = _kind(content_type)
    if kind not in ROW_BY_ROW:
        return None
    found = records.count(body.removeprefix(records.BYTE_ORDER_MARK), kind)
    return found - 1 if found and _HEADER.search(content_type or "") else found


def problem(promise: Promise, asked_for: int | None, answer: Response) -> str:
    """How a container's response to this number of records breaks the promise; empty if it does not."""
    if not asked_for:
        return ""
    kind = _kind(answer.headers.get("content-type"))
    if kind in ROW_BY_ROW:
        return _problem_of_rows(promise, asked_for, answer.body, kind)
    if kind == _JSON:
        return _problem_of_json(promise, asked_for, answer.body)
    return f"expected predictions, got {_PAGE}" if promise.one_per_record and kind == _PAGE else ""


def _problem_of_rows(promise: Promise, asked_for: int, body: bytes, kind: str) -> str:
    if promise.one_per_record:
        answered = records.count(body, kind)
        if answered != asked_for and not (promise.header and answered == asked_for - 1):
            return f"expected {asked_for} predictions, got {answered}"
    # A number has no N, but for nan, inf and infinity: to look for one letter takes next to nothing.
    if promise.finite and (b"n" in body or b"N" in body) and _NOT_FINITE.search(body):
        return "a prediction is not a finite number"
    return ""


def _problem_of_json(promise: Promise, asked_for: int, body: bytes) -> str:
    if not promise.one_per_record and not promise.finite:
        return ""
    try:
        document = json.loads(body, parse_constant=_refuse if promise.finite else float)
    except _NotFiniteError:
        return "a prediction is not a finite number"
    except (ValueError, RecursionError):
        return "the response is not JSON"
    found: Any = document.get(_PREDICTIONS) if isinstance(document, dict) else None
    if promise.one_per_record and isinstance(found, list) and len(found) != asked_for:
        if promise.header and len(found) == asked_for - 1:
            return ""
        return f"expected {asked_for} predictions, got {len(found)}"
    return ""


class _NotFiniteError(Exception):
    pass


def _refuse(constant: str) -> NoReturn:
    raise _NotFiniteError(constant)


@lru_cache(maxsize=64)
def _kind(content_type: str | None) -> str:
    return media_type(content_type or "")
