"""The responses of a model; an exception becomes a response that discloses no details."""

import json
import logging
import os
import traceback
from http import HTTPStatus
from typing import NamedTuple

from . import content_types, environment
from .errors import ContainerProblem

logger = logging.getLogger("toolkit")

Headers = tuple[tuple[bytes, bytes], ...]


class Response(NamedTuple):
    """One answer of a container; without a content type it has no body (204)."""

    body: bytes
    content_type: str = ""
    status: int = 200
    headers: Headers = ()


def problem(status: int, detail: str, headers: Headers = ()) -> Response:
    """An RFC 9457 answer: `detail` is shown to the caller, so it must not repeat the request's body."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Client Error"
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(json.dumps(document).encode(), content_types.PROBLEM, status, headers)


def caller_status(error: BaseException) -> int | None:
    """The status that the error claims for itself, when it is the caller's fault (400 to 499)."""
    status = getattr(error, "status", None)
    if isinstance(status, int) and not isinstance(status, bool) and 400 <= status <= 499:
        return status
    return None


def failure(error: BaseException) -> Response:
    """The answer to an exception: its own 4xx `status` with its message, else 500 without any detail."""
    status = caller_status(error)
    if status is not None:
        return problem(status, str(error))
    log_failure(error)
    return problem(500, "The container failed on this request; its log has the trace.")


def log_failure(error: BaseException) -> None:
    """Write where an error happened. Its message may repeat the caller's data: that only on request.

    What the toolkit says of a script, and what Python says of a failed import, repeats nothing.
    """
    if isinstance(error, ContainerProblem):
        logger.error("request failed: %s", error)
        return
    if environment.enabled(os.environ, environment.LOG_MESSAGES):
        logger.error("request failed", exc_info=error)
        return
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    harmless = isinstance(error, ImportError)
    hint = str(error) if harmless else f"(message withheld; set {environment.LOG_MESSAGES}=1 to log it)"
    logger.error("request failed: %s %s\n%s", type(error).__name__, hint, frames.rstrip())
