"""The arguments of a job that reads a table and writes parts of it, or about it."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def table_parser(program: str, about: str, source: str, parts: Sequence[str]) -> argparse.ArgumentParser:
    """A parser for the folder `source` of the one table, a folder for each part, and the target."""
    parser = argparse.ArgumentParser(prog=program, description=about.split("\n\n", maxsplit=1)[0])
    parser.add_argument(f"--{source}", type=Path, required=True, help="folder of the one table, a CSV file")
    for part in parts:
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"folder for the {part}")
    parser.add_argument("--target", required=True, help="name of the column that is to be predicted")
    return parser
