"""A file of numbers with a label: what is cut how, and which file is refused by which place."""

import json
from pathlib import Path

import pytest
from model_scripts import load

table = load("shared/table/number_table")

COLUMNS = ("a", "b")
HEADER = "a,b,label\n"
ROWS = "".join(f"{number},{-number}.5,{number % 2}\n" for number in range(20))


def split(folder: Path, text: str, *arguments: str) -> None:
    (folder / "input").mkdir(exist_ok=True)
    (folder / "input" / "data.csv").write_text(text)
    places = [part for name in ("input", *table.PARTS) for part in (f"--{name}", str(folder / name))]
    table.split("Cut the file.", COLUMNS, "label", [*places, *arguments])


def test_each_row_is_in_one_part_and_the_label_is_first_or_apart(tmp_path: Path) -> None:
    split(tmp_path, HEADER + ROWS)
    lines = {part: (tmp_path / part / f"{part}.csv").read_text().splitlines() for part in table.PARTS}
    assert {part: len(found) for part, found in lines.items()} == dict(
        zip(table.PARTS, (12, 4, 4, 4), strict=True)
    )
    fitted = {tuple(line.split(",")[1:]) for part in ("train", "validation") for line in lines[part]}
    tested = {tuple(line.split(",")) for line in lines["test"]}
    assert len(fitted | tested) == 20
    for label, row in zip(lines["labels"], lines["test"], strict=True):
        assert int(label) == int(row.split(",")[0]) % 2
    cuts = json.loads((tmp_path / "labels" / "split.json").read_text())
    assert cuts == {"random_state": 1729, "rows": {"train": 12, "validation": 4, "test": 4}}


def test_another_seed_is_another_cut_and_the_same_seed_the_same(tmp_path: Path) -> None:
    found = []
    for number, seed in enumerate(("1", "2", "1")):
        folder = tmp_path / str(number)
        folder.mkdir()
        split(folder, HEADER + ROWS, "--seed", seed)
        found.append((folder / "test" / "test.csv").read_bytes())
    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: expected the columns a,b,label, got "),
        ("b,a,label\n" + ROWS, "line 1: expected the columns a,b,label, got b,a,label"),
        (HEADER + "1,2,0\n1,2\n", "line 3: expected 3 columns, got 2"),
        (HEADER + "1,x,0\n", "line 2, column b: 'x' is not a number"),
        (HEADER + "1,nan,0\n", "line 2, column b: 'nan' is not a number"),
        (HEADER + "1,1e999,0\n", "line 2, column b: '1e999' is not a number"),
        (HEADER + "1,,0\n", "line 2, column b: '' is not a number"),
        (HEADER + "1,2,yes\n", "line 2, column label: expected 0 or 1"),
        (HEADER + "1,2,0\n1,2,1\n", "2 rows cannot be cut into three parts"),
    ],
)
def test_a_file_that_cannot_be_cut_is_refused_by_its_place_and_nothing_is_written(
    tmp_path: Path, text: str, fault: str
) -> None:
    with pytest.raises(SystemExit) as refusal:
        split(tmp_path, text)
    assert fault in str(refusal.value)
    assert not (tmp_path / "train").exists()


def test_a_mark_of_its_encoding_and_other_line_ends_are_no_part_of_the_file(tmp_path: Path) -> None:
    split(tmp_path, "\ufeff" + (HEADER + ROWS).replace("\n", "\r\n"))
    assert (tmp_path / "test" / "test.csv").read_bytes().count(b"\r") == 0
