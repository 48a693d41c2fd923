"""Which models of an archive are served, and what the image's variables do."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from container_process import start_failure
from serving_table import Half
from tensorflow_inference_image import models
from tensorflow_inference_image.models import Models
from tensorflow_inference_image.servable import Batching
from tensorflow_inference_image.settings import WITHOUT_EFFECT, Settings
from toolkit.errors import ContainerProblem


def archive(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).mkdir(parents=True)
        (folder / path / "saved_model.pb").write_bytes(b"")
    return folder


def found(folder: Path) -> Mapping[str, list[int]]:
    return {model.name: sorted(model.versions) for model in models.find(folder)}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["emoji/1"], {"emoji": [1]}),
        (["emoji/1", "emoji/2", "emoji/10"], {"emoji": [1, 2, 10]}),
        (["b/1", "a/7"], {"a": [7], "b": [1]}),
        (["export/Servo/0000123"], {"Servo": [123]}),
        (["1"], {"model": [1]}),
        (["emoji/0"], {"emoji": [0]}),
        (["emoji/1", "emoji/1/assets.extra/2"], {"assets.extra": [2], "emoji": [1]}),
        (["emoji/1", "emoji/latest"], {"emoji": [1]}),
    ],
)
def test_a_model_is_a_folder_with_versions(
    tmp_path: Path, paths: list[str], expected: Mapping[str, list[int]]
) -> None:
    assert found(archive(tmp_path / "model", *paths)) == expected


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ([], "has no SavedModel: expected <model>/<version>/saved_model.pb"),
        (["emoji/latest"], "has no SavedModel"),
        (["emoji/1a"], "has no SavedModel"),
        (["a/emoji/1", "b/emoji/1"], "has two models of the name emoji"),
        (["emoji/1", "emoji/01"], "is a version twice"),
        ([f"emoji/{2**63}"], "larger than 9223372036854775807"),
    ],
)
def test_what_would_be_waited_for_in_vain_is_refused(tmp_path: Path, paths: list[str], message: str) -> None:
    with pytest.raises(ContainerProblem, match=message):
        models.find(archive(tmp_path / "model", *paths, *([] if paths else ["x"])))


def test_a_version_without_a_saved_model_is_refused(tmp_path: Path) -> None:
    folder = archive(tmp_path, "emoji/1")
    (folder / "emoji" / "2").mkdir()

    with pytest.raises(ContainerProblem, match=r"emoji/2 is named as a version and has no saved_model.pb"):
        models.find(folder)


def test_every_version_is_loaded_from_its_folder(tmp_path: Path) -> None:
    folder = archive(tmp_path, "emoji/1", "emoji/02")
    asked: list[Path] = []

    def servable(path: Path) -> Half:
        asked.append(path)
        return Half(len(asked))

    loaded = Models.load(models.find(folder), servable, Batching())

    assert asked == [folder / "emoji/1", folder / "emoji/02"]
    assert loaded.version("emoji", None, None).number == 2


SERVE = "tensorflow_inference_image"


def test_an_archive_without_models_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    assert "has no SavedModel" in start_failure(SERVE, tmp_path)


def test_a_default_model_that_is_not_there_does_not_start(tmp_path: Path) -> None:
    archive(tmp_path / "model", "a/1", "b/1")

    log = start_failure(SERVE, tmp_path, SAGEMAKER_TFS_DEFAULT_MODEL_NAME="c")
    assert "SAGEMAKER_TFS_DEFAULT_MODEL_NAME is c, and the archive has a, b: name one of them." in log


def test_the_defaults_are_one_thread_a_free_port_and_no_batching() -> None:
    assert Settings.of({}) == Settings(None, Batching(None), 1, 1, 0)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "emoji"}, Settings(default_model="emoji")),
        ({"SAGEMAKER_TFS_ENABLE_BATCHING": "true"}, Settings(batching=Batching(8))),
        (
            {"SAGEMAKER_TFS_ENABLE_BATCHING": "True", "SAGEMAKER_TFS_MAX_BATCH_SIZE": "32"},
            Settings(batching=Batching(32)),
        ),
        ({"SAGEMAKER_TFS_MAX_BATCH_SIZE": "32"}, Settings()),
        ({"SAGEMAKER_TFS_INTRA_OP_PARALLELISM": "4"}, Settings(intra_op_threads=4)),
        ({"SAGEMAKER_TFS_INTER_OP_PARALLELISM": "0"}, Settings(inter_op_threads=0)),
        ({"SAGEMAKER_SAFE_PORT_RANGE": "9000-9100"}, Settings(rest_port=9001)),
        ({"SAGEMAKER_MULTI_MODEL": "false"}, Settings()),
    ],
)
def test_a_variable_does_what_it_does_in_the_image(variables: Mapping[str, str], expected: Settings) -> None:
    assert Settings.of(variables) == expected


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SAGEMAKER_MULTI_MODEL": "true"}, "SAGEMAKER_MULTI_MODEL is set"),
        ({"SAGEMAKER_MULTI_MODEL": "1"}, "SAGEMAKER_MULTI_MODEL must be 'true' or 'false', not '1'"),
        (
            {"SAGEMAKER_MULTI_MODEL_UNIVERSAL_BUCKET": "b"},
            "SAGEMAKER_MULTI_MODEL_UNIVERSAL_BUCKET is set",
        ),
        ({"SAGEMAKER_TFS_ENABLE_BATCHING": "yes"}, "SAGEMAKER_TFS_ENABLE_BATCHING must be 'true' or 'false'"),
        (
            {"SAGEMAKER_TFS_MAX_BATCH_SIZE": "many"},
            "SAGEMAKER_TFS_MAX_BATCH_SIZE should be a positive integer",
        ),
        ({"SAGEMAKER_TFS_INSTANCE_COUNT": "0"}, "SAGEMAKER_TFS_INSTANCE_COUNT should be a positive integer"),
        ({"SAGEMAKER_SAFE_PORT_RANGE": "9000"}, "SAGEMAKER_SAFE_PORT_RANGE should be two ports"),
        ({"SAGEMAKER_SAFE_PORT_RANGE": "9000-9001"}, "not enough ports available"),
    ],
)
def test_a_variable_that_the_image_or_the_stand_in_does_not_take_is_refused_by_name(
    variables: Mapping[str, str], message: str
) -> None:
    with pytest.raises(ContainerProblem, match=message):
        Settings.of(variables)


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_a_variable_without_effect_is_named(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    assert Settings.of({name: "1"}) == Settings()
    assert f"{name} has no effect here" in caplog.text
