"""`make weights`: what of a model's folder becomes the archive of a container, and what is refused."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def package(folder: Path, output: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "package_weights.py", folder, "--output", output],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )


def weights(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("{}")
    return folder


def test_the_archive_has_weights_tokenizer_and_script_and_no_pickle(tmp_path: Path) -> None:
    folder = weights(
        tmp_path / "model",
        *("config.json", "model.safetensors", "source.spm"),
        *("pytorch_model.bin", "README.md"),
    )

    done = package(folder, tmp_path / "model.tar.gz")

    assert done.returncode == 0, done.stderr
    assert "left out: README.md, pytorch_model.bin" in done.stderr
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        names = set(archive.getnames())
    assert {"config.json", "model.safetensors", "source.spm", "code/inference.py"} <= names
    assert "pytorch_model.bin" not in names


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("model.safetensors",), "config.json not found"),
        (("config.json", "pytorch_model.bin"), "there are no weights in safetensors"),
        ((), "config.json not found"),
    ],
)
def test_a_folder_without_a_model_is_refused(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    done = package(weights(tmp_path / "model", *names), tmp_path / "model.tar.gz")

    assert (done.returncode, message in done.stderr) == (1, True)
    assert not (tmp_path / "model.tar.gz").exists()
