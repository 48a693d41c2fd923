"""From the public file of electricity loads to series of two hours for training, testing and evaluation.

Writes train.<format> and test.<format> for DeepAR; windows.json, a line for each forecast that is evaluated;
truth.json, what was observed in each; and series.json, all loads. `cat` is the client's number where it is
asked for, `dynamic_feat` the second experiment's special days.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import electricity_file
import load_series
import series_files
from job_files import only_file
from load_series import STEP, Series, Window
from special_days import with_special_days

# The workshop tests each experiment on windows of its own: (how many, how many horizons apart).
TEST_WINDOWS = {"plain": (4, 1), "special-days": (7, 2)}
EVALUATED_WINDOWS = 4


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="prepare", description=__doc__.split("\n\n")[0])
    parser.add_argument("--input", type=Path, required=True, help="folder of the file: plain, .gz or .zip")
    for name in ("train", "test", "windows", "truth", "series"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"folder for {name}")
    parser.add_argument(
        "--start", type=datetime.fromisoformat, default="2014-01-01", help="loads from here on"
    )
    parser.add_argument(
        "--end", type=datetime.fromisoformat, default="2014-09-01", help="train on what is before"
    )
    parser.add_argument("--horizon", type=int, default=84, help="points of a forecast (default 84: 7 days)")
    parser.add_argument("--experiment", choices=[*TEST_WINDOWS], default="plain")
    parser.add_argument("--categories", choices=["none", "client"], default="none", help="what `cat` is")
    parser.add_argument("--format", choices=series_files.FORMATS, default="json.gz", help="of train and test")
    parser.add_argument("--seed", type=int, default=1729, help="of the special days (default 1729)")
    arguments = parser.parse_args(argv)
    try:
        prepare(arguments)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")


def prepare(arguments: argparse.Namespace) -> None:
    """Read, resample, cut and write; raises ValueError for a file that is not the published format, or that
    has too little after `end`."""
    readings = electricity_file.read(only_file(arguments.input))
    series = load_series.two_hourly(readings, arguments.start)
    horizon, end = arguments.horizon * STEP, arguments.end
    evaluated = load_series.windows(end, horizon, EVALUATED_WINDOWS)
    if arguments.experiment == "special-days":
        series = with_special_days(series, [window.start for window in evaluated], arguments.seed)
    if arguments.categories == "client":
        series = [replace(one, category=number) for number, one in enumerate(series)]
    # A series that begins later has nothing to train on, and with categories none that training saw.
    known = [one for one in series if one.position(end) > arguments.horizon and has_values(one.until(end))]
    count, every = TEST_WINDOWS[arguments.experiment]
    tested = load_series.windows(end, horizon, count, every)
    asked = list(load_series.requests(known, evaluated, arguments.horizon))
    if {window.number for _, window in asked} != {window.number for window in evaluated}:
        raise ValueError(
            f"the file has no whole forecast window up to {evaluated[-1].end}; "
            f"training ends at {end}, and {EVALUATED_WINDOWS} windows are evaluated after it"
        )
    found = {
        "train": series_files.write(
            arguments.train / "train", (one.until(end).document() for one in known), arguments.format
        ),
        "test": series_files.write(
            arguments.test / "test",
            (one.document() for one in tests(known, tested)),
            arguments.format,
        ),
        "windows": series_files.write(arguments.windows / "windows", (one.document() for one, _ in asked)),
        "series": series_files.write(
            arguments.series / "series", ({"client": one.client, **one.document()} for one in series)
        ),
    }
    by_client = {one.client: one for one in series}
    series_files.write(
        arguments.truth / "truth", (observed(by_client[one.client], window) for one, window in asked)
    )
    print(", ".join(f"{name} {count}" for name, count in found.items()), "series")


def tests(series: Sequence[Series], among: Sequence[Window]) -> list[Series]:
    """Each series up to the end of each window that it covers: DeepAR forecasts its last points."""
    return [
        one.until(window.end)
        for window in among
        for one in series
        if one.position(window.end) <= len(one.loads)
    ]


def observed(series: Series, window: Window) -> dict[str, object]:
    """What was observed in a window, and which one it is."""
    part = series.until(window.end)
    loads = part.loads[series.position(window.start) :]
    return {
        "client": series.client,
        "window": window.number,
        "start": str(window.start),
        "target": replace(part, loads=loads).document()["target"],
    }


def has_values(series: Series) -> bool:
    return bool((series.loads == series.loads).any())


if __name__ == "__main__":
    main()
