"""Assets of source code: their keys depend on names and contents only, whatever touched the files."""

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.storage.artifact import SHARED_MODULES, CodeDirectory, SourceArchive


def published(declare: Callable[[Stack], SourceArchive | CodeDirectory]) -> tuple[str, Path]:
    """The asset's key in S3, and the file or folder that CDK staged for it."""
    app = App()
    stack = Stack(app, "Stack")
    uri = declare(stack).bind(ExecutionRole(stack, "Role", description="reads"))
    [staged] = Path(app.outdir).glob("asset.*")
    return stack.resolve(uri)["Fn::Sub"].rpartition("/")[2], staged


def as_archive(folder: Path) -> tuple[str, Path]:
    return published(lambda stack: SourceArchive(stack, "Source", folder=folder, program="fit.py"))


def as_directory(folder: Path) -> tuple[str, Path]:
    return published(lambda stack: CodeDirectory(stack, "Code", folder=folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Source that both kinds of asset take."""
    source = tmp_path / "source"
    (source / "parts").mkdir(parents=True)
    for name in ("fit.py", "__main__.py", "parts/columns.py"):
        (source / name).write_text(f"# {name}\n")
    return source


publishing = pytest.mark.parametrize("publish", [as_archive, as_directory])


@publishing
def test_touching_or_compiling_a_file_leaves_the_key(
    folder: Path, publish: Callable[[Path], tuple[str, Path]]
) -> None:
    before, _ = publish(folder)
    os.utime(folder / "fit.py", (0, 0))
    (folder / "fit.py").chmod(0o600)
    for cache in (folder / "__pycache__", folder / "parts" / "__pycache__", folder / ".ruff_cache"):
        cache.mkdir()
        (cache / "fit.cpython-312.pyc").write_bytes(b"code")
    after, staged = publish(folder)
    assert after == before
    if staged.is_dir():
        assert sorted(str(path.relative_to(staged)) for path in staged.rglob("*")) == [
            "__main__.py",
            "fit.py",
            "parts",
            "parts/columns.py",
        ]


@publishing
def test_a_changed_line_and_a_renamed_file_each_change_the_key(
    folder: Path, publish: Callable[[Path], tuple[str, Path]]
) -> None:
    keys = [publish(folder)[0]]
    (folder / "parts" / "columns.py").write_text("# changed\n")
    keys.append(publish(folder)[0])
    (folder / "parts" / "columns.py").rename(folder / "parts" / "fields.py")
    keys.append(publish(folder)[0])
    assert len(set(keys)) == 3


def test_a_source_archive_holds_regular_files_without_owner_or_time(folder: Path) -> None:
    key, staged = as_archive(folder)
    assert key.endswith(".gz")
    with tarfile.open(staged) as archive:
        members = archive.getmembers()
    shared = [path.name for path in sorted(SHARED_MODULES.glob("*.py"))]
    assert [member.name for member in members] == sorted(
        ["__main__.py", "fit.py", "parts/columns.py", *shared]
    )
    assert {(m.type, m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {
        (tarfile.REGTYPE, 0, 0, 0, "", 0o644)
    }


def test_two_archives_of_the_same_source_are_the_same_bytes(folder: Path) -> None:
    content = as_archive(folder)[1].read_bytes()
    assert content == as_archive(folder)[1].read_bytes()
    no_time_of_compression = bytes(4)
    assert content[4:8] == no_time_of_compression


def test_a_source_folder_without_its_program_is_refused(folder: Path) -> None:
    (folder / "fit.py").unlink()
    with pytest.raises(ValueError, match=r"source has no fit\.py"):
        as_archive(folder)


def test_a_code_folder_that_python_could_not_run_is_refused(folder: Path) -> None:
    (folder / "__main__.py").unlink()
    with pytest.raises(ValueError, match=r"source has no __main__\.py"):
        as_directory(folder)


def test_a_script_named_as_a_shared_module_is_refused(folder: Path) -> None:
    (folder / "hop_request.py").write_text("# mine\n")
    with pytest.raises(ValueError, match=r"hop_request\.py: .* has a file of that name"):
        as_archive(folder)
