"""What is a record of a body, and what is none."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.endpoint.records import CSV, JSON_LINES, count, cut, is_blank, lines

BODIES = {
    "nothing": (b"", 0),
    "a row": (b"1,2", 1),
    "a row with its end": (b"1,2\n", 1),
    "a blank line at the end": (b"1\n\n", 1),
    "several at the end": (b"1\r\n\r\n\r\n", 1),
    "one at the beginning": (b"\n1\n2", 2),
    "one between": (b"1\n\n2\n", 2),
    "a line of spaces": (b"1\n   \n2\n \t ", 2),
    "a form feed is text": (b"1\n\f\n2", 3),
    "blank lines alone": (b"\n \n\r\n", 0),
    "empty cells": (b",,\n,,\n", 2),
    "a carriage return is not an end": (b"1\r2\n", 1),
    "a quoted line feed": (b'"a\nb",1\n2,3\n', 2),
    "a quoted blank line": (b'"a\n\n\nb",1\n', 1),
    "a doubled quote before a line feed": (b'"a""\nb",1\n2,3\n', 2),
    "a quoted field behind": (b'1,"a\nb"\n', 1),
    "a quoted field behind a semicolon": (b'1;"a\nb"\n', 1),
    "a quote within a field": (b'5" pipe,1\n6" pipe,2\n', 2),
    "a quote that is not closed": (b'1,"a\n2,b\n\n', 2),
    "empty quotes": (b'"",""\n"",""\n', 2),
}


@pytest.mark.parametrize("name", BODIES)
def test_records_of_csv_are_counted(name: str) -> None:
    body, expected = BODIES[name]
    assert count(body, CSV) == expected
    assert b"".join(cut(body, CSV)) == body


def test_a_quote_means_nothing_in_lines_of_json() -> None:
    assert count(b'"a\nb"\n \n', JSON_LINES) == 2


CELLS = st.text('",;\n a1', max_size=5)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8))
def test_what_a_writer_of_csv_writes_is_cut_into_its_rows(rows: list[list[str]]) -> None:
    written = []
    for row in rows:
        one = io.StringIO()
        csv.writer(one, lineterminator="\n").writerow(row)
        written.append(one.getvalue().encode())
    body = b"".join(written)
    assert cut(body, CSV) == written
    assert count(body, CSV) == sum(not is_blank(one) for one in written)


@given(st.text('",;\n a').map(str.encode))
@example(b'"' * 3 + b"\n")
def test_any_text_is_cut_into_itself(text: bytes) -> None:
    assert b"".join(cut(text, CSV)) == text
    assert count(text, CSV) <= len(lines(text))


def test_hostile_quotes_take_no_more_time_than_there_is_text() -> None:
    # Read again from every quote on, each of these would take minutes.
    for pattern in (b'"\n', b'""\n', b',"', b'"""\n,', b'"a\nx\n'):
        body = pattern * (3_000_000 // len(pattern))
        assert b"".join(cut(body, CSV)) == body
