"""Send the rows of the train and validation parts through a fitted script-mode model, as serving does.

Files are label-first CSV without header, in and out: the label is carried over, the rest goes through the
model's input_fn, predict_fn and output_fn in pieces of bounded size.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import batched
from pathlib import Path
from typing import BinaryIO

from job_files import writing
from script_model import ModelError, ScriptModel

ROWS = 4096
PARTS = ("train", "validation")


def main() -> None:
    parser = argparse.ArgumentParser(prog="apply_model", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of model.tar.gz")
    for part in PARTS:
        parser.add_argument(f"--{part}", type=Path, help=f"folder of the {part} part's CSV files")
        parser.add_argument(f"--output-{part}", type=Path, help="folder for the same files, transformed")
    arguments = vars(parser.parse_args())
    folders = [(arguments[part], arguments[f"output_{part}"]) for part in PARTS]
    if (
        any((source is None) != (target is None) for source, target in folders)
        or folders == [(None, None)] * 2
    ):
        parser.error("give --train with --output-train, --validation with --output-validation, or both pairs")
    with tempfile.TemporaryDirectory() as unpacked:
        try:
            model = ScriptModel(arguments["model"] / "model.tar.gz", Path(unpacked))
            for source, target in folders:
                if source is not None:
                    apply(model, source, target)
        except (OSError, ValueError) as error:
            sys.exit(f"error: {error}")


def apply(model: ScriptModel, source: Path, target: Path) -> None:
    """Transform each CSV file of a folder into a file of the same name."""
    files = sorted(source.glob("*.csv"))
    if not files:
        raise ModelError(f"{source}: no *.csv file")
    for path in files:
        with path.open(encoding="utf-8", newline="\n") as rows, writing(target / path.name) as output:
            count = sum(_write(output, lines) for lines in transformed(model, rows, path))
        print(f"{path.name}: {count} rows")


def transformed(model: ScriptModel, lines: Iterable[str], path: Path) -> Iterator[list[str]]:
    first = 1
    for piece in batched((line.rstrip("\r\n") for line in lines), ROWS):
        labels, _, rows = zip(*(line.partition(",") for line in piece), strict=True)
        try:
            features = model.apply(rows)
        except ValueError as error:
            where = f"{path.name}, rows from line {first}"
            raise ModelError(f"{where}: {error}") from error
        yield [f"{label},{row}\n" for label, row in zip(labels, features, strict=True)]
        first += len(piece)


def _write(output: BinaryIO, lines: list[str]) -> int:
    output.writelines(line.encode() for line in lines)
    return len(lines)


if __name__ == "__main__":
    main()
