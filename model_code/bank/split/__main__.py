"""Shuffle the encoded clients and cut them as the workshop did: 70 % to develop a model on, 30 % to test it.

The development part is cut once more, 80 % to 20 %, into train and validation: what is to be chosen is chosen
there, and the model is then fitted on the whole development part. Rows have the label first, except those of
test; their labels go to labels/labels.csv with labels/split.json, which says what was cut how. The two
baseline parts hold the same clients with the workshop's features, and features/features.csv the development
part without labels and with a header: what later requests are compared with.
"""

import argparse
import json
import sys
from pathlib import Path

from bank_encoding import FEATURES
from job_files import write_lines
from row_parts import Parts, cut_rows

DEVELOPMENT, TRAIN = 0.7, 0.8
PARTS = (
    "train",
    "validation",
    "development",
    "test",
    "labels",
    "baseline-development",
    "baseline-test",
    "features",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="split", description=__doc__.split("\n\n")[0])
    parser.add_argument("--input", type=Path, required=True, help="folder of encoded.csv")
    parser.add_argument("--baseline", type=Path, required=True, help="folder of the baseline's encoded.csv")
    for part in PARTS:
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder for {part}")
    parser.add_argument("--seed", type=int, default=1729, help="random_state of the shuffle (default 1729)")
    arguments = vars(parser.parse_args())
    try:
        rows, baseline = read(arguments["input"]), read(arguments["baseline"])
        if len(rows) != len(baseline):
            raise ValueError(f"{len(rows)} clients, but {len(baseline)} of the baseline; expected as many")
        train, validation, test = cut(len(rows), arguments["seed"])
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")

    development = [*train, *validation]
    for part, numbers in {"train": train, "validation": validation, "development": development}.items():
        write_lines(arguments[part] / f"{part}.csv", (rows[i] for i in numbers))
    features = (rows[i].partition(",")[2] for i in development)
    write_lines(arguments["features"] / "features.csv", [",".join(FEATURES), *features])
    write_lines(arguments["test"] / "test.csv", (rows[i].partition(",")[2] for i in test))
    write_lines(arguments["labels"] / "labels.csv", (rows[i].partition(",")[0] for i in test))
    write_lines(arguments["baseline_development"] / "development.csv", (baseline[i] for i in development))
    write_lines(arguments["baseline_test"] / "test.csv", (baseline[i] for i in test))
    counts = {"train": len(train), "validation": len(validation), "test": len(test)}
    split = {"random_state": arguments["seed"], "rows": counts}
    write_lines(arguments["labels"] / "split.json", [json.dumps(split)])
    print(f"split {len(rows)} clients with random_state={arguments['seed']}: {counts}")


def read(folder: Path) -> list[str]:
    return (folder / "encoded.csv").read_text(encoding="ascii").splitlines()


def cut(rows: int, seed: int) -> Parts:
    """Row numbers of train, validation and test."""
    development = int(DEVELOPMENT * rows)
    return cut_rows(rows, seed, int(TRAIN * development), development)


if __name__ == "__main__":
    main()
