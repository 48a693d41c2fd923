"""`python -m bench`: what the containers cost beside the usual way."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import uvloop

from bench import transform
from bench.data import Rows
from bench.figures import FIGURES, Samples, Target, targets
from bench.run import Run
from bench.sides import Sides
from local import assembly
from local.console import print_table
from local.errors import SlipwayError

_DESCRIPTION = """\
Compare the template's four churn containers, as `python -m local serve` starts them, with the usual way:
pandas and joblib handlers behind gunicorn, gevent and Flask; with those handlers on our server; and with the
floor, four hops to empty servers plus the computation in one process. Every repetition measures all in turn.

Ratios are medians of the repetitions' own ratios: only they mean something on a machine that does other work.
Writes build/reports/bench.json and docs/bench.svg.
"""
_ROWS = 100_000
_TRANSFORMED = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"), help="default: cdk.out")
    parser.add_argument("--repetitions", type=int, default=5, help="at most so many (default: 5)")
    parser.add_argument("--minutes", type=float, default=6, help="start no repetition that would exceed it")
    parser.add_argument("--no-plot", action="store_true", help="leave docs/bench.svg as it is")
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    work = Path("build/bench")
    _note("making 100,000 rows and the usual models")
    rows = Rows.generate(work, _ROWS)
    sides = Sides(assembly.load(arguments.assembly), "churn", work)
    samples = Samples()
    _note(f"one million rows through a transform job ({_elapsed(started)})")
    found = transform.measure(arguments.assembly, "churn", work / "transform", rows.lines, _TRANSFORMED)
    samples.add("transform.seconds", "ours", found.seconds)
    samples.add("transform.peak", "ours", found.peak)
    samples.add("transform.growth", "ours", found.growth)
    longest = 0.0
    for repetition in range(1, arguments.repetitions + 1):
        if time.monotonic() - started + longest > 60 * arguments.minutes:
            _note(f"stopping after {repetition - 1} repetitions: {arguments.minutes:g} minutes are over")
            break
        prefix = f"repetition {repetition} of {arguments.repetitions}"
        run = Run(sides, rows, samples, lambda text, prefix=prefix: _note(f"{prefix}: {text}"))
        longest = max(longest, uvloop.run(run.repetition()))
    report = Path("build/reports/bench.json")
    _write(report, samples, time.monotonic() - started)
    if not arguments.no_plot:
        plot = [sides.python, Path(__file__).with_name("plot.py"), report, "docs/bench.svg"]
        subprocess.run(plot, check=True)
    _show(samples, sides)
    return 0


def _write(path: Path, samples: Samples, seconds: float) -> None:
    document = {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
        "repetitions": len(samples.values["ready"]["ours"]),
        "seconds": round(seconds),
        "figures": samples.report(),
        "transform": {
            "rows": _TRANSFORMED,
            "seconds": round(samples.median("transform.seconds", "ours"), 1),
            "peak_mb": round(samples.median("transform.peak", "ours")),
        },
        "targets": [
            {"title": one.title, "limit": one.limit, "measured": round(one.measured, 3), "holds": one.holds}
            for one in targets(samples)
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document, indent=1) + "\n")
    temporary.replace(path)


def _show(samples: Samples, sides: Sides) -> None:
    names = [*(side.name for side in sides.all), "floor"]
    rows = []
    for figure in FIGURES:
        cells = [_cell(samples, figure.key, name) for name in names]
        rows.append((figure.title, figure.unit, *cells))
    print_table(("figure", "unit", *names), rows)
    print()
    print_table(("target", "limit", "measured", ""), [Target.as_row(one) for one in targets(samples)])


def _cell(samples: Samples, key: str, side: str) -> str:
    if side not in samples.values[key]:
        return "-"
    value, ratio = samples.median(key, side), samples.ratio(key, side)
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return text if side == "usual" else f"{text} ({ratio:.1f}x)"


def _elapsed(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
