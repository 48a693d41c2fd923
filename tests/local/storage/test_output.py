"""Where a result goes that its user has named a place for."""

import os
from pathlib import Path

import pytest

from assembly.errors import UsageError
from local.errors import FilesError
from local.storage.output import Output
from local.storage.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "build")


def write(path: Path, workspace: Workspace, text: str = "new", *, own: bool = False) -> None:
    output = Output(path, workspace, "transform", own=own)
    output.check()
    output.write(text)


def test_a_command_replaces_its_own_result(workspace: Workspace, tmp_path: Path) -> None:
    for text in ("one", "two"):
        write(tmp_path / "deep" / "out.csv", workspace, text)
    assert (tmp_path / "deep" / "out.csv").read_text() == "two"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out.csv"]


def test_an_empty_file_may_be_filled(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out.csv").touch()
    write(tmp_path / "out.csv", workspace)
    assert (tmp_path / "out.csv").read_text() == "new"


def test_a_file_that_is_not_its_own_or_was_changed_stays(workspace: Workspace, tmp_path: Path) -> None:
    theirs, changed = tmp_path / "theirs.csv", tmp_path / "changed.csv"
    write(changed, workspace)
    for path in (theirs, changed):
        path.write_text("theirs")
        with pytest.raises(UsageError, match="was not written by this command"):
            write(path, workspace)
        assert path.read_text() == "theirs"


def test_what_lies_at_the_default_place_is_set_aside(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.csv").write_text("theirs")
    write(tmp_path / "out.csv", workspace, own=True)
    assert (tmp_path / "out.csv").read_text() == "new"
    assert (tmp_path / "build" / "set-aside" / "1" / "out.csv").read_text() == "theirs"
    assert "was not written by this command" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["rows.csv", "link", "hard", "sub/../rows.csv", "linked/rows.csv"])
def test_no_name_of_the_source_is_written_to(name: str, workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("rows")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "linked").symlink_to(tmp_path)
    os.link(source, tmp_path / "hard")
    for own in (False, True):
        with pytest.raises(UsageError, match="is the file that is read"):
            Output(tmp_path / name, workspace, "transform", own=own).check(source)
    assert source.read_text() == "rows"


def test_a_link_stays_and_leads_to_the_result(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("to/out.csv")
    for text in ("one", "two"):
        write(tmp_path / "link", workspace, text)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "to" / "out.csv").read_text() == "two"


def test_a_folder_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; expected a file"):
        write(tmp_path, workspace)


@pytest.mark.parametrize(
    "place", ["mine.txt/out.csv", "mine.txt/a/b/out.csv", "link/out.csv", "link/../mine.txt/x"]
)
@pytest.mark.parametrize("what", ["a file", "a pipe"])
def test_a_place_below_what_is_no_folder_is_refused_before_any_work(
    workspace: Workspace, tmp_path: Path, place: str, what: str
) -> None:
    mine = tmp_path / "mine.txt"
    mine.touch() if what == "a file" else os.mkfifo(mine)
    (tmp_path / "link").symlink_to("mine.txt")
    with pytest.raises(UsageError, match=f"cannot be written: mine.txt is {what}, not a folder"):
        Output(tmp_path / place, workspace, "transform").check()


def test_a_link_to_itself_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for place in ("loop", "loop/out.csv"):
        with pytest.raises(UsageError, match="is a link that leads back to itself"):
            Output(tmp_path / place, workspace, "transform").check()


@pytest.mark.parametrize(
    "place",
    [
        *(
            "registry/x.json",
            "artifacts/churn/pca/model.tar.gz",
            "s3/bucket/key",
            "runs/0/record.json",
            "out.csv",
        ),
        *(
            "written/x",
            "set-aside/1/x",
            "lambda/x.py",
            "serve.json",
            "batch",
            "reports",
            "batch/../registry/x",
        ),
    ],
)
def test_nothing_is_put_among_what_the_runner_keeps(workspace: Workspace, tmp_path: Path, place: str) -> None:
    (tmp_path / "linked").symlink_to(workspace.root)
    for root in (workspace.root, tmp_path / "linked"):
        with pytest.raises(
            UsageError, match=r"which is reserved for the runner; name a file in .*build/batch or"
        ):
            Output(root / place, workspace, "transform").check()
    assert not workspace.root.exists()


@pytest.mark.parametrize("place", ["batch/out.csv", "batch/deep/out.csv", "reports/out.json", "../build.csv"])
def test_results_may_be_put_beside_those_of_commands(workspace: Workspace, place: str) -> None:
    write(workspace.root / place, workspace)
    assert (workspace.root / place).read_text() == "new"


def test_a_dash_is_standard_output(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("one\n", "two\n"):
        write(Path("-"), workspace, text)
    assert capfdbinary.readouterr() == (b"one\ntwo\n", b"")
    assert not Path("-").exists()


def test_a_device_is_written_to_and_stays_one(workspace: Workspace) -> None:
    write(Path("/dev/null"), workspace)
    assert Path("/dev/null").is_char_device()


def test_a_pipe_gets_the_result(workspace: Workspace, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(pipe, workspace)
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(workspace: Workspace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FilesError, match="pipe cannot be written"):
        write(tmp_path / "pipe", workspace)


def test_a_commands_own_place_may_be_among_what_the_runner_keeps(workspace: Workspace) -> None:
    Output(workspace.root / "artifacts" / "m" / "model.tar.gz", workspace, "weights", own=True).check()
