"""The code that describes data and compares them with a baseline, in this process."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from captured_requests import END, HEADER, START, customers
from model_scripts import load

BASELINE, MONITOR = "shared/baseline", "shared/monitor"


def run_job(path: str, *arguments: object) -> str:
    """Run a folder of model_code in this process; returns what it prints, raises SystemExit as it does."""
    printed = io.StringIO()
    with patch("sys.argv", [path, *map(str, arguments)]), redirect_stdout(printed):
        load(f"{path}/__main__").main()
    return printed.getvalue()


def profile(rows: Iterable[Sequence[str]], names: Sequence[str] = HEADER) -> Any:
    table = load("shared/monitor/table_profile").TableProfile(names)
    table.update(rows)
    return table


def baseline(rows: Sequence[Sequence[str]], names: Sequence[str] = HEADER) -> Any:
    """A baseline of the rows, as it is after it was written and read."""
    statistics = json.loads(json.dumps(profile(rows, names).document()))
    constraints = json.loads(json.dumps(load("shared/monitor/quality_constraints").suggest(statistics)))
    return load("shared/monitor/quality_checks").Baseline(statistics, constraints)


def found(base: Any, rows: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    """Feature and check of each violation that the rows have."""
    table = profile(rows, base.names)
    check: Callable[..., Any] = load("shared/monitor/quality_checks").violations
    return {(one.feature, one.check) for one in check(base, table, base.distances(table))}


def table(path: Path, rows: Iterable[list[str]], header: list[str] = HEADER) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")


def describe(folder: Path) -> Path:
    """Make the folder hold a baseline of customers, each document in a folder of its own."""
    table(folder / "data" / "train.csv", customers(2000, 1))
    run_job(BASELINE, "--data", folder / "data", "--output", folder)
    for name in ("statistics", "constraints"):
        (folder / name).mkdir()
        (folder / f"{name}.json").rename(folder / name / f"{name}.json")
    return folder


class Watched:
    """The captures of an endpoint, and what looking at them found."""

    def __init__(self, folder: Path, described: Path) -> None:
        self.folder, self._described = folder, described
        self.captures, self.labels, self.output = (folder / name for name in ("captures", "labels", "output"))
        for one in (self.captures, self.labels):
            one.mkdir()

    def look(self, start: str = START, end: str = END, **options: str) -> dict[str, Any]:
        self.printed = run_job(
            MONITOR,
            *("--captures", self.captures, "--labels", self.labels, "--output", self.output),
            *("--statistics", self._described / "statistics"),
            *("--constraints", self._described / "constraints"),
            *("--endpoint", "slipway-dev-shop", "--schedule", "slipway-dev-shop-monitor"),
            *("--start", start, "--end", end),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        )
        found: dict[str, Any] = self.json("monitoring")
        return found

    def json(self, name: str) -> Any:
        return json.loads((self.output / f"{name}.json").read_text(encoding="utf-8"))
