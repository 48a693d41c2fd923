"""Sends the records of an object through a chain, and makes of each answer what the job writes for it."""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from local.endpoint.answers import media_type
from local.endpoint.chain import BrokenPromiseError, Chain, InvocationError, ModelError
from local.errors import JobError
from local.http.client import Response
from local.jobs.transform.processing import JSON, format_of
from local.jobs.transform.records import Batch, by_line, undivided
from local.jobs.transform.request import Batching, TransformRequest

_RETRY_DELAY = 0.2
_CLIENT_ERROR = range(400, 500)
_QUOTED_LINE_FEED = (
    "a quoted field holds a line feed; the record is sent whole here, "
    "but SageMaker's batch transform does not support such files"
)


@dataclass(frozen=True)
class Result:
    """The output for a batch, and the number of its records."""

    body: bytes
    records: int


@dataclass(frozen=True)
class Sender:
    """Sends batches through the chain, several at a time, and gives the answers in order."""

    request: TransformRequest
    chain: Chain
    batching: Batching

    async def send(self, source: BinaryIO) -> AsyncGenerator[Result]:
        """The results of a stream of records; at most `max_concurrent` batches are held at a time."""
        under_way: deque[asyncio.Task[Result]] = deque()
        try:
            for batch in self._batches(source):
                under_way.append(asyncio.create_task(self._result(batch)))
                if len(under_way) == self.batching.max_concurrent:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        finally:
            await _cancel(under_way)

    def _batches(self, source: BinaryIO) -> Iterator[Batch]:
        if not self.request.split_by_line:
            yield from undivided(source, self.batching)
            return
        said = False
        for batch in by_line(source, self.batching, media_type(self.request.content_type or "")):
            if not said and (spanning := batch.spanning):
                said = True
                print(f"{_lines(spanning)}: {_QUOTED_LINE_FEED}", file=sys.stderr)
            yield batch

    async def _result(self, batch: Batch) -> Result:
        try:
            response = await self._retried(batch)
        except ModelError as error:
            raise JobError(await self._blame(batch, error)) from error
        except InvocationError as error:
            raise JobError(f"{_lines(batch)}: {error}") from error
        if self.request.processing.writes_records:
            return Result(self._processed(batch, response), batch.records)
        end = b"\n" if self.request.assemble_by_line and not response.body.endswith(b"\n") else b""
        return Result(response.body + end, batch.records)

    def _processed(self, batch: Batch, response: Response) -> bytes:
        """The output for each record and its prediction."""
        answered, given = response.headers.get("content-type", "no media type"), self.request.content_type
        kind = format_of(answered)
        if kind is None or (self.request.processing.joined and kind is not format_of(given)):
            done = "joined to" if self.request.processing.joined else "filtered for"
            raise JobError(f"{_lines(batch)}: answers in {answered} cannot be {done} {given}")
        kept = batch.kind if batch.kind is None else media_type(answered)
        # A document of JSON may have several lines, and is one answer.
        answers = Batch(response.body, 1, 1, None if kept == JSON and batch.records == 1 else kept).each
        each = batch.each
        if len(answers) != len(each):
            raise JobError(f"{_lines(batch)}: expected {len(each)} predictions, got {len(answers)}")
        written = []
        for number, (record, answer) in enumerate(zip(each, answers, strict=True)):
            with _in_line(batch, number):
                written.append(self.request.processing.for_output(record, answer, kind))
        return b"\n".join(written) + (b"\n" if self.request.assemble_by_line else b"")

    async def _retried(self, batch: Batch) -> Response:
        """The answer to a batch; a fault that is not the data's is tried again while the containers run."""
        for attempt in range(self.request.retries):
            try:
                return await self._invoke(batch)
            except InvocationError as error:
                refused = isinstance(error, BrokenPromiseError) or (
                    isinstance(error, ModelError) and error.original_status in _CLIENT_ERROR
                )
                if refused or not all(hop.container.running for hop in self.chain.hops):
                    raise
            await asyncio.sleep(_RETRY_DELAY * 2**attempt)
        return await self._invoke(batch)

    async def _invoke(self, batch: Batch) -> Response:
        return await self.chain.invoke(self._body(batch), self.request.content_type, self.request.accept)

    def _body(self, batch: Batch) -> bytes:
        """The batch as the first container gets it."""
        processing, kind = self.request.processing, format_of(self.request.content_type)
        if kind is None or processing.input_filter.is_all:
            return batch.content
        parts = []
        for number, record in enumerate(batch.each):
            with _in_line(batch, number):
                parts.append(processing.for_containers(record, kind))
        return b"\n".join(parts) + (b"\n" if batch.kind is not None else b"")

    async def _blame(self, batch: Batch, error: ModelError) -> str:
        """Which line of a refused batch is at fault, found by sending ever smaller parts of it."""
        while batch.records > 1 and error.original_status:
            for half in batch.halves():
                try:
                    await self._invoke(half)
                except ModelError as narrower:
                    batch, error = half, narrower
                    break
            else:
                break
        # What a container has against a record it says in its answer; its log adds nothing to that.
        told = error.original_status in _CLIENT_ERROR and error.fields["OriginalMessage"]
        return f"{_lines(batch)}: {error.received if told else error}"


@contextmanager
def _in_line(batch: Batch, number: int) -> Iterator[None]:
    """Names the line of a record of the batch, counted from 0."""
    try:
        yield
    except JobError as error:
        while batch.records > 1:
            first, second = batch.halves()
            inside = number < first.records
            batch, number = (first, number) if inside else (second, number - first.records)
        raise JobError(f"{_lines(batch)}: {error}") from None


def _lines(batch: Batch) -> str:
    return f"line {batch.first}" if batch.first == batch.last else f"lines {batch.first} to {batch.last}"


async def _cancel(tasks: Iterable[asyncio.Task[Result]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
