"""Training jobs of the linear-learner stand-in within this process, and what they printed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from container_process import write_job
from linear_learner_image import train
from linear_learner_image.model import LinearModel
from record_bodies import RECORDS, body, sparse

CSV = "text/csv"
Rows = np.ndarray


class Job(NamedTuple):
    """A job that has ended: its exit code, what it printed, and the folder that stands for /opt/ml."""

    code: int
    output: str
    folder: Path

    @property
    def model(self) -> LinearModel:
        return LinearModel.load(self.folder / "model")

    @property
    def failure(self) -> str:
        return (self.folder / "output" / "failure").read_text()

    def values(self, pattern: str) -> list[float]:
        """The numbers behind a text in the log."""
        return [float(each) for each in re.findall(rf"{pattern}(\S+)", self.output)]

    def metric(self, part: str, name: str) -> float:
        (value,) = self.values(rf"#quality_metric: host=algo-1, {part} {re.escape(name)} <(?:loss|score)>=")
        return value


class Jobs:
    """Runs jobs, each in a folder of its own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capture, self._number = folder, capture, 0

    def run(self, parts: Mapping[str, Rows], content_type: str = CSV, **hyperparameters: object) -> Job:
        """A job with rows, label first, in the channels that are named."""
        self._number += 1
        folder = self._folder / str(self._number)
        write_job(
            folder,
            {name: str(value) for name, value in hyperparameters.items()},
            dict.fromkeys(parts, content_type),
        )
        for name, rows in parts.items():
            path = folder / "input" / "data" / name / "rows"
            path.parent.mkdir(parents=True)
            path.write_bytes(_written(rows, content_type))
        self._capture.readouterr()
        code = train.main({"SAGEMAKER_BASE_DIR": str(folder)})
        return Job(code, self._capture.readouterr().out, folder)


def _written(rows: Rows, content_type: str) -> bytes:
    if content_type == RECORDS:
        return body(*(sparse(features, label) for label, *features in rows.tolist()))
    return "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()).encode()
