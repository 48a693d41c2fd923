"""What every handler shares: media types, the text of a CSV body, numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import MODEL_CODE, SAME_NAMES, load

request = load("shared/script/hop_request")

OFFERS = ("text/csv", "application/json")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/csv", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("TEXT/CSV ;header=absent", "text/csv"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_media_type_is_compared_without_parameters_and_case(header: str | None, expected: str) -> None:
    assert request.media_type(header) == expected


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "text/csv"),
        ("", "text/csv"),
        ("*/*", "text/csv"),
        ("text/*", "text/csv"),
        ("application/*", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("text/html, application/json", "application/json"),
        ("text/csv;q=0.1, application/json", "application/json"),
        ("*/*;q=0.1, text/csv;q=0", "application/json"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=much", None),
        ("application/json;q=\x1f0.9", "application/json"),
        ("csv", None),
    ],
)
def test_the_offer_that_accept_weighs_highest_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert request.choose(accept, OFFERS) == chosen


@pytest.mark.parametrize(
    "body", ["a,1\nb,2", "a,1\nb,2\n", "a,1\r\nb,2\r\n", "a,1\r\nb,2", "\ufeffa,1\nb,2", b"a,1\nb,2\n"]
)
def test_lines_are_the_same_however_they_end_and_whatever_holds_them(body: str | bytes) -> None:
    assert request.csv_text(body) == "a,1\nb,2"
    assert request.csv_text(bytearray(body.encode() if isinstance(body, str) else body)) == "a,1\nb,2"


@pytest.mark.parametrize(
    "body",
    [
        "",
        b"",
        "\n",
        "\r\n",
        "\n \n\n",
        "\n\t\n \r",
        "\ufeff",
        "\ufeff\n",
        "a\n\f\nb",
        "a\n\ufeff\0\nb",
        "a\n\n\tb",
        b"\xff\xfe",
        "\ud800",
        "a\0b",
        "a\tb",
        "a\rb",
        "a\x1b[31m",
        "a\x7f",
    ],
)
def test_a_body_that_is_no_text_of_lines_is_refused(body: str | bytes) -> None:
    with pytest.raises(request.RequestError) as refusal:
        request.csv_text(body)
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        *("a\nb", "a\nb\n\n", "\na\nb", "a\r\n\r\nb\r\n\r\n", "a\n   \nb\n ", "\n \n\na\n\n\n\nb\n\n\n"),
        *("a\n\t\nb", "a\n\n\n\t\nb", "\t\na\nb\n\t", "a\n \t \r\nb\r\n", "a\n \r \nb", "a\n\r\r\nb"),
        *("\ufeff\na\nb", "\ufeff\r\na\r\nb", "\ufeff   \na\nb", "\ufeff\t\n\na\nb"),
    ],
)
def test_a_blank_line_is_no_row(body: str) -> None:
    assert request.csv_text(body) == "a\nb"


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b,,", ["a", "b", "", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""",2', ['say "hi"', "2"]),
        ("", [""]),
    ],
)
def test_fields_are_read_quoted_or_not(line: str, cells: list[str]) -> None:
    assert request.csv_cells(line) == cells


OPEN = "a quoted field has a line feed, which a row cannot hold, or is never closed"
EARLY = "a quoted field does not end where it should"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('"a,b', OPEN),
        ('a,"b', OPEN),
        ('a,"', OPEN),
        ('a,"b""', OPEN),
        ('"a"b,c', EARLY),
        ('"' + "a" * 200_000 + '"', EARLY),
    ],
)
def test_a_quote_that_does_not_close_is_refused_with_the_reason(line: str, message: str) -> None:
    with pytest.raises(request.RequestError) as refusal:
        request.csv_cells(line)
    assert (refusal.value.status, str(refusal.value)) == (400, message)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back(number: float) -> None:
    assert request.finite(repr(number)) == number


@pytest.mark.parametrize("cell", ["+1", "1.", ".5", "007", "1e3", "1E-3", "-0"])
def test_plain_notations_are_numbers(cell: str) -> None:
    assert request.finite(cell) == float(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *("", " ", " 1", "1 ", "\u00a01", "1_000", "1,5", "0x10", "1e", "e5", ".", "-", "+-1", "1d5", "--1"),
        *("nan", "NaN", "inf", "-Infinity", "1e999", "9" * 5000, "١٢", "\uff11", "true", "=1+1", "1j"),
    ],
)
def test_nothing_else_is_a_number(cell: str) -> None:
    assert request.finite(cell) is None


@given(st.text(max_size=20))
def test_whatever_is_taken_for_a_number_is_finite(cell: str) -> None:
    number = request.finite(cell)
    assert number is None or math.isfinite(number)


def test_each_folder_s_modules_have_names_of_their_own() -> None:
    siblings = [path.stem for path in MODEL_CODE.rglob("*.py") if path.stem not in SAME_NAMES]
    assert len(siblings) == len({*siblings})
