import gzip
import hashlib
import os
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.errors import ArchiveError
from local.storage.archive import Limits, pack, require_hash, unpack_model
from quality.resilience.hostile_archives import GOOD, HOSTILE, Hostile, add, several, tar_gz


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_archive_is_refused_and_leaves_nothing(hostile: Hostile, tmp_path: Path) -> None:
    archive = tmp_path / "in" / "model.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(hostile.make(tmp_path))
    with pytest.raises(ArchiveError, match=hostile.reason) as refusal:
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


def test_an_archive_is_the_one_that_the_asset_manifest_s_hash_was_made_of(tmp_path: Path) -> None:
    hash = hashlib.sha256(hashlib.sha256(GOOD).hexdigest().encode()).hexdigest()
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(GOOD)
    require_hash(archive, hash)
    archive.write_bytes(tar_gz(several("other")))
    with pytest.raises(ArchiveError, match=f"not match the asset manifest's hash {hash}; synth"):
        require_hash(archive, hash)


def test_what_is_no_hash_of_cdk_s_says_nothing_about_the_archive(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(GOOD)
    require_hash(archive, "release-7")


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
    with pytest.raises(ArchiveError, match="not a regular file"):
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
