"""What the runner reads: archives, containers' answers, templates, pipelines."""

import asyncio
import gzip
import io
import json
import shutil
import tarfile
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.storage import tar
from quality.fuzz.target import Parse, Target, require, scratch_for, together

_MODULES = ("local",)


def _archive() -> Parse:
    """A tar, gzipped, is refused and leaves nothing, or its files are those that tarfile reads."""
    from local.errors import ArchiveError
    from local.storage.archive import Limits, unpack_model

    limits = Limits(members=20, unpacked=1 << 20)
    scratch = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def parse(data: bytes) -> None:
        archive, folder = scratch / "model.tar.gz", scratch / "model"
        archive.write_bytes(_packed(data[:1], data[1:]))
        try:
            unpack_model(archive, folder, limits)
        except ArchiveError:
            require(sorted(path.name for path in scratch.iterdir()) == ["model.tar.gz"], "something is left")
            return
        try:
            require(
                sorted(path.name for path in scratch.iterdir()) == ["model", "model.tar.gz"], "files outside"
            )
            _agrees_with_tarfile(archive, folder)
        finally:
            shutil.rmtree(folder)

    return scratch_for(parse, scratch)


def _packed(form: bytes, content: bytes) -> bytes:
    """The archive as it stands; with `t` a tar, to be gzipped; with `s` its checksums are corrected.

    No fuzzer guesses a check sum: with it every other field of a header is within its reach.
    """
    if form not in (b"s", b"t"):
        return content
    return gzip.compress(_with_sums(bytearray(content)) if form == b"s" else content, 0)


def _with_sums(content: bytearray) -> bytearray:
    at = 0
    while at + tar.BLOCK <= len(content) and content[at]:
        header = content[at : at + tar.BLOCK]
        header[148:156] = b" " * 8
        content[at + 148 : at + 156] = b"%06o\0 " % sum(header)
        digits = bytes(header[124:136]).strip(b" \0")
        size = int(digits, 8) if digits and not digits.strip(b"01234567") else 0
        at += tar.BLOCK + size + -size % tar.BLOCK
    return content


def _agrees_with_tarfile(archive: Path, folder: Path) -> None:
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if not p.is_dir()}
    content = gzip.decompress(archive.read_bytes())
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as tarball:
            read = {
                member.name.removeprefix("./"): stream.read()
                for member in tarball
                if (stream := tarball.extractfile(member)) is not None
            }
    # It also reads owners, modes and times, and gives up where those are damaged: by an error in the first
    # header, as if the archive ended in a later one.
    except (tarfile.TarError, ValueError, OverflowError):
        return
    at_the_end = not content[tarball.offset : tarball.offset + tar.BLOCK].strip(b"\0")
    require(found == read if at_the_end else read.items() <= found.items(), "tarfile reads other files")


class _Transport:
    """Takes what is sent and goes nowhere; has all that a connection uses of a transport."""

    def write(self, data: bytes) -> None: ...

    def abort(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0


def _answer() -> Parse:
    """A container's bytes, in pieces, are one answer or an HttpError."""
    from local.http import client

    loop = asyncio.new_event_loop()

    async def exchange(pieces: list[bytes]) -> client.Response | None:
        connection = client._Connection(loop)
        connection.connection_made(_Transport())  # type: ignore[arg-type] # as its text says
        asked = asyncio.ensure_future(connection.exchange(b"", b"", 60))
        await asyncio.sleep(0)
        for piece in pieces:
            connection.data_received(piece)
        connection.connection_lost(None)
        try:
            return await asked
        except client.HttpError:
            return None

    def parse(data: bytes) -> None:
        size = 1 + data[0] if data else 1
        response = loop.run_until_complete(exchange([data[i : i + size] for i in range(1, len(data), size)]))
        if response is not None:
            require(200 <= response.status <= 999, f"status {response.status}")
            require(len(response.body) <= len(data), "a larger body than was sent")

    weakref.finalize(parse, loop.close)
    return parse


def _intrinsics() -> Parse:
    """A template's value is refused by AssemblyError, or has no intrinsic left."""
    from assembly.errors import AssemblyError
    from assembly.intrinsics import resolve

    class Names:
        def ref(self, name: str) -> Any:
            return name

        def attribute(self, logical_id: str, attribute: str) -> Any:
            return f"{logical_id}.{attribute}"

        def import_value(self, export: str) -> Any:
            return export

        def mapping(self, name: str, top: str, second: str) -> Any:
            return [name, top, second]

        def zones(self, region: str) -> list[str]:
            return [f"{region}a", f"{region}b"]

        def condition(self, name: str) -> bool:
            return len(name) % 2 == 0

    def parse(data: bytes) -> None:
        try:
            resolved = resolve(_json(data), Names())
        except AssemblyError:
            return
        require(not any(key.startswith("Fn::") for key in _keys(resolved)), "a function is passed over")
        json.dumps(resolved)

    return parse


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _keys(item)


def _expressions() -> Parse:
    """A pipeline's value is refused by PipelineError, or resolved; its conditions are, too."""
    from local.errors import PipelineError
    from local.pipeline import conditions
    from local.pipeline.expressions import Values, references, resolve, unknown_functions

    known = {"a": {"b": [1, 2.5, "text", True, None]}}
    values = Values({"P": 5, "Q": "q"}, {"Id": "x"}, {"S": known}, lambda uri: known)

    def parse(data: bytes) -> None:
        document = _json(data)
        list(references(document))
        unknown = list(unknown_functions(document))
        try:
            resolved = resolve(document, values)
        except PipelineError:
            return
        require(not unknown or resolved is not None, "an unknown function is passed over")
        try:
            conditions.check_all(resolved)
            conditions.evaluate_all(resolved)
        except PipelineError:
            return

    return parse


def _definition() -> Parse:
    """A pipeline's definition is refused by PipelineError, or its steps stand in an order that can run."""
    from local.errors import PipelineError
    from local.pipeline.definition import Definition

    def parse(data: bytes) -> None:
        try:
            definition = Definition.parse(data.decode("utf-8", "replace"), {"Training", "Model", "Condition"})
        except PipelineError:
            return
        done: set[str] = set()
        for step in definition.steps:
            require(step.after <= done, f"{step.name} stands before what it waits for")
            done.add(step.name)

    return parse


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


TARGETS = (
    Target("archive", "a model archive", _MODULES, _archive),
    Target("http-answer", "a container's answer", _MODULES, _answer),
    Target("intrinsics", "a template's intrinsics", _MODULES, _intrinsics),
    Target(
        "pipeline",
        "a pipeline's definition, expressions and conditions",
        _MODULES,
        lambda: together(_definition(), _expressions()),
    ),
)
