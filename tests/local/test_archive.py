import gzip
import io
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.archive import Limits, pack, unpack_model
from local.errors import ArchiveError

Fill = Callable[[tarfile.TarFile], None]


def add(tarball: tarfile.TarFile, name: str, content: bytes = b"x", **fields: object) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for field, value in fields.items():
        setattr(entry, field, value)
    tarball.addfile(entry, io.BytesIO(content))


def add_special(name: str, kind: bytes, target: str = "") -> Fill:
    return lambda tarball: add(tarball, name, b"", type=kind, linkname=target)


def tar_gz(fill: Fill, **options: object) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", **options) as tarball:  # type: ignore[call-overload]
        fill(tarball)
    return gzip.compress(stream.getvalue())


def several(*names: str) -> Fill:
    def fill(tarball: tarfile.TarFile) -> None:
        for name in names:
            add(tarball, name)

    return fill


def bomb(tarball: tarfile.TarFile) -> None:
    add(tarball, "zeros", bytes(40 << 20))


def unreadable_length(content: bytes) -> bytes:
    raw = bytearray(gzip.decompress(content))
    raw[124:136] = b"-0000000001\0"
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + sum(raw[156:512]) + 8 * 32)
    return gzip.compress(bytes(raw))


GOOD = tar_gz(several("parameters.json", "code/inference.py"))
HOSTILE = {
    "a truncated gzip file": (GOOD[:-20], "not a whole gzip"),
    "a truncated tar": (gzip.compress(gzip.decompress(GOOD)[:700]), "middle of a member"),
    "no gzip file": (b"PK\x03\x04", "not a whole gzip"),
    "an empty file": (b"", "middle of a member"),
    "a damaged check sum": (GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:], "not a whole gzip"),
    "garbage after the gzip": (GOOD + b"garbage", "not a whole gzip"),
    "no member": (tar_gz(lambda tarball: None), "no file"),
    "only a folder": (tar_gz(add_special("code", tarfile.DIRTYPE)), "no file"),
    "dotdot": (tar_gz(several("../escaped")), "plain relative name"),
    "dotdot inside": (tar_gz(several("code/../../escaped")), "plain relative name"),
    "an absolute name": (tar_gz(several("/escaped")), "plain relative name"),
    "an empty part": (tar_gz(several("code//inference.py")), "plain relative name"),
    "a hidden file": (tar_gz(several(".bashrc")), "plain relative name"),
    "a backslash": (tar_gz(several("..\\escaped")), "plain relative name"),
    "a newline": (tar_gz(several("a\nb")), "plain relative name"),
    "not ASCII": (tar_gz(several("modèle")), "not ASCII"),
    "a symbolic link": (tar_gz(add_special("model", tarfile.SYMTYPE, "/etc")), "symbolic link"),
    "a hard link": (tar_gz(add_special("model", tarfile.LNKTYPE, "parameters.json")), "hard link"),
    "a fifo": (tar_gz(add_special("model", tarfile.FIFOTYPE)), "fifo"),
    "a character device": (tar_gz(add_special("model", tarfile.CHRTYPE)), "character device"),
    "a block device": (tar_gz(add_special("model", tarfile.BLKTYPE)), "block device"),
    "a contiguous file": (tar_gz(add_special("model", tarfile.CONTTYPE)), "unknown type"),
    "a sparse file": (tar_gz(add_special("model", tarfile.GNUTYPE_SPARSE)), "sparse"),
    "a global header": (tar_gz(several("a"), format=tarfile.PAX_FORMAT, pax_headers={"path": "b"}), "global"),
    "a pax header with a link": (
        tar_gz(lambda tarball: add(tarball, "a", pax_headers={"linkpath": "/etc"})),
        "sets linkpath",
    ),
    "a pax header with a size": (
        tar_gz(lambda tarball: add(tarball, "a", pax_headers={"size": "-1"})),
        "sets size",
    ),
    "a pax name with dotdot": (
        tar_gz(lambda tarball: add(tarball, "a", pax_headers={"path": "../" + "escaped/" * 40 + "x"})),
        "plain relative name",
    ),
    "a huge pax header": (
        tar_gz(lambda tarball: add(tarball, "a", pax_headers={"comment": "x" * (1 << 20)})),
        "an extended header of",
    ),
    "a negative size": (unreadable_length(GOOD), "malformed number"),
    "a name twice": (tar_gz(several("a", "a")), "comes twice"),
    "a file and a folder of one name": (tar_gz(several("a", "a/b")), "comes twice"),
    "a folder and a file of one name": (tar_gz(several("a/b", "a")), "comes twice"),
    "a compression of 1000:1": (tar_gz(bomb), "unpacks to more than"),
    "too many members": (tar_gz(several(*(f"file-{n}" for n in range(1001)))), "more than 1000 members"),
    "too deep a folder": (tar_gz(several("a/" * 30 + "b")), "deeper than 8"),
    "members after the end": (
        gzip.compress(gzip.decompress(tar_gz(several("a"))) + gzip.decompress(tar_gz(several("../b")))),
        "data follows its end",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    content, reason = HOSTILE[name]
    archive = tmp_path / "in" / "model.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match=reason) as refusal:
        unpack_model(archive, tmp_path / "out" / "model")
    assert "model.tar.gz" in str(refusal.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "model.tar.gz", "out"]


def test_an_archive_may_be_written_as_any_common_tool_writes_it(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "code").mkdir(parents=True)
    (source / "code" / "__init__.py").write_text("")
    (source / "xgboost-model").write_bytes(bytes(range(256)))
    for number, options in enumerate(({"format": tarfile.PAX_FORMAT}, {"format": tarfile.GNU_FORMAT})):
        archive = tmp_path / f"{number}.tar.gz"
        with tarfile.open(archive, "w:gz", **options) as tarball:  # type: ignore[call-overload]
            tarball.add(source, arcname=".")
        unpack_model(archive, tmp_path / str(number))
        assert (tmp_path / str(number) / "xgboost-model").read_bytes() == bytes(range(256))
        assert (tmp_path / str(number) / "code" / "__init__.py").exists()


def test_a_long_name_is_read_in_either_format(tmp_path: Path) -> None:
    name = "/".join(["a" * 100] * 3)
    for number, form in enumerate((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)):
        archive = tmp_path / f"{number}.tar.gz"
        archive.write_bytes(tar_gz(several(name), format=form))
        unpack_model(archive, tmp_path / str(number))
        assert (tmp_path / str(number) / name).read_bytes() == b"x"


def test_what_is_unpacked_is_never_executable_or_owned_by_the_archive(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(tar_gz(lambda tarball: add(tarball, "run.sh", mode=0o4777, uid=1, gid=1)))
    unpack_model(archive, tmp_path / "model")
    assert (tmp_path / "model" / "run.sh").stat().st_mode & 0o7111 == 0


def test_a_folder_that_holds_something_is_not_unpacked_over(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(GOOD)
    (tmp_path / "model").mkdir()
    unpack_model(archive, tmp_path / "model")
    with pytest.raises(ArchiveError, match="not empty"):
        unpack_model(archive, tmp_path / "model")


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"missing\.tar\.gz.*does not exist"):
        unpack_model(tmp_path / "missing.tar.gz", tmp_path / "model")


def test_the_limits_are_on_what_is_unpacked_not_on_what_is_claimed(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(tar_gz(lambda tarball: add(tarball, "a", bytes(5000))))
    with pytest.raises(ArchiveError, match="more than 4000 bytes"):
        unpack_model(archive, tmp_path / "model", Limits(unpacked=4000))


def test_equal_folders_give_equal_archives_whatever_their_times_and_modes(tmp_path: Path) -> None:
    archives = []
    for name, mode in (("first", 0o600), ("second", 0o777)):
        folder = tmp_path / name
        (folder / "code").mkdir(parents=True)
        for file in ("z.json", "code/inference.py", "a.npz"):
            (folder / file).write_text(file)
            (folder / file).chmod(mode)
            os.utime(folder / file, (mode, mode))
        pack(folder, tmp_path / f"{name}.tar.gz")
        archives.append((tmp_path / f"{name}.tar.gz").read_bytes())
    assert archives[0] == archives[1]
    with tarfile.open(tmp_path / "first.tar.gz") as tarball:
        assert tarball.getnames() == ["a.npz", "code/inference.py", "z.json"]


def test_a_link_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "link").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveError, match="no regular file"):
        pack(tmp_path / "model", tmp_path / "model.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


NAMES = st.from_regex(r"[a-z_][a-z0-9._-]{0,30}(/[a-z0-9_][a-z0-9._-]{0,120}){0,3}", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=2000), min_size=1, max_size=8))
def test_what_is_packed_unpacks_to_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    names = [name for name in files if not any(other.startswith(f"{name}/") for other in files)]
    for name in names:
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    pack(folder / "in", folder / "model.tar.gz")
    unpack_model(folder / "model.tar.gz", folder / "out")
    found = {
        str(p.relative_to(folder / "out")): p.read_bytes() for p in (folder / "out").rglob("*") if p.is_file()
    }
    assert found == {name: files[name] for name in names}


@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=6), st.booleans())
def test_a_damaged_archive_is_read_as_tarfile_reads_it_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], mend: bool
) -> None:
    raw = bytearray(gzip.decompress(GOOD))
    for position, value in changes:
        raw[position % 1536] = value
    if mend:
        raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + sum(raw[156:512]) + 8 * 32)
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "model.tar.gz").write_bytes(gzip.compress(bytes(raw), 1))
    try:
        unpack_model(folder / "model.tar.gz", folder / "out")
    except ArchiveError:
        assert [path.name for path in folder.iterdir()] == ["model.tar.gz"]
        return
    found = {
        str(p.relative_to(folder / "out")): p.read_bytes() for p in (folder / "out").rglob("*") if p.is_file()
    }
    assert sorted(path.name for path in folder.iterdir()) == ["model.tar.gz", "out"]
    # tarfile also reads owners and modes, and gives up where those are damaged.
    with suppress(tarfile.ReadError), tarfile.open(folder / "model.tar.gz") as tarball:
        members = [member for member in tarball if member.isreg()]
        assert found == {member.name: tarball.extractfile(member).read() for member in members}  # type: ignore[union-attr]
