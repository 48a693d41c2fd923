import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.answers import rows
from local.errors import JobError
from local.transform.records import Batch, by_line, undivided
from local.transform.request import Batching

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"\r")), max_size=40)


def batches(text: bytes, limit: int, *, single_record: bool = False) -> list[Batch]:
    return list(by_line(io.BytesIO(text), Batching(limit, 1, single_record)))


@given(LINES, st.booleans(), st.integers(13, 60), st.booleans())
def test_batches_hold_every_line_once_in_order_and_within_the_limit(
    lines: list[bytes], ended: bool, limit: int, single_record: bool
) -> None:
    text = b"\n".join(lines) + (b"\n" if ended else b"")
    found = batches(text, limit, single_record=single_record)
    assert b"".join(batch.body for batch in found) == text
    assert all(0 < len(batch.body) <= limit for batch in found)
    assert all(batch.body.endswith(b"\n") for batch in found[:-1])
    assert [batch.records for batch in found] == [rows(batch.body) for batch in found]
    firsts = [1 + sum(batch.records for batch in found[:index]) for index in range(len(found))]
    assert [batch.first for batch in found] == firsts
    assert not single_record or {batch.records for batch in found} <= {1}


@given(LINES, st.integers(13, 60))
def test_a_batch_is_as_full_as_the_limit_allows(lines: list[bytes], limit: int) -> None:
    found = batches(b"".join(line + b"\n" for line in lines), limit)
    for batch, following in pairwise(found):
        next_line = following.body[: following.body.index(b"\n") + 1]
        assert len(batch.body) + len(next_line) > limit


def test_a_line_that_no_request_can_hold_is_named() -> None:
    with pytest.raises(JobError, match="line 3 is larger than the 10 bytes"):
        batches(b"1\n2\n" + b"x" * 11 + b"\n4\n", 10)


def test_a_carriage_return_ends_no_line() -> None:
    assert [batch.body for batch in batches(b"a\rb\r\nc", 100, single_record=True)] == [b"a\rb\r\n", b"c"]


def test_nothing_makes_no_batch() -> None:
    assert batches(b"", 10) == []


def test_an_undivided_object_is_one_record_within_the_limit() -> None:
    assert list(undivided(io.BytesIO(b"a\nb"), Batching(3))) == [Batch(b"a\nb", 1, 1)]
    with pytest.raises(JobError, match="larger than the 2 bytes"):
        list(undivided(io.BytesIO(b"a\nb"), Batching(2)))


def test_halves_share_the_lines_and_keep_their_numbers() -> None:
    first, second = Batch(b"a\nb\r\nc", 7, 3).halves()
    assert (first, second) == (Batch(b"a\n", 7, 1), Batch(b"b\r\nc", 8, 2))
    assert (first.last, second.last) == (7, 9)
