"""A sample as a job: a file that a seed decides, in the form of the real one."""

import argparse
from collections.abc import Callable
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
