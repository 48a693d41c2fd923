from pathlib import Path

import pytest
from pipelines import write_pipeline

from local import assembly
from local.assembly import ContainerDefinition, Model
from local.errors import JobError
from local.pipeline.publication import publish_artifacts, publish_reports
from local.storage import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path / "s3", assembly.load(write_pipeline(tmp_path / "cdk.out")))
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        storage.upload(tmp_path / name, f"s3://data/{name}/model.tar.gz")
    return storage


def model(*names: str) -> Model:
    containers = [ContainerDefinition(name, "image", f"s3://data/{name}/model.tar.gz", {}) for name in names]
    return Model("shop", tuple(containers))


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_every_container_gets_its_archive_and_what_was_there_before_is_gone(
    storage: Storage, tmp_path: Path
) -> None:
    publish_artifacts([model("a")], storage, tmp_path / "artifacts" / "shop")
    publish_artifacts([model("b")], storage, tmp_path / "artifacts" / "shop")
    assert contents(tmp_path / "artifacts") == {"shop/b/model.tar.gz": "b"}


def test_an_archive_that_is_missing_leaves_everything_as_it_was(storage: Storage, tmp_path: Path) -> None:
    publish_artifacts([model("a")], storage, tmp_path / "artifacts" / "shop")
    with pytest.raises(FileNotFoundError):
        publish_artifacts([model("b", "c")], storage, tmp_path / "artifacts" / "shop")
    assert contents(tmp_path / "artifacts") == {"shop/a/model.tar.gz": "a"}


def test_two_models_with_one_hostname_are_refused(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="two models have a container called a"):
        publish_artifacts([model("a"), model("a", "b")], storage, tmp_path / "artifacts" / "shop")


def test_a_pipeline_without_a_model_publishes_no_artefact(storage: Storage, tmp_path: Path) -> None:
    assert publish_artifacts([], storage, tmp_path / "artifacts" / "shop") == []
    assert not (tmp_path / "artifacts").exists()


def test_a_report_bears_the_name_of_its_workload_and_property_file(storage: Storage, tmp_path: Path) -> None:
    files = {"Evaluation": "s3://data/a/model.tar.gz"}
    (report,) = publish_reports(files, storage, tmp_path / "reports", "shop")
    assert contents(tmp_path / "reports") == {"shop-evaluation.json": "a"}
    assert report == tmp_path / "reports" / "shop-evaluation.json"
