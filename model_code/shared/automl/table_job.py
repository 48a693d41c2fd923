"""The arguments of a job that reads a table and writes parts of it, or about it."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def table_parser(
    program: str, about: str, source: str, parts: Sequence[str], seeded: str = ""
) -> argparse.ArgumentParser:
    """A parser for the folder `source` of the one table, a folder for each part, and the target; with a seed
    where one decides what `seeded` says."""
    parser = argparse.ArgumentParser(prog=program, description=about.split("\n\n", maxsplit=1)[0])
    parser.add_argument(f"--{source}", type=Path, required=True, help="folder of the one table, a CSV file")
    for part in parts:
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder for the {part}")
    parser.add_argument("--target", required=True, help="name of the column that is to be predicted")
    if seeded:
        parser.add_argument("--seed", type=int, default=42, help=f"decides {seeded} (default 42)")
    return parser
