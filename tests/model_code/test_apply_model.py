import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_scripts import load, run

apply_model = load("shared/apply_model/__main__")
script_model = load("shared/apply_model/script_model")
model_archive = load("shared/job/model_archive")

# Answers each row in upper case behind the number of rows, and refuses an x.
SCRIPT = """
import pathlib
import helper_of_the_script

def model_fn(model_dir):
    return pathlib.Path(model_dir, "parameters.json").read_text()

def input_fn(body, content_type):
    assert content_type == "text/csv"
    assert isinstance(body, str)
    return body.splitlines()

def predict_fn(rows, model):
    for number, row in enumerate(rows, 1):
        if row == "x":
            raise ValueError(f"row {number}: no x here")
    return [f"{len(rows)},{helper_of_the_script.upper(row)},{model}" for row in rows]

def output_fn(prediction, accept):
    assert accept == "text/csv"
    return ANSWER
"""
ANSWERS = {
    "text": '"\\n".join(prediction)',
    "text and newline": '"\\n".join(prediction) + "\\n"',
    "a pair": '("\\n".join(prediction).encode(), "text/csv; charset=utf-8")',
    "JSON": '("[]", "application/json")',
    "a line too few": '"\\n".join(prediction[1:])',
}

MakeArchive = Callable[..., Path]


def member(name: str, content: bytes = b"", **attributes: Any) -> tuple[tarfile.TarInfo, io.BytesIO]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info, io.BytesIO(content)


@pytest.fixture
def archive(tmp_path: Path) -> MakeArchive:
    def make(*members: tuple[tarfile.TarInfo, io.BytesIO]) -> Path:
        path = tmp_path / "model" / "model.tar.gz"
        path.parent.mkdir(exist_ok=True)
        with tarfile.open(path, "w:gz") as tar:
            for info, content in members:
                tar.addfile(info, content)
        return path

    return make


def scripted(answer: str) -> list[tuple[tarfile.TarInfo, io.BytesIO]]:
    return [
        member("parameters.json", b"7"),
        member("code", type=tarfile.DIRTYPE, mode=0o755),
        member("code/inference.py", SCRIPT.replace("ANSWER", ANSWERS[answer]).encode()),
        member("code/helper_of_the_script.py", b"upper = str.upper"),
    ]


def command(folder: Path, *parts: str) -> list[str]:
    arguments = ["--model", str(folder / "model")]
    for part in parts:
        arguments += [f"--{part}", str(folder / part), f"--output-{part}", str(folder / "output" / part)]
    return arguments


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize("answer", ["text", "text and newline", "a pair"])
def test_rows_go_through_the_script_and_labels_stay_in_front(
    tmp_path: Path, archive: MakeArchive, answer: str
) -> None:
    archive(*scripted(answer))
    put(tmp_path / "train/train.csv", "0,a,b\n1,c,d\n")
    put(tmp_path / "validation/validation.csv", "1,e\r\n")
    result = run("shared/apply_model", *command(tmp_path, "train", "validation"))
    assert result.stderr == ""
    assert (tmp_path / "output/train/train.csv").read_text() == "0,2,A,B,7\n1,2,C,D,7\n"
    assert (tmp_path / "output/validation/validation.csv").read_text() == "1,1,E,7\n"
    assert sorted(path.name for path in (tmp_path / "output").rglob("*.*")) == ["train.csv", "validation.csv"]


class Doubling:
    """A model in the place of an archive's."""

    def __init__(self) -> None:
        self.pieces: list[int] = []

    def apply(self, rows: tuple[str, ...]) -> list[str]:
        self.pieces.append(len(rows))
        return [row + row for row in rows]


def test_a_large_file_goes_through_in_pieces_of_bounded_size(tmp_path: Path) -> None:
    rows = 2 * apply_model.ROWS + 3
    put(tmp_path / "in/train.csv", "".join(f"{number % 2},{number}\n" for number in range(rows)))
    model = Doubling()
    apply_model.apply(model, tmp_path / "in", tmp_path / "out")
    assert model.pieces == [apply_model.ROWS, apply_model.ROWS, 3]
    expected = "".join(f"{number % 2},{number}{number}\n" for number in range(rows))
    assert (tmp_path / "out/train.csv").read_text() == expected


def test_what_the_script_refuses_is_named_with_the_file_and_its_line(
    tmp_path: Path, archive: MakeArchive
) -> None:
    archive(*scripted("text"))
    put(tmp_path / "train/train.csv", "0,a\n1,x\n")
    result = run("shared/apply_model", *command(tmp_path, "train"))
    assert result.returncode == 1
    assert result.stderr == "error: train.csv, rows from line 1: row 2: no x here\n"
    assert not (tmp_path / "output/train/train.csv").exists()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("JSON", "the script answers application/json; expected text/csv"),
        ("a line too few", "the script answers 1 lines for 2 rows"),
    ],
)
def test_another_answer_than_a_line_for_each_row_is_refused(
    tmp_path: Path, archive: MakeArchive, answer: str, message: str
) -> None:
    archive(*scripted(answer))
    put(tmp_path / "train/train.csv", "0,a\n1,b\n")
    assert message in run("shared/apply_model", *command(tmp_path, "train")).stderr


HOSTILE = {
    "a name that leads out": member("../outside", b"1"),
    "a name that leads out from below": member("code/../../outside", b"1"),
    "an absolute name": member("/outside", b"1"),
    "a name with backslashes": member("..\\outside", b"1"),
    "a symbolic link": member("code", type=tarfile.SYMTYPE, linkname="/etc"),
    "a hard link": member("code/inference.py", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "a pipe": member("parameters.json", type=tarfile.FIFOTYPE),
    "a device": member("parameters.json", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_archives_that_reach_out_are_refused(tmp_path: Path, archive: MakeArchive, case: str) -> None:
    folder = tmp_path / "below" / "unpacked"
    with pytest.raises(model_archive.ArchiveError, match="not a file with a plain relative name"):
        model_archive.unpack(archive(HOSTILE[case]), folder)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "model/model.tar.gz"]


def test_archives_that_are_too_large_are_refused(
    tmp_path: Path, archive: MakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_archive, "LARGEST_FILE", 10)
    with pytest.raises(model_archive.ArchiveError, match="too large at 'bomb'"):
        model_archive.unpack(archive(member("bomb", b"0" * 11)), tmp_path / "unpacked")
    monkeypatch.setattr(model_archive, "MOST_FILES", 2)
    with pytest.raises(model_archive.ArchiveError, match="too large at 'c'"):
        model_archive.unpack(archive(*map(member, "abc")), tmp_path / "unpacked")


def test_a_model_without_a_script_and_a_file_that_is_no_archive_are_refused(
    tmp_path: Path, archive: MakeArchive
) -> None:
    put(tmp_path / "train/train.csv", "0,a\n")
    path = archive(member("parameters.json", b"7"))
    assert (
        "no code/inference.py in the archive" in run("shared/apply_model", *command(tmp_path, "train")).stderr
    )
    path.write_bytes(b"no archive")
    assert run("shared/apply_model", *command(tmp_path, "train")).stderr.startswith("error: ")


def test_a_part_needs_its_output_and_one_part_is_needed(tmp_path: Path) -> None:
    for arguments in ([], command(tmp_path, "train")[2:4]):
        result = run("shared/apply_model", "--model", tmp_path, *arguments)
        assert result.returncode == 2
        assert "give --train with --output-train" in result.stderr
