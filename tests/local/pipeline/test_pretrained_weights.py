"""The weights that a training begins with: put where the parameter WeightsKey says, and found again."""

from pathlib import Path

import pipelines
import pytest
from assembly_files import write_versions
from pipelines import double, get, write_pipeline

from assembly.errors import UsageError
from local.errors import StorageError
from local.pipeline.runner import PipelineRunner
from local.storage.workspace import Workspace

KEY = {"Name": "WeightsKey", "Type": "String", "DefaultValue": "shop/weights/small/"}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "vocab.txt").write_text("[CLS]\n")
    return folder


def runner(folder: Path, monkeypatch: pytest.MonkeyPatch, *, takes_weights: bool = True) -> PipelineRunner:
    step = double()
    if takes_weights:
        monkeypatch.setattr(pipelines, "PARAMETERS", [*pipelines.PARAMETERS, KEY])
        uri = {"Std:Join": {"On": "/", "Values": ["s3://data", get("Parameters.WeightsKey")]}}
        source = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/input/weights", "S3DataType": "S3Prefix"}
        step["Arguments"]["ProcessingInputs"].append({"InputName": "weights", "S3Input": source})
    write_versions(folder)
    monkeypatch.chdir(folder)
    return PipelineRunner.training(write_pipeline(folder / "cdk.out", step), Workspace(), "shop")


def test_they_lie_below_the_key_and_are_found_the_next_time(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = runner(tmp_path, monkeypatch)
    parameters = shop.parameters({})

    shop.use_weights(weights, parameters, "shop")
    shop.use_weights(None, parameters, "shop")

    assert (shop.storage.path("s3://data/shop/weights/small/vocab.txt")).read_text() == "[CLS]\n"


def test_missing_ones_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = runner(tmp_path, monkeypatch)

    with pytest.raises(
        UsageError, match=r"s3://data/shop/weights/small/ holds no weights yet; pass them with --weights"
    ):
        shop.use_weights(None, shop.parameters({}), "shop")


def test_a_pipeline_that_begins_with_none_refuses_them(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = runner(tmp_path, monkeypatch, takes_weights=False)

    shop.use_weights(None, shop.parameters({}), "shop")
    with pytest.raises(UsageError, match="slipway-dev-shop has no parameter WeightsKey"):
        shop.use_weights(weights, shop.parameters({}), "shop")


def test_another_key_that_holds_somebody_elses_files_is_refused(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = runner(tmp_path, monkeypatch)
    other = shop.storage.path("s3://data/shop/weights/large/vocab.txt")
    other.parent.mkdir(parents=True)
    other.write_text("theirs")

    with pytest.raises(StorageError, match="holds files that this command did not put there"):
        shop.use_weights(weights, shop.parameters({"WeightsKey": "shop/weights/large/"}), "shop")
