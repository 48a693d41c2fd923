"""Tables with a target, and the AutoML jobs run on them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from model_scripts import REAL_FILE, load

real_file = pytest.mark.skipif(not REAL_FILE.exists(), reason="the public file is not in ../shared/data")

TARGET = "left"
HOLD_OUT = ("input", "development", "test", "labels")
ANALYZE = ("development", "analysis", "candidates", "notebooks")
SPLIT = ("development", "train", "validation", "labeled")


def table_text(rows: int = 120, header: str = "age,plan,left", newline: str = "\n") -> str:
    """A table with a number, a category, and a target that one row in four has."""
    lines = [
        f"{20 + number * 7 % 50}.5,{'ab'[number % 2]},{'no' if number % 4 else 'yes'}"
        for number in range(rows)
    ]
    return "".join(line + newline for line in (header, *lines))


def hold_out(folder: Path, content: str | bytes, target: str = TARGET, seed: int = 42) -> None:
    """The hold-out's job on a file; its outputs are folders beside the input's."""
    (folder / "input").mkdir(exist_ok=True)
    (folder / "input/table.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    load("automl/hold_out/__main__").main(arguments(folder, HOLD_OUT, target, seed))


def split(folder: Path, target: str = TARGET, seed: int = 42) -> None:
    load("automl/split/__main__").main(arguments(folder, SPLIT, target, seed))


def arguments(folder: Path, names: Sequence[str], target: str, seed: int = 42) -> list[str]:
    places = [part for name in names for part in (f"--{name}", str(folder / name))]
    return [*places, "--target", target, "--seed", str(seed)]


def analyze(folder: Path, table: Any, target: str = TARGET) -> dict[str, Any]:
    """The analysis job on a table as the hold-out writes it; its outputs are folders beside the table's."""
    table.write(folder / "development/table.csv")
    load("automl/analyze/__main__").main(arguments(folder, ANALYZE, target)[:-2])
    found: dict[str, Any] = json.loads((folder / "analysis/analysis.json").read_text("utf-8"))
    return found
