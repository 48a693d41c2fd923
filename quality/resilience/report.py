"""The report: build/reports/resilience.json, and the same as tables."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.storage.files import write_whole
from quality.resilience.promise import Figure, Result, number

HEADER = ("promise", "figure", "measured", "unit", "promised", "")


@dataclass(frozen=True)
class Entry:
    """A promise's name, what came of it, and the seconds that it took."""

    name: str
    result: Result
    seconds: float


def write(path: Path, entries: Sequence[Entry], order: Sequence[str]) -> list[Entry]:
    """Write the entries beside those of other promises that the file holds, in the order of names.

    Returns all of them. A file that another version wrote is started over.
    """
    known = {entry.name: entry for entry in (*_read(path), *entries)}
    every = [known[name] for name in order if name in known]
    document = {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "promises": [_document(entry) for entry in every],
    }
    write_whole(path, json.dumps(document, indent=1) + "\n")
    return every


def rows(entries: Sequence[Entry]) -> Iterator[tuple[str, ...]]:
    """The lines of the table under HEADER."""
    for entry in entries:
        for figure in entry.result.figures:
            held = ("holds" if figure.holds else "BROKEN") if figure.limit else ""
            yield (entry.name, figure.title, number(figure.value), figure.unit, figure.limit, held)


def markdown(entries: Sequence[Entry]) -> str:
    """The table as docs/resilience.md has it: a line a promise, its figures after one another."""
    lines = ["| promise | measured |", "| --- | --- |"]
    for entry in entries:
        figures = "; ".join(_sentence(figure) for figure in entry.result.figures)
        lines.append(f"| {entry.result.promise} | {figures} |")
    return "\n".join(lines) + "\n"


def _sentence(figure: Figure) -> str:
    unit = f" {figure.unit}" if figure.unit else ""
    value = f"{figure.title}: {number(figure.value)}{unit}"
    return value if figure.holds else f"**{value} (promised: {figure.limit})**"


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "promise": entry.result.promise,
        "holds": entry.result.holds,
        "seconds": round(entry.seconds, 1),
        "figures": [
            {
                "title": figure.title,
                "value": round(figure.value, 4),
                "unit": figure.unit,
                "at_most": figure.at_most,
                "at_least": figure.at_least,
                "holds": figure.holds,
            }
            for figure in entry.result.figures
        ],
    }


def _read(path: Path) -> list[Entry]:
    try:
        return [_entry(one) for one in json.loads(path.read_text(encoding="utf-8"))["promises"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _entry(one: Mapping[str, Any]) -> Entry:
    figures = [
        Figure(each["title"], each["value"], each["unit"], each["at_most"], each["at_least"])
        for each in one["figures"]
    ]
    return Entry(one["name"], Result(one["promise"], figures), one["seconds"])
