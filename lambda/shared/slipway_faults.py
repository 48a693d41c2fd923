"""What SageMaker Runtime's errors, and a network's, are to the caller of an API.

A container's own message (`OriginalMessage`) may hold rows, paths or names, so it goes nowhere.
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from slipway_problem import Problem

_BUSY = "The model has more requests than it can answer; try again."
_AWAY = "The model is not in service; try again later."
_SLOW = "The model did not answer in time."
_FAILED = "The model failed to answer."
_REFUSED = "The model refused the rows."

_RETRY_AFTER_SECONDS = {_BUSY: 1, _AWAY: 30}

_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "ModelNotReadyException"}
_TRANSIENT_STATUSES = {429, 500, 502, 503, 504, 530}
_TRANSIENT_ERRORS = (
    ConnectTimeoutError,
    EndpointConnectionError,
    ConnectionClosedError,
    ReadTimeoutError,
    ResponseStreamingError,
    IncompleteReadError,
)


def problem(error: ClientError | BotoCoreError) -> Problem:
    """The answer for an error of botocore's."""
    match error:
        case ClientError():
            return _service_problem(error)
        case ReadTimeoutError():
            return _problem(504, _SLOW, type(error).__name__)
        case ConnectTimeoutError() | EndpointConnectionError():
            return _problem(503, _AWAY, type(error).__name__)
        case _:
            return _problem(502, _FAILED, type(error).__name__)


def is_failure(problem: Problem) -> bool:
    """Whether a problem says that the endpoint itself is at fault; one that is busy is not."""
    return problem.status >= 500 and problem.detail != _BUSY


def is_transient(error: ClientError | BotoCoreError) -> bool:
    """Whether the same request may succeed when it is sent again; a container's own answer is final."""
    if isinstance(error, ClientError):
        if _code(error) == "ModelError":
            return False
        return _code(error) in _THROTTLED or _http_status(error) in _TRANSIENT_STATUSES
    return isinstance(error, _TRANSIENT_ERRORS)


def _service_problem(error: ClientError) -> Problem:
    code, status = _code(error), _http_status(error)
    if code == "ModelError":
        return _container_problem(int(str(error.response.get("OriginalStatusCode", 500))))
    if code in _THROTTLED or status == 429:
        return _problem(503, _BUSY, code)
    # An endpoint that is missing, or not yet in service, is a ValidationError.
    if code in {"ValidationError", "ServiceUnavailable"} or status == 503:
        return _problem(503, _AWAY, code)
    return _problem(502, _FAILED, code)


def _container_problem(status: int) -> Problem:
    cause = f"ModelError {status}"
    if status in {0, 408, 504}:
        return _problem(504, _SLOW, cause)
    if status in {429, 503}:
        return _problem(503, _BUSY, cause)
    if 400 <= status < 500:
        return _problem(status if status in {413, 422} else 400, _REFUSED, cause)
    return _problem(502, _FAILED, cause)


def _problem(status: int, detail: str, cause: str) -> Problem:
    seconds = _RETRY_AFTER_SECONDS.get(detail)
    return Problem(status, detail, headers={"Retry-After": str(seconds)} if seconds else None, cause=cause)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _http_status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
