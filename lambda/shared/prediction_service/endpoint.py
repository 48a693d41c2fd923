"""A SageMaker endpoint as a function: bytes in, bytes out, or a Problem."""

import time
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from prediction_service import faults, media_types
from prediction_service.environment import Environment
from prediction_service.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

# SageMaker's own limit for a payload; an answer that is larger is none of our containers'.
MAX_ANSWER_BYTES = 6 * 1024 * 1024

_CHUNK_BYTES = 64 * 1024
_PAUSE_SECONDS = 0.1
# What is left for reading the answer and writing ours, when a second attempt takes all of its time.
_RESERVE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What an invocation has of the request besides its rows."""

    request_id: str
    correlation_id: str
    remaining_seconds: Callable[[], float]


def create_runtime(environment: Environment) -> "SageMakerRuntimeClient":
    """A client of SageMaker Runtime; AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME points it elsewhere."""
    config = Config(
        connect_timeout=environment.connect_timeout_seconds,
        read_timeout=environment.read_timeout_seconds,
        # Retries are `EndpointClient.invoke`'s: botocore's do not know how long the function may still run.
        retries={"mode": "standard", "total_max_attempts": 1},
        tcp_keepalive=True,
    )
    client = botocore.session.get_session().create_client("sagemaker-runtime", config=config)
    return cast("SageMakerRuntimeClient", client)


class EndpointClient:
    """One endpoint behind an injected client."""

    def __init__(
        self,
        runtime: "SageMakerRuntimeClient",
        environment: Environment,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runtime = runtime
        self._name = environment.endpoint_name
        self._max_attempts = environment.total_max_attempts
        self._attempt_seconds = environment.connect_timeout_seconds + environment.read_timeout_seconds
        self._pause = pause

    def invoke(self, body: bytes, *, content_type: str, accept: str, call: Call) -> bytes:
        """The answer's body, which is of the media type `accept`.

        A transient fault is tried again while attempts are left and a whole one fits the function's remaining
        time. Raises a Problem for every fault, and where the answer is of another type or too large.
        """
        attempt = 1
        while True:
            try:
                return self._attempt(body, content_type, accept, call)
            except (ClientError, BotoCoreError) as error:
                if attempt == self._max_attempts or not faults.is_transient(error):
                    raise faults.problem(error) from error
                if call.remaining_seconds() < self._attempt_seconds + _RESERVE_SECONDS:
                    raise faults.problem(error) from error
            self._pause(_PAUSE_SECONDS * attempt)
            attempt += 1

    def _attempt(self, body: bytes, content_type: str, accept: str, call: Call) -> bytes:
        answer = self._runtime.invoke_endpoint(
            EndpointName=self._name,
            Body=body,
            ContentType=content_type,
            Accept=accept,
            InferenceId=call.request_id,
            # Reaches every container, as the inference id does.
            CustomAttributes=f"correlation-id={call.correlation_id}",
        )
        if media_types.named(answer.get("ContentType")) != accept:
            raise unusable(f"expected {accept}, got another media type")
        content = bytearray()
        # Read to the end: botocore compares the announced length with the received one only there.
        for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_ANSWER_BYTES:
                raise unusable(f"response larger than {MAX_ANSWER_BYTES} bytes")
        return bytes(content)


def require_one_for_each(what: str, got: Sized, given: Sized) -> None:
    """Raises a Problem (502) unless the endpoint returned as many as it was given."""
    if len(got) != len(given):
        raise unusable(f"expected {len(given)} {what}, got {len(got)}")


def unusable(cause: str) -> Problem:
    """The problem where the endpoint's response is invalid; `cause` is for the log alone."""
    return Problem(502, "The model returned an invalid response.", cause=cause)
