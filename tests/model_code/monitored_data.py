"""The code that describes data and compares them with a baseline, in this process."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

from captured_requests import HEADER
from model_scripts import load


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
