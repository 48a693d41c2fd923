"""Small jobs for the forecasting stand-in: series of a day's shape, and the files of a training job."""

import json
from pathlib import Path
from typing import Any

from container_process import write_job

START = "2024-01-01 00:00:00"
HORIZON = 12
HYPERPARAMETERS = {
    "time_freq": "2H",
    "epochs": "2",
    "context_length": "12",
    "prediction_length": str(HORIZON),
    "num_cells": "8",
    "num_layers": "1",
    "mini_batch_size": "16",
    "num_eval_samples": "20",
    "test_quantiles": "[0.1, 0.5, 0.9]",
}


def series(number: int, points: int = 240, **members: Any) -> dict[str, Any]:
    """A series that repeats every 12 points, at a level of its own."""
    target = [10.0 * (number + 1) + (point % 12) for point in range(points)]
    return {"start": START, "target": target, **members}


def lines(documents: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


def write(folder: Path, channels: dict[str, list[dict[str, Any]]], **hyperparameters: str) -> Path:
    """A job with each channel as one file of JSON lines."""
    write_job(folder, {**HYPERPARAMETERS, **hyperparameters}, dict.fromkeys(channels, "json"))
    for name, documents in channels.items():
        path = folder / "input" / "data" / name / "data.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(documents))
    return folder
