"""Describe the data that a model is trained on, so that later data can be compared with them.

Reads CSV with a header, as requests have it: `--without` leaves out a column, such as the target. Writes
statistics.json and constraints.json in Model Monitor's format, numbers with a KLL sketch of their
distribution (data and parameters as Deequ's, which compacts by chance where this one takes turns), texts with
how often each value came, while there are at most 1,000. `completeness` of constraints is the share of cells
that are not empty; `is_non_negative` is written for other readers and not evaluated, as there is no check of
Model Monitor's for it.
"""

import argparse
import json
import sys
from pathlib import Path

import csv_rows
from drift_distance import CHI_SQUARED, L_INFINITY, ROBUST, SIMPLE
from job_files import only_file, write
from quality_constraints import MONITORING_CONFIG, suggest
from table_profile import TableProfile, without


def main() -> None:
    arguments = _arguments()
    try:
        table = read(only_file(arguments.data), arguments.without)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    statistics = table.document()
    distribution = {
        **MONITORING_CONFIG["distribution_constraints"],
        "comparison_threshold": float(arguments.comparison_threshold),
        "comparison_method": arguments.comparison_method,
        "categorical_drift_method": arguments.categorical_drift_method,
    }
    constraints = suggest(statistics, {**MONITORING_CONFIG, "distribution_constraints": distribution})
    write(arguments.output / "statistics.json", json.dumps(statistics, allow_nan=False) + "\n")
    write(arguments.output / "constraints.json", json.dumps(constraints, indent=1, allow_nan=False) + "\n")
    print(f"described {table.rows} rows of {len(table.columns)} columns")


def read(file: Path, left_out: str | None) -> TableProfile:
    """The profile of a file; raises ValueError, with the file's name, for one that is not as it should be."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv_rows.rows(stream)
        names = [*next(rows, [])]
        if not names:
            raise ValueError(f"{file.name}: expected a header and rows, got nothing")
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{file.name}: the column {doubled[0]!r} is there more than once")
        if left_out is not None and left_out not in names:
            raise ValueError(f"{file.name}: there is no column {left_out!r} to leave out")
        position = None if left_out is None else names.index(left_out)
        table = TableProfile([name for name in names if name != left_out])
        table.update(without(rows, position))
    if not table.rows:
        raise ValueError(f"{file.name}: expected rows below the header, got none")
    if table.widest != len(table.columns):
        raise ValueError(
            f"{file.name}: expected {len(table.columns)} cells in each row, got up to {table.widest}"
        )
    return table


def _arguments() -> argparse.Namespace:
    distribution = MONITORING_CONFIG["distribution_constraints"]
    parser = argparse.ArgumentParser(prog="baseline", description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of one file of CSV with a header")
    parser.add_argument("--output", type=Path, required=True, help="folder for both documents")
    parser.add_argument("--without", metavar="COLUMN", help="leave out this column")
    parser.add_argument("--comparison-threshold", default=distribution["comparison_threshold"])
    parser.add_argument("--comparison-method", choices=(ROBUST, SIMPLE), default=ROBUST)
    parser.add_argument("--categorical-drift-method", choices=(L_INFINITY, CHI_SQUARED), default=L_INFINITY)
    return parser.parse_args()


if __name__ == "__main__":
    main()
