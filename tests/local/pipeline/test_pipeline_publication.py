"""What an execution publishes: all of it or nothing, and nobody else's files."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pipelines import write_pipeline

import assembly
from assembly import ContainerDefinition, Model
from local.errors import FilesError, JobError
from local.pipeline.publication import Publication, recover
from local.pipeline.record import ExecutionRecord, read_all
from local.storage import moves
from local.storage.moves import Move
from local.storage.s3 import Storage
from local.storage.workspace import Workspace


class Shop:
    """A workspace with archives of containers called a, b and c in S3."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace(folder / "build")
        self.storage = Storage(self.workspace.storage, assembly.load(write_pipeline(folder / "cdk.out")))
        self.count = 0
        for name in ("a", "b"):
            self.write(name, name)

    def write(self, name: str, text: str) -> None:
        (self.folder / "content").write_text(text)
        self.storage.upload(self.folder / "content", f"s3://data/{name}/model.tar.gz")

    def publication(self) -> Publication:
        self.count += 1
        record = ExecutionRecord(f"{self.count}", "train", "shop", "shop", {}, None, False, number=self.count)
        record.pid = 2**22 + 1
        record.save(self.workspace.runs)
        return Publication(self.workspace, "shop", record.id)

    def package(self) -> Move:
        staged = self.workspace.runs / str(self.count) / "Register" / "package"
        staged.mkdir(parents=True)
        (staged / "package.json").write_text("{}")
        return Move(staged, self.workspace.registry / "group" / str(self.count))

    def prepare(self, *names: str) -> Publication:
        publication = self.publication()
        publication.add([self.package()])
        publication.add_artifacts([model(*names)], self.storage)
        publication.add_reports({"Evaluation": f"s3://data/{names[0]}/model.tar.gz"}, self.storage)
        return publication

    def published(self) -> Mapping[str, str]:
        return {
            str(path.relative_to(self.workspace.root)): path.read_text()
            for folder in (self.workspace.artifacts, self.workspace.registry, self.workspace.reports)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def model(*names: str) -> Model:
    containers = [ContainerDefinition(name, "image", f"s3://data/{name}/model.tar.gz", {}) for name in names]
    return Model("shop", tuple(containers))


FIRST = {
    "artifacts/shop/a/model.tar.gz": "a",
    "registry/group/1/package.json": "{}",
    "reports/shop-evaluation.json": "a",
}
SECOND = {
    "artifacts/shop/b/model.tar.gz": "b",
    "registry/group/1/package.json": "{}",
    "registry/group/2/package.json": "{}",
    "reports/shop-evaluation.json": "b",
}


def test_all_of_it_is_there_and_what_an_earlier_training_published_is_gone(shop: Shop) -> None:
    shop.prepare("a").commit()
    assert shop.published() == FIRST
    shop.prepare("b").commit()
    assert shop.published() == SECOND


def test_nothing_has_changed_before_it_is_committed(shop: Shop) -> None:
    shop.prepare("a").commit()
    shop.prepare("b")
    assert shop.published() == FIRST


@pytest.mark.parametrize("renames", range(6))
def test_a_crash_at_any_moment_leaves_all_or_nothing(
    shop: Shop, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.prepare("a").commit()
    publication = shop.prepare("b")
    made: list[Path] = []

    def rename(source: Path, target: Path) -> None:
        if len(made) == renames:
            raise KeyboardInterrupt
        made.append(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)

    with monkeypatch.context() as patch:
        patch.setattr(moves, "_rename", rename)
        try:
            publication.commit()
            interrupted = False
        except KeyboardInterrupt:
            interrupted = True
    assert interrupted == (renames < 4)
    for _ in range(2):
        recover(shop.workspace)
        assert shop.published() == SECOND
    assert read_all(shop.workspace.runs, "shop")[-1].status == ("succeeded" if interrupted else "interrupted")


def test_a_crash_before_the_journal_is_written_leaves_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.prepare("a").commit()
    with monkeypatch.context() as patch:
        patch.setattr(moves, "write_whole", None)
        with pytest.raises(TypeError):
            shop.prepare("b").commit()
    recover(shop.workspace)
    assert shop.published() == FIRST
    shop.prepare("b").commit()
    assert shop.published()["artifacts/shop/b/model.tar.gz"] == "b"


def test_what_a_living_process_publishes_is_left_to_it(shop: Shop) -> None:
    publication = shop.prepare("a")
    journal = shop.workspace.runs / "1" / "publication.json"
    journal.write_text(json.dumps([[str(shop.folder / "content"), str(shop.folder / "moved"), None]]))
    with shop.workspace.training("shop"):
        recover(shop.workspace)
        assert journal.exists()
        publication.commit()
    assert shop.published() == FIRST


def test_what_cannot_be_published_changes_nothing(shop: Shop) -> None:
    (shop.workspace.reports / "shop-evaluation.json").mkdir(parents=True)
    with pytest.raises(FilesError, match=r"shop-evaluation\.json is a folder"):
        shop.prepare("a").commit()
    assert shop.published() == {}


def test_an_archive_that_is_missing_changes_nothing(shop: Shop) -> None:
    shop.prepare("a").commit()
    with pytest.raises(FileNotFoundError):
        shop.prepare("b", "c")
    assert shop.published() == FIRST


def test_an_archive_that_is_the_same_is_not_touched(shop: Shop) -> None:
    shop.prepare("a").commit()
    before = (shop.workspace.artifacts / "shop/a/model.tar.gz").stat()
    shop.prepare("a").commit()
    assert (shop.workspace.artifacts / "shop/a/model.tar.gz").stat() == before


def test_files_that_no_training_has_written_stay_or_are_set_aside(shop: Shop) -> None:
    folder = shop.workspace.artifacts / "shop"
    for name in ("weights/model.tar.gz", "notes.txt", "a/notes.txt", "a/model.tar.gz"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"their {name}")
    for text in ("a", "changed"):
        shop.write("a", text)
        shop.prepare("a").commit()
    assert {path: text for path, text in shop.published().items() if path.startswith("artifacts")} == {
        "artifacts/shop/a/model.tar.gz": "changed",
        "artifacts/shop/a/notes.txt": "their a/notes.txt",
        "artifacts/shop/notes.txt": "their notes.txt",
        "artifacts/shop/weights/model.tar.gz": "their weights/model.tar.gz",
    }
    aside = [path.read_text() for path in (shop.workspace.root / "set-aside").rglob("*") if path.is_file()]
    assert aside == ["their a/model.tar.gz"]


def test_two_models_with_one_hostname_are_refused(shop: Shop) -> None:
    with pytest.raises(JobError, match="two models have a container called a"):
        shop.publication().add_artifacts([model("a"), model("a", "b")], shop.storage)


def test_a_pipeline_without_a_model_publishes_no_archive(shop: Shop) -> None:
    publication = shop.publication()
    assert publication.add_artifacts([], shop.storage) == []
    publication.commit()
    assert shop.published() == {}


def test_a_baseline_lies_beside_the_archives_and_that_of_earlier_models_goes(shop: Shop) -> None:
    described = shop.workspace.artifacts / "shop" / "baseline"

    def publish(**documents: str) -> None:
        publication = shop.prepare("a")
        uris = {}
        for name, text in documents.items():
            (shop.folder / "content").write_text(text)
            uris[name] = f"s3://data/described/{name}.json"
            shop.storage.upload(shop.folder / "content", uris[name])
        publication.add_baseline(uris, shop.storage)
        publication.commit()

    publish(statistics="one", constraints="two")
    assert {path.name: path.read_text() for path in described.iterdir()} == {
        "statistics.json": "one",
        "constraints.json": "two",
    }
    publish(statistics="three", constraints="two")
    assert (described / "statistics.json").read_text() == "three"
    publish()
    assert not [*described.glob("*.json")]
    assert (shop.workspace.artifacts / "shop" / "a" / "model.tar.gz").is_file()


def test_a_report_bears_the_name_of_its_workload_and_property_file(shop: Shop) -> None:
    publication = shop.publication()
    (report,) = publication.add_reports({"Evaluation": "s3://data/a/model.tar.gz"}, shop.storage)
    publication.commit()
    assert report == shop.workspace.reports / "shop-evaluation.json"
    assert report.read_text() == "a"


def test_a_move_goes_to_another_disk_too(tmp_path: Path) -> None:
    disk = Path("/dev/shm")  # noqa: S108 - nothing but another disk
    if not disk.is_dir() or disk.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    target = disk / tmp_path.name
    try:
        for text in ("one", "two"):
            (tmp_path / "staged").write_text(text)
            Move(tmp_path / "staged", target / "file").make()
            assert (target / "file").read_text() == text
            assert not (tmp_path / "staged").exists()
        (tmp_path / "staged" / "sub").mkdir(parents=True)
        Move(tmp_path / "staged", target / "folder").make()
        assert (target / "folder" / "sub").is_dir()
    finally:
        for path in (target / "folder" / "sub", target / "folder"):
            path.rmdir()
        (target / "file").unlink()
        target.rmdir()
