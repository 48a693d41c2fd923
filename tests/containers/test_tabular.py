"""Numbers as CSV text: what is read, and what is refused by row and column."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toolkit import tabular

numbers = st.floats(allow_nan=False, allow_infinity=False)
tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=8)
)


@given(tables)
def test_what_repr_writes_is_read_back_bit_for_bit(rows: list[list[float]]) -> None:
    text = "\n".join(",".join(map(repr, row)) for row in rows).encode()

    assert tabular.parse(text).tolist() == rows


@given(tables, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n", "\r\n", "  \n"]))
def test_line_ends_do_not_matter(rows: list[list[float]], separator: str, end: str) -> None:
    text = separator.join(",".join(map(repr, row)) for row in rows) + end

    assert tabular.parse(text.encode()).tolist() == rows


@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_a_refusal(body: bytes) -> None:
    try:
        table = tabular.parse(body)
    except tabular.MalformedCsv as refusal:
        assert refusal.status == 400
    else:
        assert len(table) == body.strip().count(b"\n") + 1


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (b"1,,3", [(0, 1)]),
        (b",2,3", [(0, 0)]),
        (b"1,2,", [(0, 2)]),
        (b",,", [(0, 0), (0, 1), (0, 2)]),
        (b"1, ,3\n,5,6", [(0, 1), (1, 0)]),
        (b"1,nan,3\r\n4,5,\r\n", [(0, 1), (1, 2)]),
    ],
)
def test_an_empty_cell_is_missing(text: bytes, missing: list[tuple[int, int]]) -> None:
    table = tabular.parse(text)

    assert table.shape[1] == 3
    assert [tuple(at) for at in np.argwhere(np.isnan(table)).tolist()] == missing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "The body has no rows."),
        (b" \n\n", "The body has no rows."),
        (b"1,2\n3", "Row 2 has 1 columns, the rows before it 2."),
        (b"1,2\n3,4\n5,6,7", "Row 3 has 3 columns, the rows before it 2."),
        (b"1,2\n\n3,4", "Row 2 is empty."),
        (b"1,2\n3,yes", "Row 2, column 2: not a number."),
        (b"State,Churn\n1,2", "Row 1, column 1: not a number."),
        (b"1_000,2", "Row 1, column 1: not a number."),
        ("\u0661,2".encode(), "Row 1, column 1: not a number."),
        (b'"1",2', "Row 1, column 1: not a number."),
        (b"0x10,2", "Row 1, column 1: not a number."),
        (b"1;2", "Row 1, column 1: not a number."),
        (b"\xff,2", "Row 1, column 1: not a number."),
        (b"#1,2", "Row 1, column 1: not a number."),
        (b"1,2\n3,4\n5,6\x1f", "Row 3, column 2: not a number."),
        (b"1,\xa02", "Row 1, column 2: not a number."),
    ],
)
def test_anything_else_is_refused_by_row_and_column_without_its_content(text: bytes, message: str) -> None:
    with pytest.raises(tabular.MalformedCsv) as refusal:
        tabular.parse(text)

    assert str(refusal.value) == message


def test_rows_of_a_piece_are_numbered_in_the_whole() -> None:
    with pytest.raises(tabular.MalformedCsv, match=r"^Row 12, column 1"):
        tabular.parse(b"1\nx", first_row=11)


def test_a_number_beyond_double_precision_is_infinite_and_not_an_error() -> None:
    assert tabular.parse(b"1e999").item() == math.inf
