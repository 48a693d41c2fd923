"""A chain of containers, invoked as SageMaker Runtime invokes an endpoint, with its errors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from assembly.errors import SlipwayError
from local.endpoint import answers
from local.http.client import AnswerTimeoutError, Client, ConnectError, HttpError, Response
from local.timing import SAGEMAKER

# Request and answer of InvokeEndpoint, in bytes.
LARGEST_PAYLOAD = 6_291_456
_LONGEST_ORIGINAL_MESSAGE = 4_096


class InvocationError(SlipwayError):
    """An error of InvokeEndpoint; `status`, `code` and `fields` are its API model's."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "InternalFailure"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.fields: dict[str, str | int] = {}


class ValidationError(InvocationError):
    """The request itself is wrong."""

    status = HTTPStatus.BAD_REQUEST
    code = "ValidationError"


class DeniedError(InvocationError):
    """The caller may not invoke the endpoint."""

    status = HTTPStatus.FORBIDDEN
    code = "AccessDeniedException"


class UnknownOperationError(InvocationError):
    """SageMaker Runtime has no operation with this method and path."""

    status = HTTPStatus.NOT_FOUND
    code = "UnknownOperationException"


class ServiceUnavailableError(InvocationError):
    """A container cannot be reached, or there are too many requests; `retry_after` seconds may help."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "ServiceUnavailable"

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelNotReadyError(InvocationError):
    """The endpoint's containers are not up yet."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "ModelNotReadyException"


class ModelError(InvocationError):
    """A container answered with an error, or not at all (`original_status` 0).

    `received` is what it answered, without where its log is.
    """

    status = HTTPStatus.FAILED_DEPENDENCY
    code = "ModelError"

    def __init__(self, container: str, original_status: int, original_message: str, log: "Log") -> None:
        original_message = original_message[:_LONGEST_ORIGINAL_MESSAGE]
        side = "client" if HTTPStatus.BAD_REQUEST <= original_status < 500 else "server"
        self.received = (
            f'Received {side} error ({original_status}) from {container} with message "{original_message}"'
        )
        super().__init__(f"{self.received}. See {log.place} for more information.")
        self.original_status = original_status
        self.fields = {
            "OriginalStatusCode": original_status,
            "OriginalMessage": original_message,
            "LogStreamArn": log.arn,
        }


class BrokenPromiseError(ModelError):
    """A container's answer is not what its workload promises."""


@dataclass(frozen=True)
class Log:
    """A container's log file here, and the ARN of the log group that it would have on AWS."""

    place: str
    arn: str


class Container(Protocol):
    """A serving container as the chain uses it; one that is not ready says when to retry, in seconds."""

    client: Client
    ready: bool
    retry_after: float

    @property
    def running(self) -> bool: ...


@dataclass(frozen=True)
class Hop:
    """One container of a chain under the name that SageMaker's messages give it."""

    name: str
    container: Container
    log: Log


class Chain:
    """Containers that answer one after the other; `under_way` counts the invocations that wait for one.

    Every container's answer is held to the `promise`.
    """

    def __init__(
        self,
        hops: Sequence[Hop],
        *,
        timeout: float = SAGEMAKER.answer,
        promise: answers.Promise = answers.NOTHING,
    ) -> None:
        self.hops = hops
        self.under_way = 0
        self._timeout = timeout
        self._promise = promise

    async def invoke(
        self,
        body: bytes,
        content_type: str | None,
        accept: str | None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Response:
        """Send the body through every container and return the last one's answer.

        Body and Content-Type of each answer go to the next container as they are; `accept` goes to the last
        one only (which Accept AWS gives the others is not documented), `headers` to all. Raises ModelError
        when a container answers with anything but success, too late, not at all or not as promised, and
        ServiceUnavailableError when one is not ready or cannot be connected to within 250 ms: no container is
        asked while another one is known not to be there.
        """
        for hop in self.hops:
            _require_ready(hop)
        self.under_way += 1
        try:
            return await self._pass(body, content_type, accept, list(headers))
        finally:
            self.under_way -= 1

    async def _pass(
        self, body: bytes, content_type: str | None, accept: str | None, passed: list[tuple[str, str]]
    ) -> Response:
        last = self.hops[-1]
        asked = None if self._promise == answers.NOTHING else answers.asked(body, content_type)
        for hop in self.hops:
            own = [("Accept", accept)] if accept is not None and hop is last else []
            if content_type is not None:
                own.append(("Content-Type", content_type))
            response = await self._call(hop, own + passed, body)
            if problem := answers.problem(self._promise, asked, response):
                raise BrokenPromiseError(hop.name, HTTPStatus.BAD_GATEWAY, problem, hop.log)
            body, content_type = response.body, response.headers.get("content-type")
        return response

    async def _call(self, hop: Hop, headers: list[tuple[str, str]], body: bytes) -> Response:
        _require_ready(hop)
        try:
            response = await hop.container.client.request(
                "POST", "/invocations", headers, body, self._timeout
            )
        except ConnectError as error:
            raise ServiceUnavailableError(f"{hop.name} cannot be reached: {error}.") from error
        except AnswerTimeoutError as error:
            message = (
                f"Your invocation timed out while waiting for a response from container {hop.name}. "
                "Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, "
                "and try again."
            )
            raise ModelError(hop.name, 0, message, hop.log) from error
        except HttpError as error:
            raise ModelError(hop.name, 0, str(error), hop.log) from error
        if not 200 <= response.status < 300:
            message = response.body.decode("utf-8", "replace")
            raise ModelError(hop.name, response.status, message, hop.log)
        return response


def _require_ready(hop: Hop) -> None:
    if not hop.container.ready:
        message = f"{hop.name} is not running. See {hop.log.place}."
        raise ServiceUnavailableError(message, hop.container.retry_after)
