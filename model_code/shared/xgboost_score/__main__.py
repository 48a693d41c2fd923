"""Score label-first rows with a trained XGBoost model: one `label,score` line a row, in order.

What is fitted on scores, or compares them, reads these lines.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import xgboost
from job_files import write_lines
from model_archive import files
from numpy.typing import NDArray

MODEL_FILE = PurePosixPath("xgboost-model")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="score", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of model.tar.gz")
    parser.add_argument("--validation", type=Path, required=True, help="folder of label-first CSV files")
    parser.add_argument("--output", type=Path, required=True, help="folder for scores.csv")
    arguments = parser.parse_args(argv)
    try:
        booster = load(arguments.model / "model.tar.gz")
        data = read(arguments.validation)
    except (OSError, ValueError, xgboost.core.XGBoostError) as error:
        sys.exit(f"error: {error}")
    scores = booster.inplace_predict(data[:, 1:].astype(np.float32))
    # str of a float32 is the shortest text that reads back as the same one.
    lines = [f"{label:.0f},{score!s}" for label, score in zip(data[:, 0], scores, strict=True)]
    write_lines(arguments.output / "scores.csv", lines)
    print(f"scored {len(lines)} rows")


def load(archive: Path) -> xgboost.Booster:
    """The model in an archive as XGBoost's image writes it, in XGBoost's own format: nothing is unpickled."""
    model = next((content for name, content in files(archive) if name == MODEL_FILE), None)
    if model is None:
        raise ValueError(f"{archive}: no file {MODEL_FILE} in it; expected what XGBoost's image trained")
    booster = xgboost.Booster(params={"nthread": 1})
    booster.load_model(bytearray(model))
    return booster


def read(folder: Path) -> NDArray[np.float64]:
    """Rows of the folder's CSV files, the label first."""
    parts = [np.loadtxt(path, delimiter=",", ndmin=2) for path in sorted(folder.glob("*.csv"))]
    if not parts:
        raise ValueError(f"{folder}: no *.csv file")
    return np.vstack(parts)


if __name__ == "__main__":
    main()
