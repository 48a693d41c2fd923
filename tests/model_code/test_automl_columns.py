"""What type a column has, and what its cells say."""

import math
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import load

cells = load("shared/automl/automl_cells")
types = load("shared/automl/column_types")
table_schema = load("shared/automl/table_schema")


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        *(
            (missing, "")
            for missing in ("", "  ", "nan", "NaN", "-NaN", "NA", "n/a", "#N/A", "<NA>", "null", "NULL")
        ),
        *((missing, "") for missing in ("NaT", "inf", "-Infinity", "+inf", "1e999", "-1e999", "\u00a0")),
        ("1,234", "1234"),
        ("-1,234,567.80", "-1234567.80"),
        ("1,2", "1,2"),
        ("12,34", "12,34"),
        ("1,234,5", "1,234,5"),
        ("00123", "00123"),
        (" 1.50 ", "1.50"),
        ("two\r\nlines", "two lines"),
        ("two\u2028lines", "two lines"),
        ("a\tb", "a b"),
        ("a\vb", "a b"),
        ("a\x01\x1bb", "a b"),
        ("a\x1fb", "a b"),
        ("a\x7fb", "a b"),
        ("a\x80\x9fb", "a b"),
        ("\x7f 7\x1b", "7"),
        ("\x1b", ""),
        ("a\xa0b", "a\xa0b"),
        ("None", "None"),
        ("?", "?"),
        ("$5", "$5"),
    ],
)
def test_a_cell_is_made_plain(cell: str, plain: str) -> None:
    assert cells.plain(cell) == plain


@given(st.text(max_size=20))
def test_a_plain_cell_stays_as_it_is_and_fits_a_line(cell: str) -> None:
    plain = cells.plain(cell)
    assert cells.plain(plain) == plain
    assert len(plain.splitlines()) <= 1


@pytest.mark.parametrize(("cell", "number"), [("1.5", 1.5), ("-2e3", -2000.0), (".5", 0.5)])
def test_a_number_is_read(cell: str, number: float) -> None:
    assert cells.number(cell) == number


@pytest.mark.parametrize("cell", ["", "x", "1_0", "٣", "0x1", "1 2", "nan"])
def test_other_cells_are_no_number(cell: str) -> None:
    assert math.isnan(cells.number(cell))


def numbered(count: int, form: str = "{}") -> list[str]:
    return [form.format(number) for number in range(count)]


COLUMNS = {
    "one value": (["a"] * 100, "constant"),
    "one number": (["7.0"] * 100, "constant"),
    "no value at all": ([""] * 100, "constant"),
    "one value, and rows without": (["a"] * 50 + [""] * 50, "categorical"),
    "one number, and rows without": (["7"] * 50 + [""] * 50, "categorical"),
    "two numbers": (["0", "1"] * 50, "categorical"),
    "three numbers, as an area code": (["408", "415", "510"] * 40, "numeric"),
    "numbers with gaps": ([*numbered(70, "{}.5"), *[""] * 30], "numeric"),
    "numbers, but for one in twenty": ([*numbered(95, "{}.5"), *["unknown"] * 5], "numeric"),
    "numbers, but for one in sixteen": ([*numbered(94, "{}.5"), *["unknown"] * 6], "text"),
    "two words": (["yes", "no"] * 50, "categorical"),
    "thirty words": (numbered(30, "w{}") * 4, "categorical"),
    "51 states": (numbered(51, "S{}") * 4, "text"),
    "phone numbers": (numbered(100, "382-46{:02}"), "text"),
    "days": (numbered(28, "2024-02-{:02}")[1:] * 4, "datetime"),
    "times with a zone": (numbered(60, "2024-02-29T10:{:02}:00.5+02:00"), "datetime"),
    "days with the month first": (numbered(28, "2/{}/2024")[1:] * 4, "datetime"),
    "days with the day first": (numbered(31, "{}/12/2024 10:30")[1:] * 4, "datetime"),
    "what only looks like days": (numbered(60, "2024-13-{:02}"), "text"),
    "numbers of rows": (numbered(100), "id"),
    "numbers of rows, shuffled, with gaps": (
        [str(10_000 + number * 37 % 101 * 3 // 2) for number in range(100)],
        "id",
    ),
    "numbers of rows, one of them twice": ([*numbered(99), "0"], "numeric"),
    "whole numbers that count nothing": (numbered(100, "{}7"), "numeric"),
    "UUIDs": ([str(uuid.UUID(int=number)) for number in range(100)], "id"),
    "a UUID twice": ([str(uuid.UUID(int=number % 99)) for number in range(100)], "text"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_has_the_type_of_its_values(case: str) -> None:
    column, expected = COLUMNS[case]
    assert types.column_type(column) == expected


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-02-29 10:30:05", datetime(2024, 2, 29, 10, 30, 5, tzinfo=UTC)),
        ("2024-02-29T10:30:00+02:00", datetime(2024, 2, 29, 8, 30, tzinfo=UTC)),
        ("3/4/2024", datetime(2024, 3, 4, tzinfo=UTC)),
        ("13/4/2024", datetime(2024, 4, 13, tzinfo=UTC)),
        ("13/4/2024 10:30", datetime(2024, 4, 13, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_number_of_seconds(cell: str, date: datetime) -> None:
    assert types.date_number(cell) == date.timestamp()


@pytest.mark.parametrize(
    "cell", ["", "2024-02-30", "31/31/2024", "2024", "3/4/24", "2024-02-29 25:00", "1/1/2024 25:00"]
)
def test_other_cells_are_no_date(cell: str) -> None:
    assert math.isnan(types.date_number(cell))


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["no", "yes"], "BinaryClassification"),
        (["0", "1"], "BinaryClassification"),
        (["a", "b", "c"], "MulticlassClassification"),
        (numbered(20), "MulticlassClassification"),
        (numbered(21), "Regression"),
        (["0.5", "1", "2"], "Regression"),
        ([*numbered(30), "many"], "MulticlassClassification"),
    ],
)
def test_a_target_has_the_problem_type_of_its_labels(labels: Sequence[str], problem: str) -> None:
    assert table_schema.problem_type(labels) == problem


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        (["False."] * 3 + ["True."], ["False.", "True."]),
        (["leaves"] + ["stays"] * 3, ["stays", "leaves"]),
        (["b", "a", "a", "b"], ["a", "b"]),
        (["", "", "", "b", "b", "a"], ["b", "a"]),
    ],
)
def test_the_rarer_label_is_class_1(column: list[str], labels: list[str]) -> None:
    table = table_schema.Table(["x", "left"], [["1", label] for label in column])
    assert table_schema.binary_labels(table, 1) == labels
