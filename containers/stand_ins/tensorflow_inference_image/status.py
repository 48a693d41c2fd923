"""The errors that TensorFlow Serving answers with, and the HTTP status of each code."""

from http import HTTPStatus

CANCELLED = "CANCELLED"
INVALID_ARGUMENT = "INVALID_ARGUMENT"
NOT_FOUND = "NOT_FOUND"
FAILED_PRECONDITION = "FAILED_PRECONDITION"
UNIMPLEMENTED = "UNIMPLEMENTED"
INTERNAL = "INTERNAL"

# As http_server.cc maps the codes of google.rpc.Code; what is not here is a 500.
_HTTP = {
    CANCELLED: 499,
    INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    "DEADLINE_EXCEEDED": HTTPStatus.GATEWAY_TIMEOUT,
    NOT_FOUND: HTTPStatus.NOT_FOUND,
    "ALREADY_EXISTS": HTTPStatus.CONFLICT,
    "PERMISSION_DENIED": HTTPStatus.FORBIDDEN,
    "RESOURCE_EXHAUSTED": HTTPStatus.TOO_MANY_REQUESTS,
    FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    "ABORTED": HTTPStatus.CONFLICT,
    "OUT_OF_RANGE": HTTPStatus.BAD_REQUEST,
    UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
}


class ServingError(Exception):
    """A request that cannot be answered: a code, and the text that the caller gets.

    The text repeats values of the request, as TensorFlow Serving's do: it belongs into no log.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        return int(_HTTP.get(self.code, HTTPStatus.INTERNAL_SERVER_ERROR))

    def __str__(self) -> str:
        """How one error stands in the text of another."""
        return f"{self.code}: {self.message}"


def invalid(message: str) -> ServingError:
    """What is wrong with the request itself, a 400."""
    return ServingError(INVALID_ARGUMENT, message)
