"""The emoji pipeline as the template declares it: trained in TensorFlow, exported and served by our own."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from assemblies import ROOT, Assembly
from sampled import slipway_in

SMALL = {"TrainedLayers": "4", "LearningRate": "0.0005"}


@pytest.fixture(scope="module")
def weights() -> Path:
    """The published weights, as make fetches them."""
    done = subprocess.run(["make", "INSTALLED=", "pretrained", "WORKLOAD=emoji"], cwd=ROOT, check=False)
    assert done.returncode == 0
    return ROOT / "build" / "data" / "weights" / "minilm"


@pytest.fixture(scope="module")
def trained(synth: Callable[..., Assembly], weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the pipeline has run, on a small sample."""
    folder = tmp_path_factory.mktemp("emoji")
    assembly = synth("dev", emoji_training="tensorflow", emoji_serving="own-image")
    (folder / "cdk.out").symlink_to(assembly.folder)
    (folder / "versions.toml").symlink_to(ROOT / "versions.toml")
    sample = [sys.executable, ROOT / "scripts/model_code.py", "emoji/sample", "--rows", "2000"]
    subprocess.run([*sample, "--tests", "200", "--output", folder / "tweets"], check=True)
    (folder / "values.json").write_text(json.dumps(SMALL))
    given = ("--data", "tweets", "--weights", str(weights), "--set-from", "values.json")
    done = slipway_in(folder, "train", "emoji", *given)
    assert done.returncode == 0, done.stderr
    (folder / "output.txt").write_text(done.stdout)
    return folder


def test_weights_are_fetched(weights: Path) -> None:
    assert {"model.safetensors", "vocab.txt"} <= {path.name for path in weights.iterdir()}


def test_what_beats_the_linear_model_is_registered(trained: Path) -> None:
    evaluation = json.loads((trained / "build/reports/emoji-evaluation.json").read_text())

    assert evaluation["rows"] == 200
    assert evaluation["top1"] >= evaluation["baseline_top1"] > 0
    assert "registered slipway-dev-emoji/1" in (trained / "output.txt").read_text()


def test_two_instances_have_prepared_what_one_job_leaves(trained: Path) -> None:
    [train] = trained.glob("build/s3/*/emoji/training/*/Prepare/train")
    names = {path.name.removesuffix(".tfrecord") for path in train.iterdir()}

    hosts = {name.split("-tweet_file")[0] for name in names}
    assert hosts == {"part-algo-1", "part-algo-2"}


def test_the_archive_has_what_the_other_framework_exported(trained: Path) -> None:
    with tarfile.open(trained / "build/artifacts/emoji/emoji/model.tar.gz") as archive:
        names = archive.getnames()

    assert {"model.onnx", "labels.json", "settings.json", "vocab.txt", "code/inference.py"} <= set(names)
    assert not [name for name in names if name.endswith("saved_model.pb")]


def test_a_model_below_the_minimum_ends_the_pipeline_with_what_it_lacks(trained: Path) -> None:
    done = slipway_in(trained, "train", "emoji", "--set-from", "values.json", "--set", "MinimumTop1=0.99")

    assert done.returncode == 1
    assert "misses the minimum 0.99 or the baseline's" in done.stderr
