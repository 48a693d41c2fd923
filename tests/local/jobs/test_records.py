import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.endpoint.records import BLANKS, BYTE_ORDER_MARK, CSV, count
from local.errors import JobError
from local.jobs.transform.records import Batch, by_line, undivided
from local.jobs.transform.request import Batching

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"\r")), max_size=40)


def batches(text: bytes, limit: int, *, single_record: bool = False, kind: str = "") -> list[Batch]:
    return list(by_line(io.BytesIO(text), Batching(limit, 1, single_record), kind))


@given(LINES, st.booleans(), st.integers(13, 60), st.booleans())
def test_batches_hold_every_record_once_in_order_and_within_the_limit(
    lines: list[bytes], ended: bool, limit: int, single_record: bool
) -> None:
    text = b"\n".join(lines) + (b"\n" if ended else b"")
    found = batches(text, limit, single_record=single_record)
    expected = [line.rstrip(b"\r") for line in lines if line.strip(BLANKS)]
    assert [record for batch in found for record in batch.each] == expected
    assert all(0 < len(batch.body) <= limit for batch in found)
    assert all(batch.records == count(batch.body) for batch in found)
    sent = b"".join(batch.content + (b"" if batch.content.endswith(b"\n") else b"\n") for batch in found)
    assert sent == b"".join(line + b"\n" for line in lines if line.strip(BLANKS))
    numbers = [number for number, line in enumerate(lines, start=1) if line.strip(BLANKS)]
    at = 0
    for batch in found:
        assert (batch.first, batch.last) == (numbers[at], numbers[at + batch.records - 1])
        at += batch.records
    assert not single_record or {batch.records for batch in found} <= {1}


QUOTED = st.lists(st.sampled_from([b"1,2", b'"a\nb",2', b'1,"""\n"', b"", b"  ", b'"",x']), max_size=20)


@given(QUOTED, st.integers(9, 40), st.booleans())
def test_no_record_of_csv_is_cut_at_a_quoted_line_feed(
    rows: list[bytes], limit: int, single_record: bool
) -> None:
    text = b"".join(row + b"\n" for row in rows)
    found = batches(text, limit, single_record=single_record, kind=CSV)
    assert [record for batch in found for record in batch.each] == [row for row in rows if row.strip()]
    assert all(len(batch.body) <= limit for batch in found)


@given(LINES, st.integers(13, 60))
def test_a_batch_is_as_full_as_the_limit_allows(lines: list[bytes], limit: int) -> None:
    found = batches(b"".join(line + b"\n" for line in lines), limit)
    for batch, following in pairwise(found):
        if batch.start + batch.body.count(b"\n") != following.start:
            continue
        next_line = following.body[: following.body.index(b"\n") + 1]
        assert len(batch.body) + len(next_line) > limit


def test_a_line_that_no_request_can_hold_is_named() -> None:
    with pytest.raises(JobError, match="line 3 begins a record larger than the 10 bytes"):
        batches(b"1\n2\n" + b"x" * 11 + b"\n4\n", 10)


def test_a_carriage_return_ends_no_line() -> None:
    assert [batch.body for batch in batches(b"a\rb\r\nc", 100, single_record=True)] == [b"a\rb\r\n", b"c"]


def test_nothing_makes_no_batch() -> None:
    assert batches(b"", 10) == []


def test_an_undivided_object_is_one_record_within_the_limit() -> None:
    assert list(undivided(io.BytesIO(b"a\nb"), Batching(3))) == [Batch(b"a\nb", 1, 1, None)]
    with pytest.raises(JobError, match="larger than the 2 bytes"):
        list(undivided(io.BytesIO(b"a\nb"), Batching(2)))


def test_halves_share_the_lines_and_keep_their_numbers() -> None:
    first, second = Batch(b"a\nb\r\nc", 7, 3).halves()
    assert (first, second) == (Batch(b"a\n", 7, 1), Batch(b"b\r\nc", 8, 2))
    assert (first.last, second.last) == (7, 9)


def test_blank_lines_are_counted_as_lines_and_not_as_records() -> None:
    (batch,) = batches(b"\n \na\n\n\nb\n\nc\n\n", 100)
    assert (batch.records, batch.first, batch.last) == (3, 3, 8)
    first, second = batch.halves()
    assert (first.each, first.first, second.each) == ([b"a"], 3, [b"b", b"c"])
    assert (second.first, second.last) == (6, 8)


@pytest.mark.parametrize("single_record", [True, False])
@pytest.mark.parametrize("blank", [b"", b"\r", b"   ", b"\t", b" \r\t"])
def test_a_byte_order_mark_makes_no_record_of_a_blank_line(blank: bytes, single_record: bool) -> None:
    (batch,) = batches(BYTE_ORDER_MARK + blank + b"\n1,2\n", 100, single_record=single_record)
    assert (batch.records, batch.first, batch.last, batch.content) == (1, 2, 2, b"1,2\n")


def test_a_byte_order_mark_before_a_record_stays() -> None:
    (batch,) = batches(BYTE_ORDER_MARK + b"1\n\n2\n", 100)
    assert (batch.first, batch.content) == (1, BYTE_ORDER_MARK + b"1\n2\n")


def test_the_record_that_has_several_lines_is_told_from_its_neighbors() -> None:
    (batch,) = batches(b'1,2\n\n"a\n\nb",2\n3,4\n', 100, kind=CSV)
    assert batch.spanning is not None
    assert (batch.spanning.first, batch.spanning.last) == (3, 5)
    assert batch.content == b'1,2\n"a\n\nb",2\n3,4\n'
