"""One dialect of CSV: what is written here is read here, cell by cell."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from toolkit import codecs, csv_dialect
from toolkit.errors import CallerProblem, ContainerProblem

# No lone surrogates: no file holds them.
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text(
    alphabet='ab,"\r\n \t', max_size=8
)


@pytest.mark.parametrize(
    ("prediction", "body"),
    [
        (["Leeds, UK", 'says "no"'], b'"Leeds, UK"\n"says ""no"""\n'),
        (["two\nlines", "two\r\nlines", "plain"], b'"two\nlines"\n"two\r\nlines"\nplain\n'),
        ([["a", "b, c"], ["", '"']], b'a,"b, c"\n,""""\n'),
        (["", "a"], b'""\na\n'),
        ([" padded "], b" padded \n"),
        (["Zürich", "1.5"], "Zürich\n1.5\n".encode()),
        (np.array([["a", 1.5], [None, True]], dtype=object), b"a,1.5\n,True\n"),
        (np.array([0.1, 2], dtype=np.float32), b"0.1\n2.0\n"),
        (np.array([1e-300, np.nan, -np.inf]), b"1e-300\nnan\n-inf\n"),
        (np.array([True, False]), b"True\nFalse\n"),
        (np.array([3, 255], dtype=np.uint8), b"3\n255\n"),
        (np.array(["2026-11-30"], dtype="datetime64[D]"), b"2026-11-30\n"),
        ([], b""),
    ],
)
def test_a_prediction_is_written_as_the_managed_image_writes_it(prediction: object, body: bytes) -> None:
    assert codecs.encode(prediction, "text/csv") == body


@pytest.mark.parametrize("prediction", [3.5, "Leeds", None, {"a": 1}, csr_matrix(np.eye(2))])
def test_what_has_no_rows_is_refused_as_in_the_image(prediction: object) -> None:
    with pytest.raises(ContainerProblem, match=f"a {type(prediction).__name__}, which has no rows for CSV"):
        codecs.encode(prediction, "text/csv")


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    )
)
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    assert csv_dialect.read(csv_dialect.write(rows)) == rows


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    )
)
def test_labels_come_back_from_the_default_encoder(rows: list[list[str]]) -> None:
    body = codecs.encode(np.array(rows, dtype=object), "text/csv")

    assert csv_dialect.read(body.decode()) == rows


@pytest.mark.parametrize(
    ("body", "table"),
    [
        (b'"1.5","2"\n3,4', [[1.5, 2], [3, 4]]),
        (b'"1.5","2"\r\n"3","4"\r\n', [[1.5, 2], [3, 4]]),
        (b'1,""\n', [[1, np.nan]]),
        (b'" 1 ",2', [[1, 2]]),
    ],
)
def test_a_quoted_number_is_a_number(body: bytes, table: list[list[float]]) -> None:
    np.testing.assert_array_equal(codecs.decode(body, "text/csv"), table)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(st.floats(), min_size=width, max_size=width), min_size=1)
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_of_numbers_is_the_same_with_every_cell_quoted(rows: list[list[float]], end: str) -> None:
    quoted = end.join(",".join(f'"{cell!r}"' for cell in row) for row in rows)

    np.testing.assert_array_equal(codecs.decode(quoted, "text/csv"), rows)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'1,"2,5"', "Row 1, column 2: not a number."),
        (b'1,2\n"3\n4",5', "Row 2, column 1: not a number."),
        (b'1,2\n3,"four"', "Row 2, column 2: not a number."),
        (b'"1","2"\n"3"', "Row 2 has 1 columns, the rows before it 2."),
        (b'"1', "a quote is not closed"),
        (b'"1"2,3', "a quote is not closed"),
        (b'"\xff"', "The body is not UTF-8 CSV"),
    ],
)
def test_quotes_never_make_a_number_of_what_is_none(body: bytes, message: str) -> None:
    with pytest.raises(CallerProblem, match=message) as refusal:
        codecs.decode(body, "text/csv")

    assert refusal.value.status == 400


@pytest.mark.parametrize("text", ['"open', '"a"b', 'a,"b\n'])
def test_a_quote_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(csv.Error):
        csv_dialect.read(text)
