"""Source archives: unpacked when they hold plain files, refused whole when they hold anything else."""

import io
import tarfile
from pathlib import Path

import pytest
from toolkit import source
from toolkit.environment import Folders
from toolkit.errors import ContainerProblem


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path / "opt" / "ml")
    folders.base.mkdir(parents=True)
    return folders


def archive(path: Path, members: dict[str, bytes], *special: tarfile.TarInfo) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in special:
            tar.addfile(member)
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("name", ["sourcedir.tar.gz", "0123abcd.gz"])
def test_an_archive_in_a_channel_is_unpacked_to_code(folders: Folders, name: str) -> None:
    archive(folders.channel("code") / name, {"fit.py": b"1", "inner/helper.py": b"2"})

    code = source.stage(f"/opt/ml/input/data/code/{name}", folders)

    assert code == folders.code
    assert (code / "fit.py").read_bytes() == b"1"
    assert (code / "inner" / "helper.py").read_bytes() == b"2"


def test_what_an_earlier_archive_left_does_not_stay(folders: Folders, tmp_path: Path) -> None:
    source.stage(str(archive(tmp_path / "old.gz", {"old.py": b""})), folders)
    source.stage("file://" + str(archive(tmp_path / "new.gz", {"new.py": b""})), folders)

    assert [path.name for path in folders.code.iterdir()] == ["new.py"]


def test_a_folder_is_used_where_it_is(folders: Folders) -> None:
    (folders.model / "code").mkdir(parents=True)

    assert source.stage("/opt/ml/model/code", folders) == folders.model / "code"


@pytest.mark.parametrize(
    "member",
    [
        special("/etc/passwd", tarfile.REGTYPE),
        special("../outside.py", tarfile.REGTYPE),
        special("a/../../outside.py", tarfile.REGTYPE),
        special("link.py", tarfile.SYMTYPE, "/etc/passwd"),
        special("link.py", tarfile.LNKTYPE, "fit.py"),
        special("pipe", tarfile.FIFOTYPE),
        special("device", tarfile.CHRTYPE),
    ],
    ids=["absolute", "dotdot", "inner dotdot", "symlink", "hard link", "fifo", "device"],
)
def test_an_archive_with_anything_but_plain_files_is_refused_whole(
    folders: Folders, tmp_path: Path, member: tarfile.TarInfo
) -> None:
    path = archive(tmp_path / "bad.tar.gz", {"fit.py": b"1"}, member)

    with pytest.raises(ContainerProblem, match=r"bad\.tar\.gz holds"):
        source.stage(str(path), folders)

    assert not folders.code.exists()


def test_an_archive_that_grows_is_refused(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    path = archive(tmp_path / "bomb.tar.gz", {"zeros": bytes(2000)})

    with pytest.raises(ContainerProblem, match="or 1000 bytes"):
        source.stage(str(path), folders)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_archive_is_named(folders: Folders, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sourcedir.tar.gz"
    path.write_bytes(content)

    with pytest.raises(ContainerProblem, match=r"sourcedir\.tar\.gz is not a whole \.tar\.gz"):
        source.stage(str(path), folders)


def test_a_training_folder_is_copied_to_code_whole_and_alone(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "own" / "inner").mkdir(parents=True)
    (tmp_path / "own" / "inner" / "helper.py").write_text("1")
    folders.code.mkdir()
    (folders.code / "old.py").write_text("")

    assert source.copy(str(tmp_path / "own"), folders) == folders.code
    assert [str(path.relative_to(folders.code)) for path in folders.code.rglob("*.py")] == ["inner/helper.py"]


def test_code_itself_stays_where_it_is(folders: Folders) -> None:
    folders.code.mkdir()
    (folders.code / "fit.py").write_text("1")

    assert source.copy("/opt/ml/code", folders) == folders.code
    assert source.copy("/opt/ml/code/fit.py", folders) == folders.code
    assert (folders.code / "fit.py").read_text() == "1"


@pytest.mark.parametrize("name", ["fit.py", "fit.sh"])
def test_a_single_file_is_copied_to_code(folders: Folders, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("1")

    assert source.copy(f"file://{tmp_path / name}", folders) == folders.code
    assert (folders.code / name).read_text() == "1"


def test_a_folder_that_holds_code_is_refused(folders: Folders) -> None:
    with pytest.raises(ContainerProblem, match="where it is copied to; name a folder in it"):
        source.copy("/opt/ml", folders)
