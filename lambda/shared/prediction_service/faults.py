"""What SageMaker Runtime's errors, and a network's, are to the caller of an API.

A container's own message (`OriginalMessage`) may hold rows, paths or names, so it goes nowhere.
"""

from enum import Enum

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

from prediction_service.problem import Problem


class Fault(Enum):
    """What went wrong at the endpoint: status, detail and Retry-After (in seconds) of the problem."""

    BUSY = 503, "The model is receiving too many requests. Try again.", 1
    AWAY = 503, "The model is not in service. Try again later.", 30
    SLOW = 504, "The model did not respond in time.", None
    FAILED = 502, "The model failed to process the request.", None
    REFUSED = 400, "The model rejected the request.", None

    def __init__(self, status: int, detail: str, retry_after: int | None) -> None:
        self.status, self.detail, self.retry_after = status, detail, retry_after

    def problem(self, cause: str, status: int | None = None) -> "EndpointProblem":
        """The problem; `cause` goes to the log, and `status` in the place of the fault's own."""
        return EndpointProblem(self, cause, status)


class EndpointProblem(Problem):
    """A problem whose cause is the endpoint's `fault`."""

    def __init__(self, fault: Fault, cause: str, status: int | None = None) -> None:
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
        super().__init__(status or fault.status, fault.detail, headers=headers, cause=cause)
        self.fault = fault


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
            return Fault.SLOW.problem(type(error).__name__)
        case ConnectTimeoutError() | EndpointConnectionError():
            return Fault.AWAY.problem(type(error).__name__)
        case _:
            return Fault.FAILED.problem(type(error).__name__)


def is_failure(problem: Problem) -> bool:
    """Whether a problem says that the endpoint itself is at fault; one that is busy is not."""
    return problem.status >= 500 and not (
        isinstance(problem, EndpointProblem) and problem.fault is Fault.BUSY
    )


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
        return Fault.BUSY.problem(code)
    # An endpoint that is missing, or not yet in service, is a ValidationError.
    if code in {"ValidationError", "ServiceUnavailable"} or status == 503:
        return Fault.AWAY.problem(code)
    return Fault.FAILED.problem(code)


def _container_problem(status: int) -> Problem:
    cause = f"ModelError {status}"
    if status in {0, 408, 504}:
        return Fault.SLOW.problem(cause)
    if status in {429, 503}:
        return Fault.BUSY.problem(cause)
    if 400 <= status < 500:
        return Fault.REFUSED.problem(cause, status if status in {413, 422} else None)
    return Fault.FAILED.problem(cause)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _http_status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
