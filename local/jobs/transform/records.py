"""Cuts a stream of records into request bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from local.endpoint import records
from local.endpoint.records import is_blank
from local.errors import JobError
from local.jobs.transform.request import Batching


@dataclass(frozen=True)
class Batch:
    """The body of one request, which begins in line `start` (from 1) and has `records` records.

    With `kind`, the media type, a record is a line that is not blank, in CSV maybe several. Without one the
    body is one record as it is. Blank lines stay in the body, for the numbers of the lines behind them.
    """

    body: bytes
    start: int
    records: int
    kind: str | None = ""

    @property
    def first(self) -> int:
        """The line in which the first record begins."""
        blank = len(self.body) - len(self.body.lstrip(records.BLANKS))
        return self.start + self.body.count(b"\n", 0, blank)

    @property
    def content(self) -> bytes:
        """The body that containers get: the records, without blank lines."""
        if self.kind is None or self.records == self.body.count(b"\n") + (not self.body.endswith(b"\n")):
            return self.body
        return records.without_blank_lines(self.body, self.kind)

    @property
    def spanning(self) -> "Batch | None":
        """The first of its records that has several lines."""
        if self.kind != records.CSV or b'"' not in self.body:
            return None
        return next((one for one in _single(self.body, self.start, self.kind) if one.first < one.last), None)

    @property
    def last(self) -> int:
        """The line in which the last record ends."""
        return self.start + self.body.rstrip(records.BLANKS).count(b"\n")

    @property
    def each(self) -> list[bytes]:
        """The records, those of several without their line ends."""
        if self.kind is None:
            return [self.body]
        return [one.rstrip(b"\r\n") for one in records.cut(self.body, self.kind) if not is_blank(one)]

    def halves(self) -> tuple["Batch", "Batch"]:
        """The first and the second half of a batch of at least two records."""
        middle, size, seen = self.records // 2, 0, 0
        for one in records.cut(self.body, self.kind or ""):
            if seen == middle:
                break
            size += len(one)
            seen += not is_blank(one)
        body, rest = self.body[:size], self.body[size:]
        start = self.start + body.count(b"\n")
        return (
            Batch(body, self.start, middle, self.kind),
            Batch(rest, start, self.records - middle, self.kind),
        )


def by_line(stream: BinaryIO, batching: Batching, kind: str = "") -> Iterator[Batch]:
    """The records of a stream, as many to a batch as its limits allow; memory is bounded by one batch.

    A line ends with `\\n`, which stays on it; the last line may lack one. Blank lines are not records, nor is
    a byte order mark alone. Raises JobError, with its line, for a record larger than a request may be.
    """
    start, limit = 1, batching.max_payload
    carried = b""
    while True:
        body = carried + stream.read(limit + 1 - len(carried))
        at_end = len(body) <= limit
        if start == 1:
            body = records.without_lone_mark(body)
        cut = len(body) if at_end else _last_end(body, limit, kind)
        if cut == 0 and not at_end:
            raise JobError(f"line {start} begins a record larger than the {limit} bytes of a request")
        body, carried = body[:cut], body[cut:]
        yield from _single(body, start, kind) if batching.single_record else _whole(body, start, kind)
        start += body.count(b"\n")
        if at_end:
            return


def undivided(stream: BinaryIO, batching: Batching) -> Iterator[Batch]:
    """The whole stream as one record; raises JobError when it is larger than a request may be."""
    body = stream.read(batching.max_payload + 1)
    if len(body) > batching.max_payload:
        raise JobError(f"it is larger than the {batching.max_payload} bytes that a request may have")
    yield Batch(body, 1, 1, None)


def _last_end(body: bytes, limit: int, kind: str) -> int:
    """Where the last record ends that is whole within the limit; the text goes on behind it."""
    if kind != records.CSV or b'"' not in body:
        return body.rfind(b"\n", 0, limit) + 1
    closed, rest = records.cut_closed(body)
    end = len(body) - len(rest)
    while closed and (end > limit or not closed[-1].endswith(b"\n")):
        end -= len(closed.pop())
    return end


def _whole(body: bytes, start: int, kind: str) -> Iterator[Batch]:
    if count := records.count(body, kind):
        yield Batch(body, start, count, kind)


def _single(body: bytes, start: int, kind: str) -> Iterator[Batch]:
    for one in records.cut(body, kind):
        if not is_blank(one):
            yield Batch(one, start, 1, kind)
        start += one.count(b"\n")
