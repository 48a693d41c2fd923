"""Cuts a stream of records into request bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from local.answers import rows
from local.errors import JobError
from local.transform.request import Batching


@dataclass(frozen=True)
class Batch:
    """The body of one request: `records` records, the first of which stands in line `first` (from 1)."""

    body: bytes
    first: int
    records: int

    @property
    def last(self) -> int:
        return self.first + self.records - 1

    def halves(self) -> tuple["Batch", "Batch"]:
        """The first and the second half of a batch of at least two lines."""
        every = lines(self.body)
        middle = self.records // 2
        return (
            Batch(b"".join(every[:middle]), self.first, middle),
            Batch(b"".join(every[middle:]), self.first + middle, self.records - middle),
        )


def by_line(stream: BinaryIO, batching: Batching) -> Iterator[Batch]:
    """The lines of a stream, as many to a batch as its limits allow; memory is bounded by one batch.

    A line ends with `\\n`, which stays on it; the last line may lack one. Raises JobError, with its number,
    for a line that is larger than a request may be.
    """
    first, limit = 1, batching.max_payload
    carried = b""
    while True:
        body = carried + stream.read(limit + 1 - len(carried))
        at_end = len(body) <= limit
        cut = len(body) if at_end else body.rfind(b"\n", 0, limit) + 1
        if cut == 0 and not at_end:
            raise JobError(f"line {first} is larger than the {limit} bytes that a request may have")
        body, carried = body[:cut], body[cut:]
        for batch in _split(body, first) if batching.single_record else _whole(body, first):
            yield batch
            first += batch.records
        if at_end:
            return


def undivided(stream: BinaryIO, batching: Batching) -> Iterator[Batch]:
    """The whole stream as one record; raises JobError when it is larger than a request may be."""
    body = stream.read(batching.max_payload + 1)
    if len(body) > batching.max_payload:
        raise JobError(f"it is larger than the {batching.max_payload} bytes that a request may have")
    yield Batch(body, 1, 1)


def _whole(body: bytes, first: int) -> Iterator[Batch]:
    if body:
        yield Batch(body, first, rows(body))


def _split(body: bytes, first: int) -> Iterator[Batch]:
    for number, line in enumerate(lines(body), start=first):
        yield Batch(line, number, 1)


def lines(body: bytes) -> list[bytes]:
    """The lines of a body, each with its line end."""
    # splitlines would also cut at a carriage return.
    found = [line + b"\n" for line in body.split(b"\n")]
    found[-1] = found[-1][:-1]
    return found if found[-1] else found[:-1]
