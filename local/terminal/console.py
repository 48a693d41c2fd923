"""What a command shows: for eyes on a terminal, for other programs elsewhere."""

import sys
from collections.abc import Iterable, Sequence


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows to standard output: aligned on a terminal, else tab-separated without decoration.

    A cell is never cut: a terminal that is too narrow wraps the line.
    """
    every = [list(header), *(list(row) for row in rows)]
    if not sys.stdout.isatty():
        for row in every:
            print("\t".join(row))
        return
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for row in every:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
