import zipfile
from pathlib import Path

import pytest
from assembly_files import REGION, file_asset, write_assembly

from local import assembly
from local.errors import StorageError
from local.storage import Storage

ASSETS = f"s3://cdk-assets-000000000000-{REGION}"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    cdk_out = tmp_path / "cdk.out"
    write_assembly(
        cdk_out,
        {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}},
        files={
            "code": file_asset("asset.code", "code.zip", "zip"),
            "fit": file_asset("asset.fit.gz", "fit.gz"),
            "gone": file_asset("asset.gone.gz", "gone.gz"),
        },
    )
    (cdk_out / "asset.code" / "sub").mkdir(parents=True)
    (cdk_out / "asset.code" / "__main__.py").write_text("print('hello')")
    (cdk_out / "asset.code" / "sub" / "more.py").write_text("")
    (cdk_out / "asset.fit.gz").write_bytes(b"fit")
    return Storage(tmp_path / "s3", assembly.load(cdk_out))


def test_an_object_comes_back_under_its_last_name(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "churn.txt").write_text("a,b")
    storage.upload(tmp_path / "churn.txt", "s3://data/in/2026/rows.csv")
    (written,) = storage.download("s3://data/in/2026/rows.csv", tmp_path / "out")
    assert written == tmp_path / "out" / "rows.csv"
    assert written.read_text() == "a,b"


@pytest.mark.parametrize("prefix", ["s3://data/in", "s3://data/in/"])
def test_a_prefix_comes_back_with_its_folders(storage: Storage, tmp_path: Path, prefix: str) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a").write_text("1")
    (source / "sub" / "b").write_text("2")
    storage.upload(source, prefix)
    written = storage.download(prefix, tmp_path / "out")
    assert [str(file.relative_to(tmp_path / "out")) for file in written] == ["a", "sub/b"]


def test_nothing_under_a_uri_is_an_error_and_not_an_empty_folder(storage: Storage, tmp_path: Path) -> None:
    assert not storage.exists("s3://data/in")
    with pytest.raises(StorageError, match="s3://data/in: there is no such object"):
        storage.download("s3://data/in", tmp_path / "out")


def test_a_replaced_prefix_holds_only_the_new_file(storage: Storage, tmp_path: Path) -> None:
    for name in ("old.csv", "new.csv"):
        (tmp_path / name).write_text(name)
        storage.replace(tmp_path / name, "s3://data/in/")
    assert [file.name for file in storage.download("s3://data/in", tmp_path / "out")] == ["new.csv"]


def test_a_replaced_object_keeps_its_name(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("new")
    storage.replace(tmp_path / "mine.csv", "s3://data/in/churn.txt")
    (written,) = storage.download("s3://data/in", tmp_path / "out")
    assert (written.name, written.read_text()) == ("churn.txt", "new")


def test_a_folder_takes_the_place_of_all_that_was_below_the_prefix(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    storage.replace(tmp_path / "old.csv", "s3://data/in/")
    for name in ("corpus/test.en", "corpus/more/test.de"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)

    for _ in range(2):
        storage.replace(tmp_path / "corpus", "s3://data/in")

    written = storage.download("s3://data/in", tmp_path / "out")
    assert [str(path.relative_to(tmp_path / "out")) for path in written] == ["more/test.de", "test.en"]


def test_a_folder_without_files_is_refused_and_what_was_there_stays(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    storage.replace(tmp_path / "old.csv", "s3://data/in/")
    (tmp_path / "empty").mkdir()

    with pytest.raises(StorageError, match="empty has no files"):
        storage.replace(tmp_path / "empty", "s3://data/in")

    assert storage.exists("s3://data/in/old.csv")


def test_an_object_below_an_object_is_refused_and_leaves_it(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    storage.upload(tmp_path / "a", "s3://data/a")
    with pytest.raises(StorageError, match="an object and a prefix at once"):
        storage.upload(tmp_path / "a", "s3://data/a/b")
    assert storage.path("s3://data/a").read_text() == "old"


def test_a_staged_folder_is_an_equal_zip_each_time_and_runs(storage: Storage, tmp_path: Path) -> None:
    (first,) = storage.download(f"{ASSETS}/code.zip", tmp_path / "one")
    (second,) = storage.download(f"{ASSETS}/code.zip", tmp_path / "two")
    assert first.name == "code.zip"
    assert first.read_bytes() == second.read_bytes()
    assert zipfile.ZipFile(first).namelist() == ["__main__.py", "sub/more.py"]


def test_a_staged_file_comes_back_under_the_name_of_its_key(storage: Storage, tmp_path: Path) -> None:
    (written,) = storage.download(f"{ASSETS}/fit.gz", tmp_path / "out")
    assert (written.name, written.read_bytes()) == ("fit.gz", b"fit")


def test_an_asset_cannot_be_overwritten(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        storage.upload(tmp_path / "a", f"{ASSETS}/fit.gz")


def test_an_asset_that_was_not_staged_is_named(storage: Storage) -> None:
    with pytest.raises(StorageError, match=r"lacks .*asset\.gone\.gz"):
        storage.path(f"{ASSETS}/gone.gz")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("data/in", "is no S3 URI"),
        ("https://data/in", "is no S3 URI"),
        ("s3://Data/in", "is no S3 URI"),
        ("s3://data/in\n", "is no S3 URI"),
        ("s3://data/../other/x", "`..`"),
        ("s3://data/./x", "`.`"),
        ("s3://data/a//b", "is empty"),
        ("s3://data//", "is empty"),
        ("s3://elsewhere/x", "declares no bucket elsewhere"),
    ],
)
def test_a_uri_outside_the_declared_buckets_is_refused(storage: Storage, uri: str, message: str) -> None:
    with pytest.raises(StorageError, match=message):
        storage.path(uri)
