import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_scripts import REAL_FILE, load, run

raw_file = load("churn/split/churn_raw_file")
split = load("churn/split/__main__")

HEADER = ",".join(raw_file.COLUMNS)
ROW = "KS,128,415,382-4657,no,yes,25,265.1,110,45.07,197.4,99,16.78,244.7,91,11.01,10.0,3,2.7,1,False."


def file_of(folder: Path, *lines: str, newline: str = "\r\n") -> Path:
    path = folder / "churn.txt"
    path.write_bytes("".join(line + newline for line in lines).encode())
    return path


def with_cell(column: str, cell: str) -> str:
    cells = ROW.split(",")
    cells[raw_file.COLUMNS.index(column)] = cell
    return ",".join(cells)


def split_into(folder: Path, source: Path, *arguments: object) -> tuple[int, str]:
    names = ("train", "validation", "test", "labels", "features")
    folders = [argument for name in names for argument in (f"--{name}", folder / name)]
    result = run("churn/split", "--input", source, *folders, *arguments)
    return result.returncode, result.stderr


@given(rows=st.integers(10, 5000), seed=st.integers(0, 2**32 - 1))
def test_rows_are_shuffled_as_pandas_shuffles_and_cut_at_70_and_90_percent(rows: int, seed: int) -> None:
    shuffled = pd.Series(range(rows)).sample(frac=1, random_state=seed).tolist()
    expected = np.split(np.array(shuffled), [int(0.7 * rows), int(0.9 * rows)])
    assert [*map(list, split.cut(rows, seed))] == [part.tolist() for part in expected]


def test_cells_pass_through_as_they_stand_and_the_label_comes_first(tmp_path: Path) -> None:
    odd = with_cell("Day Mins", "0265.10000").replace("KS", '"K,S"')
    file_of(tmp_path, HEADER, *[odd.replace("382", str(number)) for number in range(300, 320)])
    (tmp_path / ".hidden").touch()
    assert split_into(tmp_path / "parts", tmp_path) == (0, "")
    train = (tmp_path / "parts/train/train.csv").read_text().splitlines()
    test = (tmp_path / "parts/test/test.csv").read_text().splitlines()
    assert (len(train), len(test)) == (14, 2)
    assert train[0].startswith('0,"K,S",128,415,3')
    assert ",0265.10000," in train[0]
    assert test[0].startswith('"K,S",128,415,3')
    header, *features = (tmp_path / "parts/features/features.csv").read_text().splitlines()
    assert header == HEADER.removesuffix(",Churn?")
    assert features == [row.partition(",")[2] for row in train]
    assert test[0].endswith(",1")


def test_the_labels_say_which_split_they_belong_to(tmp_path: Path) -> None:
    lines = [ROW, ROW.replace("False.", "True.")] * 10
    file_of(tmp_path, HEADER, *lines)
    assert split_into(tmp_path / "parts", tmp_path, "--seed", 3) == (0, "")
    _, _, test = split.cut(20, 3)
    assert (tmp_path / "parts/labels/labels.csv").read_text() == "".join(f"{i % 2}\n" for i in test)
    split_json = json.loads((tmp_path / "parts/labels/split.json").read_text())
    assert split_json == {"random_state": 3, "rows": {"train": 14, "validation": 4, "test": 2}}
    assert not [*tmp_path.rglob("*.part")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_both_line_ends_and_a_byte_order_mark_are_read(
    tmp_path: Path, newline: str, last: str, mark: str
) -> None:
    path = tmp_path / "churn.txt"
    path.write_bytes((mark + newline.join([HEADER, ROW, ROW]) + last).encode())
    assert raw_file.RawFile.read(path).labels == ["0", "0"]


REFUSALS = {
    "an empty file": ([""], "line 1: the file is empty"),
    "a header alone": ([HEADER], "line 2: no customer follows the header"),
    "no header": ([ROW], 'line 1: column "State" is missing'),
    "a missing column": ([HEADER.replace("Phone,", ""), ROW], 'line 1: column "Phone" is missing'),
    "a column too many": ([HEADER + ",Age", ROW], 'line 1: column "Age" is there too often or unknown'),
    "a column twice": ([HEADER + ",State", ROW], 'line 1: column "State" is there too often or unknown'),
    "columns in another order": (
        [HEADER.replace("State,Account Length", "Account Length,State"), ROW],
        'line 1: column "Account Length" stands where "State" is expected',
    ),
    "a short line": ([HEADER, ROW, ROW[3:]], "line 3: 20 columns, expected 21"),
    "a long line": ([HEADER, ROW + ",x"], "line 2: 22 columns, expected 21"),
    "a blank line": ([HEADER, ROW, "", ROW], "line 3: 0 columns, expected 21"),
    "another label": (
        [HEADER, ROW, ROW.replace("False.", "no")],
        "line 3, column \"Churn?\": 'no' is not a label",
    ),
    "a word for a number": ([HEADER, with_cell("Day Mins", "many")], "line 2, column \"Day Mins\": 'many'"),
    "not a number": ([HEADER, with_cell("Eve Charge", "nan")], 'line 2, column "Eve Charge"'),
    "an underscore": ([HEADER, with_cell("Account Length", "1_0")], 'line 2, column "Account Length"'),
    "too large a number": ([HEADER, with_cell("Intl Calls", "1e999")], 'line 2, column "Intl Calls"'),
    "other digits": ([HEADER, with_cell("Day Calls", "١٢")], 'line 2, column "Day Calls"'),
    "an open quote": ([HEADER, '"' + ROW], "line 2: not a line of CSV"),
    "a NUL": ([HEADER, ROW.replace("KS", "K\0")], "line 2: a control character"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_wrong_file_is_refused_with_file_column_and_line(tmp_path: Path, case: str) -> None:
    lines, message = REFUSALS[case]
    with pytest.raises(raw_file.RawFileError) as refusal:
        raw_file.RawFile.read(file_of(tmp_path, *lines))
    assert str(refusal.value).startswith("churn.txt, " + message)


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = file_of(tmp_path, HEADER, ROW)
    path.write_bytes(path.read_bytes() + b"\xff\xfe")
    with pytest.raises(raw_file.RawFileError, match=r"churn\.txt, line 3: not UTF-8 text"):
        raw_file.RawFile.read(path)


def test_an_empty_number_is_left_to_preprocess(tmp_path: Path) -> None:
    path = file_of(tmp_path, HEADER, with_cell("Day Mins", ""))
    assert raw_file.RawFile.read(path).rows == [with_cell("Day Mins", "").removesuffix(",False.")]


def test_a_refusal_is_one_line_on_stderr_and_writes_nothing(tmp_path: Path) -> None:
    file_of(tmp_path, HEADER, with_cell("Day Mins", "many"))
    code, message = split_into(tmp_path / "parts", tmp_path)
    assert code == 1
    assert message == "error: churn.txt, line 2, column \"Day Mins\": 'many' is not a number\n"
    assert not (tmp_path / "parts").exists()


def test_two_files_and_too_few_rows_are_refused(tmp_path: Path) -> None:
    file_of(tmp_path, HEADER, ROW)
    assert "1 rows cannot be cut" in split_into(tmp_path / "parts", tmp_path)[1]
    (tmp_path / "other.txt").touch()
    assert "expected one file, found churn.txt, other.txt" in split_into(tmp_path / "parts", tmp_path)[1]


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the public file is not in ../shared/data")
def test_the_public_file_is_cut_as_the_workshop_cut_it() -> None:
    raw = raw_file.RawFile.read(REAL_FILE)
    parts = split.cut(len(raw.rows), 1729)
    assert [len(part) for part in parts] == [2333, 666, 334]
    assert [sum(raw.labels[i] == "1" for i in part) for part in parts] == [325, 110, 48]
    table = pd.read_csv(REAL_FILE, dtype=str).sample(frac=1, random_state=1729)
    assert [raw.rows[i].split(",")[3] for i in parts[2]] == table["Phone"].tolist()[2999:]
