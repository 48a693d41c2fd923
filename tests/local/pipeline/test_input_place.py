"""Where a user's data go, and whose they replace."""

import os
import threading
from pathlib import Path

import pytest
from assembly_files import write_assembly

import assembly
from assembly.errors import UsageError
from local.errors import FilesError, StorageError
from local.pipeline.input_place import InputPlace, readable
from local.storage.s3 import Storage
from local.storage.workspace import Workspace


class Shop:
    """A workspace with a bucket, and files of its user beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        resources = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}}
        declared = assembly.load(write_assembly(folder / "cdk.out", resources))
        self.workspace = Workspace(folder / "build")
        self.storage = Storage(self.workspace.storage, declared)

    def place(self, key: str = "in/rows.csv", by: str = "data of shop", *, own: bool = True) -> InputPlace:
        return InputPlace(self.storage, self.workspace, f"s3://data/{key}", by, own=own)

    def file(self, name: str, text: str = "") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name)
        return path

    def object(self, key: str, text: str) -> Path:
        return self.file(f"build/s3/data/{key}", text)

    def objects(self) -> dict[str, str]:
        root = self.folder / "build" / "s3" / "data"
        return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}

    def aside(self) -> dict[str, str]:
        root = self.folder / "build" / "set-aside"
        return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.mark.parametrize(
    ("key", "expected"), [("in/rows.csv", "in/rows.csv"), ("in", "in/b.csv"), ("in/", "in/b.csv")]
)
def test_a_file_takes_the_place_of_the_one_before(shop: Shop, key: str, expected: str) -> None:
    for name in ("a.csv", "b.csv"):
        put = shop.place(key, own=False).put(shop.file(name))
    assert shop.objects() == {expected: "b.csv"}
    assert put == shop.storage.path("s3://data") / expected
    assert shop.aside() == {}


def test_a_folder_takes_the_place_of_all_that_was_put_there(shop: Shop) -> None:
    shop.place("in").put(shop.file("old.csv"))
    shop.file("corpus/test.en")
    shop.file("corpus/more/test.de")
    shop.place("in").put(shop.folder / "corpus")
    assert shop.objects() == {"in/test.en": "corpus/test.en", "in/more/test.de": "corpus/more/test.de"}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("key", ["in/rows.csv", "in", "in/"])
def test_a_file_and_a_folder_take_each_others_place(shop: Shop, key: str, own: bool) -> None:
    file = shop.file("one.csv")
    shop.file("many/two.csv")
    for source, expected in ((file, "one.csv"), (shop.folder / "many", "many/two.csv"), (file, "one.csv")):
        shop.place(key, own=own).put(source)
        assert list(shop.objects().values()) == [expected]
    assert shop.aside() == {}


def test_a_folder_does_not_take_the_place_of_a_file_that_somebody_else_put_there(shop: Shop) -> None:
    shop.object("in/rows.csv", "theirs")
    shop.file("many/two.csv")
    with pytest.raises(StorageError, match="holds files that this command did not put there"):
        shop.place(own=False).put(shop.folder / "many")
    assert shop.objects() == {"in/rows.csv": "theirs"}
    shop.place().put(shop.folder / "many")
    assert shop.objects() == {"in/rows.csv/two.csv": "many/two.csv"}
    assert list(shop.aside().values()) == ["theirs"]


OTHERS = {
    "an object by hand": ("in/rows.csv", "in/rows.csv"),
    "a folder by hand": ("in", "in/theirs.csv"),
    "a folder with folders": ("in", "in/deep/theirs.csv"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_have_put_at_a_place_of_the_users_choice_is_not_touched(shop: Shop, name: str) -> None:
    key, theirs = OTHERS[name]
    shop.object(theirs, "theirs")
    with pytest.raises(
        StorageError, match=f"s3://data/{key} holds files that this command did not put there"
    ):
        shop.place(key, own=False).put(shop.file("mine.csv"))
    assert shop.objects() == {theirs: "theirs"}


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_have_put_at_the_templates_own_place_is_set_aside_and_named(
    shop: Shop, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key, theirs = OTHERS[name]
    shop.object(theirs, "theirs")
    shop.place(key).put(shop.file("mine.csv"))
    assert list(shop.objects().values()) == ["mine.csv"]
    assert list(shop.aside().values()) == ["theirs"]
    assert "was not put there by this command; moved to" in capsys.readouterr().err


def test_one_command_does_not_replace_what_another_has_put(shop: Shop) -> None:
    shop.place("churn/churn.txt", "data of churn").put(shop.file("train.csv"))
    for key in ("churn", "churn/", "churn/churn.txt"):
        with pytest.raises(StorageError, match="did not put there"):
            shop.place(key, "rows of churn", own=False).put(shop.file("rows.csv"))
    assert shop.objects() == {"churn/churn.txt": "train.csv"}


def test_what_was_changed_since_is_not_the_commands_own(shop: Shop) -> None:
    shop.place(own=False).put(shop.file("a.csv"))
    shop.object("in/rows.csv", "edited")
    with pytest.raises(StorageError, match="did not put there"):
        shop.place(own=False).put(shop.file("b.csv"))
    assert shop.objects() == {"in/rows.csv": "edited"}


def test_a_link_at_the_place_is_set_aside_and_what_it_leads_to_stays(shop: Shop) -> None:
    theirs = shop.file("theirs.csv")
    (shop.folder / "build/s3/data/in").mkdir(parents=True)
    (shop.folder / "build/s3/data/in/rows.csv").symlink_to(theirs)
    shop.place().put(shop.file("mine.csv"))
    assert theirs.read_text() == "theirs.csv"
    assert shop.objects() == {"in/rows.csv": "mine.csv"}


@pytest.mark.parametrize("key", ["in/rows.csv", "in"])
def test_the_data_may_be_what_lies_there_already(shop: Shop, key: str) -> None:
    put = shop.place(key).put(shop.file("rows.csv"))
    assert shop.place(key).put(put) == put
    assert shop.objects() == {"in/rows.csv": "rows.csv"}


def test_one_of_the_files_that_lie_there_may_become_the_only_one(shop: Shop) -> None:
    kept = shop.object("in/kept.csv", "kept")
    shop.object("in/gone.csv", "gone")
    shop.place("in").put(kept)
    assert shop.objects() == {"in/kept.csv": "kept"}
    assert sorted(shop.aside().values()) == ["gone", "kept"]


def test_only_what_was_put_is_removed(shop: Shop) -> None:
    place = shop.place()
    place.put(shop.file("a.csv"))
    place.remove()
    assert shop.objects() == {}
    shop.object("in/rows.csv", "a.csv")
    place.put(shop.file("a.csv"))
    place.remove()
    assert shop.objects() == {"in/rows.csv": "a.csv"}


def test_a_folder_without_files_is_refused_and_what_was_there_stays(shop: Shop) -> None:
    shop.place("in").put(shop.file("old.csv"))
    (shop.folder / "empty").mkdir()
    with pytest.raises(StorageError, match="empty has no files"):
        shop.place("in").put(shop.folder / "empty")
    assert shop.objects() == {"in/old.csv": "old.csv"}


def test_a_folder_that_cannot_be_read_whole_is_refused_and_what_was_there_stays(shop: Shop) -> None:
    shop.place("in").put(shop.file("old.csv"))
    shop.file("new/a.csv")
    os.mkfifo(shop.folder / "new" / "b.csv")
    with pytest.raises(FilesError, match=r"new/b\.csv is a pipe"):
        shop.place("in").put(shop.folder / "new")
    assert shop.objects() == {"in/old.csv": "old.csv"}


def test_a_pipe_is_read_to_its_end(shop: Shop) -> None:
    pipe, text = shop.folder / "pipe", "1,2\n" * 100_000
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    with readable(pipe, shop.workspace) as source:
        shop.place().put(source)
    writer.join()
    assert shop.objects() == {"in/rows.csv": text}


def test_a_pipe_out_of_which_nothing_comes_is_refused(shop: Shop) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        with (
            pytest.raises(UsageError, match="is an empty pipe"),
            readable(Path(f"/proc/self/fd/{reading}"), shop.workspace),
        ):
            pass
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("source", "message"),
    [("/dev/zero", "is a character device; expected a file, a folder or a pipe"), ("gone", "no such file")],
)
def test_what_is_neither_file_nor_folder_nor_pipe_is_refused(shop: Shop, source: str, message: str) -> None:
    with pytest.raises(UsageError, match=message), readable(Path(source), shop.workspace):
        pass
