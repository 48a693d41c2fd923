"""Runs a transform job: containers started, records sent in order, results put under the output path."""

import asyncio
import gzip
import json
import shutil
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import uvloop

from local.answers import ROW_BY_ROW, media_type, rows
from local.assembly import Model
from local.container import ServingContainer
from local.endpoint import Chain, InvocationError, ModelError
from local.errors import JobError, SlipwayError
from local.files import files_below
from local.hosting import Host, chain, running
from local.http_client import HttpError, Response
from local.images import Images
from local.storage import Storage
from local.transform.records import Batch, by_line, lines, undivided
from local.transform.request import CSV, Batching, TransformRequest

_LOG_GROUP = "arn:aws:logs:::log-group:/aws/sagemaker/TransformJobs"
_RETRY_DELAY = 0.2
_CLIENT_ERROR = range(400, 500)


def run_transform_job(
    arguments: Mapping[str, Any],
    *,
    model: Model,
    storage: Storage,
    images: Images,
    folder: Path,
    on_rows: Callable[[int], None] = lambda rows: None,
    called: Mapping[Path, Path] | None = None,
) -> None:
    """Run the job of CreateTransformJob's `arguments` with `model`, working in `folder`.

    `on_rows` is told of each batch of records whose answers have been written, in order. Messages call an
    object in `called`, by its path, by the name that stands there, any other by its key.

    Each object under the input prefix becomes `<its key>.out` under the output path; nothing appears there
    unless every record was answered. Raises JobError, naming object and line, for the first record that a
    container refuses, and ContainerError when a container does not start.
    """
    request = TransformRequest.parse(arguments)
    inputs = _inputs(storage, request.input_uri)
    containers = Host(images, storage).containers(model, folder, request.container_environment())
    results = folder / "results"
    uvloop.run(_transform(request, model, containers, inputs, results, on_rows=on_rows, called=called or {}))
    storage.upload(results, request.output_uri)
    shutil.rmtree(results)


def _inputs(storage: Storage, uri: str) -> dict[str, Path]:
    """The objects under the URI by their keys relative to it, in the order of their names."""
    path = storage.path(uri)
    if path.is_file():
        return {path.name: path}
    objects = {str(name): file for name, file in files_below(path).items()}
    if not objects:
        raise JobError(f"{uri}: there is no such object")
    return objects


async def _transform(
    request: TransformRequest,
    model: Model,
    containers: list[ServingContainer],
    inputs: Mapping[str, Path],
    results: Path,
    *,
    on_rows: Callable[[int], None],
    called: Mapping[Path, Path],
) -> None:
    async with running(containers):
        batching = request.batching(await _execution_parameters(containers[0]))
        sender = _Sender(request, chain(model, containers, _LOG_GROUP, request.timeout), batching)
        for key, path in inputs.items():
            target = results / f"{key}.out"
            target.parent.mkdir(parents=True, exist_ok=True)
            name = str(called.get(path, key))
            with _named(name), target.open("wb") as stream, _opened(path, request.gzipped) as source:
                async with aclosing(sender.send(source)) as bodies:
                    async for result in bodies:
                        stream.write(result.body)
                        on_rows(result.records)


async def _execution_parameters(container: ServingContainer) -> Mapping[str, Any]:
    """What the first container proposes for a batch; nothing when it does not answer the question.

    That the first one is asked in a chain is not documented; it is the one that gets the payloads.
    """
    try:
        response = await container.client.request("GET", "/execution-parameters", timeout=2)
        answer = json.loads(response.body) if response.status == 200 else {}
    except (HttpError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


@contextmanager
def _opened(path: Path, gzipped: bool) -> Iterator[BinaryIO]:
    try:
        with gzip.open(path) if gzipped else path.open("rb") as stream:
            yield cast(BinaryIO, stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise JobError(f"it is no whole gzip file: {error}") from None


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except SlipwayError as error:
        raise JobError(f"{name}: {error}; nothing was written") from error


@dataclass(frozen=True)
class Result:
    """What is written for a batch, and how many records that answers."""

    body: bytes
    records: int


@dataclass(frozen=True)
class _Sender:
    """Sends batches through the chain, several at a time, and gives the answers in order."""

    request: TransformRequest
    chain: Chain
    batching: Batching

    async def send(self, source: BinaryIO) -> AsyncGenerator[Result]:
        """The results of a stream of records; at most `max_concurrent` batches are held at a time."""
        cut = by_line if self.request.split_by_line else undivided
        under_way: deque[asyncio.Task[Result]] = deque()
        try:
            for batch in cut(source, self.batching):
                under_way.append(asyncio.create_task(self._result(batch)))
                if len(under_way) == self.batching.max_concurrent:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        finally:
            await _cancel(under_way)

    async def _result(self, batch: Batch) -> Result:
        try:
            response = await self._retried(batch)
        except ModelError as error:
            raise JobError(await self._blame(batch, error)) from error
        except InvocationError as error:
            raise JobError(f"{_lines(batch)}: {error}") from error
        self._check_rows(batch, response)
        if self.request.joined:
            return Result(self._joined(batch, response), batch.records)
        end = b"\n" if self.request.assemble_by_line and not response.body.endswith(b"\n") else b""
        return Result(response.body + end, batch.records)

    @staticmethod
    def _joined(batch: Batch, response: Response) -> bytes:
        """Each row with the columns of its answer behind its own."""
        answered = response.headers.get("content-type", "no media type")
        if media_type(answered) != CSV:
            raise JobError(f"{_lines(batch)}: answers in {answered} cannot be joined to {CSV}")
        pairs = zip(lines(batch.body), lines(response.body), strict=True)
        return b"".join(b"%b,%b\n" % (row.rstrip(b"\r\n"), answer.rstrip(b"\r\n")) for row, answer in pairs)

    async def _retried(self, batch: Batch) -> Response:
        """The answer to a batch; a fault that is not the data's is tried again while the containers run."""
        for attempt in range(self.request.retries):
            try:
                return await self._invoke(batch)
            except InvocationError as error:
                refused = isinstance(error, ModelError) and error.original_status in _CLIENT_ERROR
                if refused or not all(hop.container.running for hop in self.chain.hops):
                    raise
            await asyncio.sleep(_RETRY_DELAY * 2**attempt)
        return await self._invoke(batch)

    async def _invoke(self, batch: Batch) -> Response:
        return await self.chain.invoke(batch.body, self.request.content_type, self.request.accept)

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
        return f"{_lines(batch)}: {error}"

    def _check_rows(self, batch: Batch, response: Response) -> None:
        answered = rows(response.body)
        row_by_row = media_type(response.headers.get("content-type", "")) in ROW_BY_ROW
        if self.request.split_by_line and row_by_row and answered != batch.records:
            raise JobError(f"{_lines(batch)}: {batch.records} rows were sent, {answered} came back")


def _lines(batch: Batch) -> str:
    return f"line {batch.first}" if batch.records == 1 else f"lines {batch.first} to {batch.last}"


async def _cancel(tasks: Iterable[asyncio.Task[Result]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
