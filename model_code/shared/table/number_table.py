"""A CSV file of numbers with a label, cut into what a model is fitted, tuned and tested on."""

import argparse
import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from job_files import only_file, write_lines
from plain_number import NUMBER
from row_parts import Parts, cut_rows

PARTS = ("train", "validation", "test", "labels")
# Of the rows: what is left is the test part.
TRAIN, VALIDATION = 0.6, 0.2
LABELS = {"0", "1"}


def split(description: str, columns: Sequence[str], label: str, argv: Sequence[str] | None = None) -> None:
    """The job: the one file of --input, whose header is the columns and the label, becomes the parts.

    Rows of train and validation have the label first, those of test none; their labels go to
    labels/labels.csv with labels/split.json, which says what was cut how.
    """
    parser = argparse.ArgumentParser(prog="split", description=description.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--input", type=Path, required=True, help="folder of the one CSV file")
    for part in PARTS:
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder for {part}")
    parser.add_argument("--seed", type=int, default=1729, help="random_state of the shuffle (default 1729)")
    arguments = vars(parser.parse_args(argv))
    try:
        rows = read(only_file(arguments["input"]), [*columns, label])
        train, validation, test = cut(len(rows), arguments["seed"])
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    for part, numbers in {"train": train, "validation": validation}.items():
        lines = (",".join([rows[i][-1], *rows[i][:-1]]) for i in numbers)
        write_lines(arguments[part] / f"{part}.csv", lines)
    write_lines(arguments["test"] / "test.csv", (",".join(rows[i][:-1]) for i in test))
    write_lines(arguments["labels"] / "labels.csv", (rows[i][-1] for i in test))
    counts = {"train": len(train), "validation": len(validation), "test": len(test)}
    cuts = {"random_state": arguments["seed"], "rows": counts}
    write_lines(arguments["labels"] / "split.json", [json.dumps(cuts)])
    print(f"split {len(rows)} rows with random_state={arguments['seed']}: {counts}")


def read(path: Path, header: Sequence[str]) -> list[list[str]]:
    """The rows below the header, the label last.

    Raises ValueError, which names line and column, for another header, for a cell that is no finite number
    and for a label that is neither 0 nor 1.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        found, *rows = [*csv.reader(file, strict=True)] or [[]]
    if found != [*header]:
        raise ValueError(
            f"{path.name}, line 1: expected the columns {','.join(header)}, got {','.join(found)}"
        )
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(f"{path.name}, line {number}: expected {len(header)} columns, got {len(row)}")
        for column, cell in zip(header[:-1], row, strict=False):
            if not (NUMBER.fullmatch(cell) and math.isfinite(float(cell))):
                raise ValueError(
                    f"{path.name}, line {number}, column {column}: {cell[:40]!r} is not a number"
                )
        if row[-1] not in LABELS:
            raise ValueError(f"{path.name}, line {number}, column {header[-1]}: expected 0 or 1")
    return rows


def cut(rows: int, seed: int) -> Parts:
    """Row numbers of train, validation and test."""
    return cut_rows(rows, seed, int(TRAIN * rows), int((TRAIN + VALIDATION) * rows))
