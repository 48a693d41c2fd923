"""Check the raw churn file, shuffle it and cut it: 70 % train, 20 % validation, 10 % test.

Writes train/train.csv and validation/validation.csv (no header, label first as 0 or 1, then the 20 raw
columns), features/features.csv (the raw columns of train with a header, which later requests are compared
with), test/test.csv (the 20 raw columns, as a client sends them), and for the test part labels/labels.csv
(0 or 1 a line) with labels/split.json, which says what was cut how. Cells are written as they stand in the
file.
"""

import argparse
import json
import sys
from pathlib import Path

from churn_raw_file import COLUMNS, RawFile
from job_files import only_file, write_lines
from row_parts import Parts, cut_rows

TRAIN_UP_TO, VALIDATION_UP_TO = 0.7, 0.9


def main() -> None:
    parser = argparse.ArgumentParser(prog="split", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--input", type=Path, required=True, help="folder that holds the raw file and nothing else"
    )
    for part in ("train", "validation", "test", "labels", "features"):
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder for the {part}")
    parser.add_argument("--seed", type=int, default=1729, help="random_state of the shuffle (default 1729)")
    arguments = parser.parse_args()
    try:
        raw = RawFile.read(only_file(arguments.input))
        train, validation, test = cut(len(raw.rows), arguments.seed)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")

    labeled = [f"{label},{row}" for label, row in zip(raw.labels, raw.rows, strict=True)]
    write_lines(arguments.train / "train.csv", (labeled[i] for i in train))
    write_lines(arguments.validation / "validation.csv", (labeled[i] for i in validation))
    header = ",".join(COLUMNS[:-1])
    write_lines(arguments.features / "features.csv", [header, *(raw.rows[i] for i in train)])
    write_lines(arguments.test / "test.csv", (raw.rows[i] for i in test))
    write_lines(arguments.labels / "labels.csv", (raw.labels[i] for i in test))
    rows = {"train": len(train), "validation": len(validation), "test": len(test)}
    write_lines(arguments.labels / "split.json", [json.dumps({"random_state": arguments.seed, "rows": rows})])
    print(f"split {len(raw.rows)} rows with random_state={arguments.seed}: {rows}")


def cut(rows: int, seed: int) -> Parts:
    """Row numbers of train, validation and test."""
    return cut_rows(rows, seed, int(TRAIN_UP_TO * rows), int(VALIDATION_UP_TO * rows))


if __name__ == "__main__":
    main()
