"""The translation pipeline as the template declares it, whole, on a small corpus that the sample makes."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from assemblies import ROOT, Assembly
from sampled import slipway_in

SMALL = {
    **{"EmbeddingSize": "32", "HiddenUnits": "32", "MaxBatches": "60", "CheckpointBatches": "30"},
    **{"LearningRate": "0.003", "MinimumBLEU": "0"},
}


@pytest.fixture(scope="module")
def trained(dev: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the pipeline has run."""
    folder = tmp_path_factory.mktemp("translation")
    sample = [sys.executable, ROOT / "scripts/model_code.py", "translation/sample", "--rows", "600"]
    subprocess.run([*sample, "--tests", "20", "--output", folder / "corpus"], check=True)
    (folder / "values.json").write_text(json.dumps(SMALL))
    command = ("train", "translation", "--assembly", str(dev.folder))
    done = slipway_in(folder, *command, "--data", "corpus", "--set-from", "values.json")
    assert done.returncode == 0, done.stderr
    (folder / "output.txt").write_text(done.stdout)
    return folder


def test_it_measures_bleu_on_the_test_part_and_registers_the_model(trained: Path) -> None:
    evaluation = json.loads((trained / "build/reports/translation-evaluation.json").read_text())

    assert evaluation["sentences"] == 20
    assert 0 <= evaluation["bleu"] < 97
    assert "registered slipway-dev-translation/1" in (trained / "output.txt").read_text()


def test_it_leaves_the_archive_that_serving_takes(trained: Path) -> None:
    with tarfile.open(trained / "build/artifacts/translation/seq2seq/model.tar.gz") as archive:
        names = archive.getnames()

    assert {"model.safetensors", "vocab.src.json", "vocab.trg.json"} <= set(names)


def test_a_model_below_the_least_bleu_ends_the_pipeline_with_what_it_lacks(
    trained: Path, dev: Assembly
) -> None:
    command = ("train", "translation", "--assembly", str(dev.folder))

    done = slipway_in(trained, *command, "--set-from", "values.json", "--set", "MinimumBLEU=99")

    assert done.returncode == 1
    assert "misses the minimum 99" in done.stderr
