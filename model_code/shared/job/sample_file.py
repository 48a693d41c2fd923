"""A sample as a job: a file that a seed decides, in the form of the real one."""

import argparse
from collections.abc import Callable
from pathlib import Path

from job_files import write


def run(description: str, sample: Callable[[int, int], bytes], *, rows: int) -> None:
    """Write what `sample` makes of --rows and --seed to --output; `rows` is the default."""
    parser = argparse.ArgumentParser(prog="sample", description=description.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=rows, help=f"rows of the file (default {rows})")
    parser.add_argument("--seed", type=int, default=1, help="the same seed writes the same bytes (default 1)")
    parser.add_argument("--output", type=Path, required=True, help="file to write")
    arguments = parser.parse_args()
    if arguments.rows < 1:
        parser.error("--rows must be at least 1")
    write(arguments.output, sample(arguments.rows, arguments.seed))
