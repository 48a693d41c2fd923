"""A sample as a job: a file that a seed decides, in the form of the real one."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from job_files import write


def parser(description: str, output: str = "file") -> argparse.ArgumentParser:
    """The parser of --seed and --output, which every sample has."""
    found = argparse.ArgumentParser(prog="sample", description=description.split("\n\n", maxsplit=1)[0])
    found.add_argument("--seed", type=int, default=1, help="the same seed writes the same bytes (default 1)")
    found.add_argument("--output", type=Path, required=True, help=f"{output} to write to")
    return found


def run(description: str, sample: Callable[[int, int], bytes], *, rows: int) -> None:
    """Write what `sample` makes of --rows and --seed to --output; `rows` is the default."""
    options = parser(description)
    options.add_argument("--rows", type=int, default=rows, help=f"rows of the file (default {rows})")
    arguments = options.parse_args()
    if arguments.rows < 1:
        options.error("--rows must be at least 1")
    write(arguments.output, sample(arguments.rows, arguments.seed))


def run_folder(
    description: str,
    sample: Callable[[int, int, int], Mapping[str, str | bytes]],
    *,
    rows: tuple[int, str],
    tests: tuple[int, str],
    least_rows: int = 1,
) -> None:
    """Write the files, by their names, that `sample` makes of --rows, --tests and --seed below --output.
    `rows` and `tests` are a default, and what there are so many of."""
    options = parser(description, "folder")
    for name, (default, what) in (("--rows", rows), ("--tests", tests)):
        options.add_argument(name, type=int, default=default, help=f"{what} (default {default})")
    arguments = options.parse_args()
    if arguments.rows < least_rows or arguments.tests < 1:
        options.error(f"--rows must be at least {least_rows}, and --tests at least 1")
    for name, content in sample(arguments.rows, arguments.tests, arguments.seed).items():
        write(arguments.output / name, content)
