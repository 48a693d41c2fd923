"""Fit preprocess on SM_CHANNEL_TRAIN and write a complete SM_MODEL_DIR: parameters.json and code/."""

import argparse
import math
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from churn_columns import CATEGORICAL, CHARGES, COUNTED, NUMERIC, RAW
from churn_parameters import Parameters
from hop_request import csv_cells, csv_text, finite
from saved_code import save_code


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    channel, model = Path(os.environ["SM_CHANNEL_TRAIN"]), Path(os.environ["SM_MODEL_DIR"])
    rows = [row for path in sorted(channel.glob("*.csv")) for row in labeled_rows(path)]
    if not rows:
        raise SystemExit(f"error: no rows in {channel}/*.csv")
    parameters = fit(rows)
    parameters.save(model)
    save_code(Path(__file__), model / "code")
    print(f"fitted {parameters.width} features on {len(rows)} rows")


def labeled_rows(path: Path) -> list[list[str]]:
    """The raw cells of a label-first file without header; the label is left out."""
    rows = [csv_cells(line)[1:] for line in csv_text(path.read_bytes()).split("\n")]
    for number, row in enumerate(rows, 1):
        if len(row) != len(RAW):
            raise SystemExit(f"error: {path}, line {number}: {len(row) + 1} columns, expected {len(RAW) + 1}")
    return rows


def fit(rows: Sequence[Sequence[str]]) -> Parameters:
    """Medians, then means and deviations of what has no gaps any more; categories that are not empty."""
    cells = dict(zip(RAW, zip(*rows, strict=True), strict=True))
    numbers = {column: np.array([_number(cell) for cell in cells[column]]) for column in (*CHARGES, *COUNTED)}
    medians = {column: _median(column, values) for column, values in numbers.items()}
    filled = {
        column: np.where(np.isnan(numbers[column]), medians[column], numbers[column]) for column in numbers
    }
    bill = sum(filled[column] for column in CHARGES)
    features = dict(zip(NUMERIC, (bill, *(filled[column] for column in COUNTED)), strict=True))
    return Parameters(
        medians=medians,
        means={column: float(np.mean(values)) for column, values in features.items()},
        # A constant column is only centered, as scikit-learn does.
        scales={
            column: float(np.std(values)) if np.ptp(values) else 1.0 for column, values in features.items()
        },
        categories={column: sorted({*cells[column]} - {""}) for column in CATEGORICAL},
    )


def _number(cell: str) -> float:
    number = finite(cell) if cell else math.nan
    if number is None:
        raise SystemExit(f"error: {cell[:40]!r} in the training part is not a number")
    return number


def _median(column: str, values: np.ndarray) -> float:
    if np.isnan(values).all():
        raise SystemExit(f"error: column {column} of the training part is empty")
    return float(np.nanmedian(values))


if __name__ == "__main__":
    main()
