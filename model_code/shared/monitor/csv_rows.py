"""Rows of a text of CSV."""

import csv
from collections.abc import Iterable, Iterator

from table_profile import Row


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows that are not blank; raises ValueError for a quote that is never closed."""
    try:
        for row in csv.reader(lines, strict=True):
            if any(map(str.strip, row)):
                yield row
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from None


def of_text(text: str) -> list[Row]:
    """The rows of a whole text."""
    # splitlines would also cut at characters that end no line of CSV.
    lines = text.split("\n")
    if '"' in text:
        return [*rows(f"{line}\n" for line in lines)]
    return [line.rstrip("\r").split(",") for line in lines if line.strip()]
