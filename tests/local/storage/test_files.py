"""What counts as a file, and what may be replaced."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from local.errors import FilesError
from local.storage.files import files_below, write_whole
from local.storage.ledger import Ledger


def _listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


def _link_to_pipe(path: Path) -> None:
    os.mkfifo(path.parents[2] / "pipe")
    path.symlink_to(path.parents[2] / "pipe")


STRANGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (os.mkfifo, "x is a pipe"),
    "a socket": (_listen, "x is a socket"),
    "a link to nothing": (lambda path: path.symlink_to("gone"), "x is a link that leads nowhere"),
    "a link to itself": (lambda path: path.symlink_to(path), "x cannot be read"),
    "a link to the folder": (
        lambda path: path.symlink_to(path.parent),
        "x is a link to a folder that it is in",
    ),
    "a link to a device": (lambda path: path.symlink_to("/dev/null"), "x is a character device"),
    "a link to a pipe": (_link_to_pipe, "x is a pipe"),
}


def test_files_are_found_by_their_names_with_links_followed(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    for file in (data / "b" / "two", data / ".hidden", elsewhere / "deep" / "three"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.name)
    (data / "a").symlink_to(elsewhere)
    (data / "c").symlink_to(elsewhere)
    (data / "d").symlink_to(data / "b" / "two")
    names = [".hidden", "a/deep/three", "b/two", "c/deep/three", "d"]
    assert [name.as_posix() for name in files_below(data)] == names
    assert files_below(tmp_path / "gone") == {}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_file_is_named_and_never_passed_over(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make, message = STRANGE[name]
    (tmp_path / "data" / "sub").mkdir(parents=True)
    make(tmp_path / "data" / "sub" / "x")
    with pytest.raises(FilesError, match=message):
        files_below(tmp_path / "data")


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_only_a_file_is_replaced(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "x")
    before = (tmp_path / "x").stat()
    with pytest.raises(FilesError, match=r"x is a .*; expected a file"):
        write_whole(tmp_path / "x", "new")
    assert (tmp_path / "x").stat() == before


def test_a_command_knows_what_it_has_written_until_somebody_changes_it(tmp_path: Path) -> None:
    ledger, place = Ledger(tmp_path / "written"), tmp_path / "place"
    (place / "sub").mkdir(parents=True)
    (place / "sub" / "a").write_text("a")
    ledger.note(place, "train")
    assert ledger.wrote(place, "train")
    assert not ledger.wrote(place, "transform")
    assert not ledger.wrote(place / "sub", "train")
    (place / "mine").write_text("m")
    assert not ledger.wrote(place, "train")
    (place / "mine").unlink()
    (place / "sub" / "a").write_text("b")
    assert not ledger.wrote(place, "train")


def test_what_a_ledger_says_holds_in_a_copy_of_the_workspace(tmp_path: Path) -> None:
    for root in (tmp_path / "one", tmp_path / "two"):
        (root / "s3").mkdir(parents=True)
        (root / "s3" / "a").write_text("a")
    Ledger(tmp_path / "one" / "written").note(tmp_path / "one" / "s3" / "a", "train")
    (tmp_path / "one" / "written").rename(tmp_path / "two" / "written")
    assert Ledger(tmp_path / "two" / "written").wrote(tmp_path / "two" / "s3" / "a", "train")


@pytest.mark.parametrize("garbage", ["", "[]", "{}", '{"files": 1}', "not JSON"])
def test_a_ledger_that_cannot_be_read_says_nothing(garbage: str, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "written")
    (tmp_path / "a").write_text("a")
    ledger.note(tmp_path / "a", "train")
    (entry,) = (tmp_path / "written").iterdir()
    entry.write_text(garbage)
    assert not ledger.wrote(tmp_path / "a", "train")
