"""What is held out of a table and what candidates are trained on, and which tables are refused."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from automl_tables import HOLD_OUT, SPLIT, TARGET, arguments, hold_out, real_file, split, table_text
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import REAL_FILE, load, run

cells = load("shared/automl/automl_cells")
table_file = load("shared/automl/table_file")
holding = load("automl/hold_out/__main__")
splitting = load("automl/split/__main__")


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [*csv.reader(file)]


def held_out(folder: Path, content: str | bytes, target: str = TARGET) -> list[list[str]]:
    """All rows of a table that is taken, with their labels at the end, in any order."""
    hold_out(folder, content, target)
    header, *development = rows(folder / "development/table.csv")
    at = header.index(" ".join(target.split()))
    test = [
        [*row, *label]
        for row, label in zip(rows(folder / "test/rows.csv"), rows(folder / "labels/labels.csv"), strict=True)
    ]
    return [[*row[:at], *row[at + 1 :], row[at]] for row in development] + test


@pytest.mark.parametrize("seed", [0, 42])
def test_the_table_is_shuffled_as_pandas_shuffles_and_cut_at_80_percent(seed: int) -> None:
    table = table_file.Table(("number", "left"), [[str(number), "no"] for number in range(333)])
    shuffled = pd.Series(range(333)).sample(frac=1, random_state=seed).tolist()
    parts = holding.hold_out(table, 1, seed)
    assert [[int(row[0]) for row in part.rows] for part in parts] == [shuffled[:266], shuffled[266:]]


def test_development_keeps_the_header_and_the_test_part_has_its_labels_apart(tmp_path: Path) -> None:
    hold_out(tmp_path, table_text())
    header, *development = rows(tmp_path / "development/table.csv")
    test, labels = rows(tmp_path / "test/rows.csv"), rows(tmp_path / "labels/labels.csv")
    assert header == ["age", "plan", "left"]
    assert (len(development), len(test), len(labels)) == (96, 24, 24)
    together = [*development, *([*row, *label] for row, label in zip(test, labels, strict=True))]
    assert sorted(together) == sorted(line.split(",") for line in table_text().splitlines()[1:])
    assert json.loads((tmp_path / "labels/split.json").read_text()) == {
        "random_state": 42,
        "rows": {"development": 96, "test": 24, "left out of test": 0},
        "cells that are no number": {},
    }


def test_the_split_has_each_row_once_and_each_label_in_proportion(tmp_path: Path) -> None:
    hold_out(tmp_path, table_text(rows=500))
    split(tmp_path)
    parts = [rows(tmp_path / name / "rows.csv") for name in ("train", "validation")]
    assert sorted(parts[0] + parts[1]) == sorted(rows(tmp_path / "development/table.csv")[1:])
    assert rows(tmp_path / "labeled/rows.csv") == rows(tmp_path / "development/table.csv")[1:]
    labels = [Counter(row[2] for row in part) for part in parts]
    assert labels[0] + labels[1] == Counter(row[2] for row in rows(tmp_path / "development/table.csv")[1:])
    for label, count in (labels[0] + labels[1]).items():
        assert labels[0][label] == round(0.8 * count)


def test_another_seed_is_another_split_and_the_same_seed_the_same() -> None:
    column = ["no", "yes", "no", "no", ""] * 40
    found = [splitting.cut(column, ["no", "yes"], seed) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    assert sorted(found[0][0] + found[0][1]) == [number for number in range(200) if column[number]]


def quoted(text: str) -> str:
    return text.replace("age,plan", '"a ""g"" e","plan, 日本\nname"')


def wide(text: str, columns: int) -> str:
    """The table with as many columns more before it as make `columns`."""
    header, *lines = text.splitlines()
    more = columns - len(header.split(","))
    head = [",".join([*(f"c{number}" for number in range(more)), header])]
    return "\n".join([*head, *("0.5," * more + line for line in lines)])


# What is unusual -> the file, the target's name, and what becomes of its cells.
TAKEN = {
    "a byte order mark": ("\ufeff" + table_text(), TARGET, {}),
    "CRLF": (table_text(newline="\r\n"), TARGET, {}),
    "no last line end": (table_text().rstrip("\n"), TARGET, {}),
    "a byte order mark twice": ("\ufeff\ufeff" + table_text(), TARGET, {}),
    "carriage returns alone": (table_text(newline="\r"), TARGET, {}),
    "a byte order mark before a quoted name": ("\ufeff" + quoted(table_text()), TARGET, {}),
    "a byte order mark within gzip": (gzip.compress(("\ufeff" + table_text()).encode()), TARGET, {}),
    "spaces around labels": (table_text().replace(",no", ", no ").replace(",yes", ",\tyes"), TARGET, {}),
    "2,000 columns": (wide(table_text(), 2000), TARGET, None),
    "blank lines": (table_text().replace("\n", "\n\n"), TARGET, {}),
    "gzip": (gzip.compress(table_text().encode()), TARGET, {}),
    "quoted cells": (table_text().replace("20.5", '"20.5"'), TARGET, {}),
    "spaces around cells": (table_text().replace(",a,", ", a ,").replace("20.5", " 20.5\t"), TARGET, {}),
    "a target with a line feed in it": (table_text(header='age,plan,"has\nleft"'), "has\nleft", {}),
    "a target of composed characters": (table_text(header="age,plan,e\u0301te\u0301"), "\u00e9t\u00e9", {}),
    "unicode and line feeds in the header": (quoted(table_text()), TARGET, {}),
    "NaN as text": (table_text().replace("20.5", "NaN"), TARGET, {"20.5": ""}),
    "NULL as text": (table_text().replace("20.5", "NULL"), TARGET, {"20.5": ""}),
    "infinity as text": (table_text().replace("20.5", "-inf"), TARGET, {"20.5": ""}),
    "a number that is too large": (table_text().replace("20.5", "1e999"), TARGET, {"20.5": ""}),
    "thousands separators": (table_text().replace("20.5", '"1,234,020.5"'), TARGET, {"20.5": "1234020.5"}),
    "a quoted line feed in a cell": (table_text().replace(",a,", ',"plan\r\na",'), TARGET, {"a": "plan a"}),
    "the target in the middle": (table_text(header="age,left,plan"), TARGET, {}),
}


@pytest.mark.parametrize("case", TAKEN)
def test_an_unusual_table_is_taken(tmp_path: Path, case: str) -> None:
    content, target, cells = TAKEN[case]
    found = held_out(tmp_path, content, target)
    split(tmp_path, target)
    if cells is None:
        assert {len(row) for row in found} == {2000}
        return
    expected = [[cells.get(cell, cell) for cell in line.split(",")] for line in table_text().splitlines()[1:]]
    if case == "the target in the middle":
        expected = [[age, label, plan] for age, plan, label in expected]
    assert sorted(found) == sorted(expected)


def test_names_are_written_with_a_space_for_a_line_feed(tmp_path: Path) -> None:
    held_out(tmp_path, quoted(table_text()))
    assert rows(tmp_path / "development/table.csv")[0] == ['a "g" e', "plan, 日本 name", "left"]


def test_rows_without_a_target_are_analyzed_but_neither_trained_on_nor_tested_on(tmp_path: Path) -> None:
    lines = table_text(rows=800).splitlines()
    half = [line if number % 8 < 4 else line[: line.rindex(",") + 1] for number, line in enumerate(lines, 1)]
    hold_out(tmp_path, "\n".join(half))
    split(tmp_path)
    empty = sum(not row[2] for row in rows(tmp_path / "development/table.csv"))
    left_out = json.loads((tmp_path / "labels/split.json").read_text())["rows"]["left out of test"]
    assert empty + left_out == 400
    for name, column in (("labels/labels.csv", 0), ("train/rows.csv", 2), ("validation/rows.csv", 2)):
        assert {row[column] for row in rows(tmp_path / name)} == {"yes", "no"}


WIDE = ",".join(f"c{number}" for number in range(30))
REFUSED = {
    "an empty file": ("", "table.csv: the file is empty; expected a header and rows"),
    "a header alone": ("age,plan,left\n", "table.csv: no row follows the header"),
    "one class": (
        table_text().replace("yes", "no"),
        'the target "left" has the one label "no"; expected two',
    ),
    "the target twice": (table_text(header="age,left,left"), 'table.csv: 2 columns have the name "left"'),
    "another name twice": (table_text(header="age,age,left"), 'table.csv: 2 columns have the name "age"'),
    "one name twice but for a line feed": (
        table_text(header='"my age","my\nage",left'),
        'table.csv: 2 columns have the name "my age"',
    ),
    "no name": (table_text(header=",plan,left"), "table.csv: column 1 has no name"),
    "no target": (
        table_text(header="age,plan,gone"),
        'there is no column "left"; the columns are "age", "plan", "gone"',
    ),
    "no target among many": (f"{WIDE}\n{WIDE}\n", 'there is no column "left"; the columns are "c0", "c1", '),
    "nothing but the target": ("left\n" + "yes\nno\n" * 60, 'there is no column besides the target "left"'),
    "the target always empty": (
        table_text().replace("yes", "").replace("no", "NaN"),
        'the target "left" is empty in all 120 rows',
    ),
    "few rows": (table_text(rows=99), "expected at least 100 rows with a target, got 99"),
    "few rows with a target": (
        table_text(rows=99) + "1,a,\n" * 200,
        "expected at least 100 rows with a target, got 99",
    ),
    "a rare label": (
        table_text().replace("yes", "no") + "1,a,yes\n" * 9,
        'the target "left": expected at least 10 rows of each label, got 9 of "yes"',
    ),
    "a label in capitals here and there": (
        table_text() + "1,a,YES\n" * 20,
        'the target "left" has 3 different values (MulticlassClassification); the candidates are for',
    ),
    "a long name": (
        table_text(header=f"age,{'x' * 1000},{'x' * 1000}"),
        f'table.csv: 2 columns have the name "{"x" * 40}..."; rename',
    ),
    "a long cell": (
        table_text() + f"1,{'x' * 200_000},no\n",
        "table.csv, line 122: a cell is too long; expected at most 131,072 characters",
    ),
    "a composed and a decomposed name": (
        table_text(header="\u00e9,e\u0301,left"),
        'table.csv: 2 columns have the name "\u00e9"',
    ),
    "a workbook": (b"PK\x03\x04\x14\x00\x08\x08\x08\x00\xff", "table.csv, line 1: not UTF-8"),
    "a Parquet file": (b"PAR1\x15\x04\x15\x00", "table.csv, line 1: a NUL; expected CSV"),
    "a comma at the end of each line": (table_text().replace("\n", ",\n"), "table.csv: column 4 has no name"),
    "three labels": (
        table_text() + "1,a,perhaps\n" * 20,
        'the target "left" has 3 different values (MulticlassClassification); the candidates are for',
    ),
    "a target of numbers": (
        "a,left\n" + "".join(f"1,{number}\n" for number in range(200)),
        'the target "left" has 200 different values (Regression); the candidates are for',
    ),
    "a short row": (table_text() + "1,a\n", "table.csv, line 122: expected 3 columns, got 2"),
    "a long row": (table_text() + "1,a,no,yes\n", "table.csv, line 122: expected 3 columns, got 4"),
    "a number with a comma but no quotes": (
        table_text() + "1,234,a,no\n",
        "table.csv, line 122: expected 3 columns",
    ),
    "a quote that does not end": (table_text() + '1,"a,no\n', "table.csv, line 122: not CSV"),
    "semicolons": (
        table_text().replace(",", ";"),
        "table.csv: the columns are separated by semicolons; expected commas",
    ),
    "tabs": (
        table_text().replace(",", "\t"),
        "table.csv: the columns are separated by tabs; expected commas",
    ),
    "Latin-1": (table_text().encode() + "1,é,no\n".encode("latin-1"), "table.csv, line 122: not UTF-8"),
    "UTF-16": (table_text().encode("utf-16"), "table.csv, line 1: not UTF-8"),
    "UTF-16 without a mark": (table_text().encode("utf-16-le"), "table.csv, line 1: a NUL; expected CSV"),
    "half a gzip file": (gzip.compress(table_text().encode())[:-20], "table.csv: not a complete gzip file"),
    "a gzip file that is damaged": (
        gzip.compress(table_text().encode())[:-8] + bytes(8),
        "table.csv: not a complete gzip file",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_nothing_can_be_trained_on_is_refused_by_name(tmp_path: Path, case: str) -> None:
    content, message = REFUSED[case]
    with pytest.raises(SystemExit) as refusal:
        hold_out(tmp_path, content)
    assert str(refusal.value).startswith(f"error: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["input"]


def test_the_jobs_run_in_their_image_alone(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input/table.csv").write_text(table_text())
    for job, places in (("hold_out", HOLD_OUT), ("split", SPLIT)):
        result = run(f"automl/{job}", *arguments(tmp_path, places, TARGET))
        assert (result.returncode, result.stderr) == (0, "")
    result = run("automl/hold_out", *arguments(tmp_path, HOLD_OUT, "gone"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == 'error: there is no column "gone"; the columns are "age", "plan", "left"\n'


CELLS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(cells.plain)


@given(
    names=st.lists(CELLS.map(table_file.named).filter(bool), min_size=2, max_size=4, unique=True),
    data=st.data(),
)
def test_a_table_that_is_written_is_read_as_it_was(names: list[str], data: st.DataObject) -> None:
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    table = table_file.Table(names, data.draw(st.lists(row, min_size=1, max_size=5)))
    with TemporaryDirectory() as folder:
        table.write(Path(folder, "table.csv"))
        assert table_file.Table.read(Path(folder, "table.csv")) == table


@given(st.binary(max_size=60) | st.text(alphabet='a1,"\r\n\t;\ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        try:
            table = table_file.Table.read(path)
        except table_file.TableError as refusal:
            assert str(refusal).startswith("table.csv")
        else:
            assert {len(row) for row in table.rows} == {len(table.names)}


@real_file
def test_the_public_table_is_cut_as_the_workshop_cut_it() -> None:
    table = table_file.Table.read(REAL_FILE)
    development, test = holding.hold_out(table, table.index("Churn?"), 42)
    assert (len(development.rows), len(development.names)) == (2666, 21)
    assert Counter(development.column(20)) == {"False.": 2291, "True.": 375}
    expected = pd.read_csv(REAL_FILE, dtype=str).sample(frac=1, random_state=42)
    assert [*development.rows, *test.rows] == expected.to_numpy().tolist()


def test_the_sample_is_churn_s(tmp_path: Path) -> None:
    for workload in ("automl", "churn"):
        options = ("--rows", 30, "--seed", 5, "--output", tmp_path / workload)
        assert run(f"{workload}/sample", *options).returncode == 0
    assert (tmp_path / "automl").read_bytes() == (tmp_path / "churn").read_bytes()


def test_what_is_no_number_among_numbers_is_emptied_and_counted(tmp_path: Path) -> None:
    hold_out(tmp_path, table_text(rows=400).replace("\n20.5", "\nunknown").replace(",b,", ",7,"))
    development = rows(tmp_path / "development/table.csv")[1:]
    ages = [row[0] for row in [*development, *rows(tmp_path / "test/rows.csv")]]
    counts = json.loads((tmp_path / "labels/split.json").read_text())["cells that are no number"]
    assert "unknown" not in ages
    assert counts == {"age": ages.count("")} == {"age": 8}
    assert {row[1] for row in development} == {"a", "7"}
