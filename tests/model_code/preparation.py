"""The emoji workload's preparation, run as a job runs it, with a vocabulary of single characters."""

import json
import subprocess
from pathlib import Path
from typing import Any

from model_scripts import run

OUTPUTS = ("train", "validation", "test", "texts", "tweets", "labels")
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789'"]
VOCABULARY += [f"##{character}" for character in VOCABULARY[4:]]


def vocabulary_in(folder: Path) -> Path:
    """The folder, with the vocabulary in it."""
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in VOCABULARY))
    return folder


def prepare(
    folder: Path, weights: Path, output: Path, *options: str, host: str = "algo-1", hosts: int = 1
) -> subprocess.CompletedProcess[str]:
    base = output / "base" / host
    (base / "config").mkdir(parents=True)
    named = {"current_host": host, "hosts": [f"algo-{number}" for number in range(1, hosts + 1)]}
    (base / "config/resourceconfig.json").write_text(json.dumps(named))
    places = [part for name in OUTPUTS for part in (f"--{name}", output / name)]
    environ = {"SAGEMAKER_BASE_DIR": base}
    return run("emoji/prepare", "--input", folder, "--weights", weights, *places, *options, environ=environ)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def one_line(folder: Path, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tweets_test.csv").write_bytes(content.encode())
    return folder


def written(output: Path) -> list[Path]:
    return sorted(path for name in OUTPUTS for path in (output / name).rglob("*") if path.is_file())
