"""Runs a transform job: containers started, records sent in order, results put under the output path."""

import gzip
import json
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import uvloop

from assembly import Model
from assembly.errors import SlipwayError
from local.containers.container import ServingContainer
from local.containers.images import Images
from local.endpoint.answers import NOTHING, Promise
from local.endpoint.chain import Chain
from local.endpoint.hosting import Host, chain, running
from local.errors import JobError, StoppedError
from local.http.client import HttpError
from local.jobs.transform.request import TransformRequest
from local.jobs.transform.sender import Sender
from local.storage.files import files_below
from local.storage.s3 import Storage
from local.timing import SAGEMAKER

# Files of these cannot be split by line; the first bytes tell them from text.
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh91AY&SY": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_LOG_GROUP = "arn:aws:logs:::log-group:/aws/sagemaker/TransformJobs"


def run_transform_job(
    arguments: Mapping[str, Any],
    *,
    model: Model,
    storage: Storage,
    images: Images,
    folder: Path,
    on_rows: Callable[[int], None] = lambda rows: None,
    called: Mapping[Path, Path] | None = None,
    promise: Promise = NOTHING,
    stopping: threading.Event | None = None,
) -> None:
    """Run the job of CreateTransformJob's `arguments` with `model`, working in `folder`.

    `on_rows` is told of each batch of records whose answers have been written, in order. Messages call an
    object in `called`, by its path, by the name that stands there, any other by its key. Every container's
    answers are held to `promise`.

    Each object under the input prefix becomes `<its key>.out` under the output path; nothing appears there
    unless every record was answered. Raises JobError, naming object and line, for the first record that a
    container refuses, ContainerError when a container does not start, StoppedError once `stopping` is set.
    """
    request = TransformRequest.parse(arguments)
    inputs = _inputs(storage, request.input_uri)
    containers = Host(images, storage).containers(model, folder, request.container_environment())
    results = folder / "results"
    serving = chain(model, containers, _LOG_GROUP, request.timeout, promise=promise)

    def written(rows: int) -> None:
        if stopping is not None and stopping.is_set():
            raise StoppedError("it was stopped; nothing was written")
        on_rows(rows)

    job = _transform(request, serving, containers, inputs, results, on_rows=written, called=called or {})
    uvloop.run(job)
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
    serving: Chain,
    containers: list[ServingContainer],
    inputs: Mapping[str, Path],
    results: Path,
    *,
    on_rows: Callable[[int], None],
    called: Mapping[Path, Path],
) -> None:
    async with running(containers):
        batching = request.batching(await _execution_parameters(containers[0]))
        sender = Sender(request, serving, batching)
        for key, path in inputs.items():
            target = results / f"{key}.out"
            target.parent.mkdir(parents=True, exist_ok=True)
            name = str(called.get(path, key))
            with _named(name), target.open("wb") as stream, _opened(path, request) as source:
                async with aclosing(sender.send(source)) as bodies:
                    async for result in bodies:
                        stream.write(result.body)
                        on_rows(result.records)


async def _execution_parameters(container: ServingContainer) -> Mapping[str, Any]:
    """The batch settings that the first container proposes; nothing if it does not respond.

    That the first one is asked in a chain is not documented; it is the one that gets the payloads.
    """
    try:
        response = await container.client.request("GET", "/execution-parameters", timeout=SAGEMAKER.ping)
        answer = json.loads(response.body) if response.status == 200 else {}
    except (HttpError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


@contextmanager
def _opened(path: Path, request: TransformRequest) -> Iterator[BinaryIO]:
    if request.split_by_line and not request.gzipped:
        _refuse_compressed(path)
    try:
        with gzip.open(path) if request.gzipped else path.open("rb") as stream:
            yield cast(BinaryIO, stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise JobError(f"it is not a complete gzip file: {error}") from None


def _refuse_compressed(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(max(map(len, _COMPRESSED)))
    for mark, name in _COMPRESSED.items():
        if start.startswith(mark):
            otherwise = ", or give the job CompressionType Gzip" if name == "gzip" else ""
            raise JobError(f"it is compressed with {name}, expected lines; decompress it first{otherwise}")


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except StoppedError:
        raise
    except SlipwayError as error:
        raise JobError(f"{name}: {error}; nothing was written") from error
