import os
import zipfile
from pathlib import Path

import pytest
from assembly_files import REGION, file_asset, write_assembly

import assembly
from local.errors import FilesError, StorageError
from local.storage.s3 import Storage

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


def test_a_bucket_of_another_app_is_a_folder_that_somebody_made_for_it(
    storage: Storage, tmp_path: Path
) -> None:
    place = tmp_path / "imported-buckets" / "models"
    with pytest.raises(StorageError, match=f"no bucket models; .* the object at {place}/a/model"):
        storage.path("s3://models/a/model.tar.gz")
    (place / "a").mkdir(parents=True)
    (place / "a" / "model.tar.gz").write_bytes(b"model")
    [written] = storage.download("s3://models/a/model.tar.gz", tmp_path / "out")
    assert written.read_bytes() == b"model"


def test_what_an_earlier_template_left_is_no_bucket(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "s3" / "old").mkdir(parents=True)
    with pytest.raises(StorageError, match="declares no bucket old"):
        storage.path("s3://old/rows.csv")


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


def test_a_replaced_prefix_holds_only_the_new_files(storage: Storage, tmp_path: Path) -> None:
    for name in ("old.csv", "new.csv"):
        (tmp_path / name).write_text(name)
        storage.replace({Path("more", name): tmp_path / name}, "s3://data/in/")
    assert [file.name for file in storage.download("s3://data/in", tmp_path / "out")] == ["new.csv"]


def test_what_is_replaced_goes_aside_if_that_is_asked_for(storage: Storage, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).write_text(name)
        storage.replace({Path(): tmp_path / name}, "s3://data/in/rows.csv", tmp_path / "aside")
    assert (tmp_path / "aside").read_text() == "old"
    assert storage.path("s3://data/in/rows.csv").read_text() == "new"


def test_the_new_files_may_be_some_of_the_old(storage: Storage, tmp_path: Path) -> None:
    for name in ("kept.csv", "gone.csv"):
        (tmp_path / name).write_text(name)
        storage.upload(tmp_path / name, f"s3://data/in/{name}")
    storage.replace({Path("kept.csv"): storage.path("s3://data/in/kept.csv")}, "s3://data/in")
    (written,) = storage.download("s3://data/in", tmp_path / "out")
    assert written.read_text() == "kept.csv"


def test_a_file_that_cannot_be_copied_leaves_what_was_there(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    storage.replace({Path(): tmp_path / "old.csv"}, "s3://data/in/old.csv")
    with pytest.raises(FileNotFoundError):
        storage.replace({Path("a"): tmp_path / "old.csv", Path("b"): tmp_path / "gone"}, "s3://data/in")
    assert storage.path("s3://data/in/old.csv").read_text() == "old"


def test_links_are_followed_and_what_is_no_file_is_named(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.csv").write_text("b")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "linked").symlink_to(tmp_path / "elsewhere")
    storage.upload(tmp_path / "folder", "s3://data/in")
    assert storage.path("s3://data/in/linked/b.csv").read_text() == "b"
    os.mkfifo(tmp_path / "folder" / "pipe")
    with pytest.raises(FilesError, match="folder/pipe is a pipe"):
        storage.upload(tmp_path / "folder", "s3://data/in")


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
        ("data/in", "is not an S3 URI"),
        ("https://data/in", "is not an S3 URI"),
        ("s3://Data/in", "is not an S3 URI"),
        ("s3://data/in\n", "is not an S3 URI"),
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
