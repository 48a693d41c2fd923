"""`python -m quality.bench`: what the containers cost beside the usual way."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

import assembly
from assembly.errors import SlipwayError
from assembly.program import ended
from local.commands.options import at_least_one, positive
from local.storage.files import write_whole
from local.terminal.console import print_table
from quality import command_line
from quality.bench import transform
from quality.bench.data import Rows
from quality.bench.figures import FIGURES, Samples, Target, targets
from quality.bench.page import page
from quality.bench.run import SMALLEST, WHOLE, Run, Size
from quality.bench.sides import Sides

_DESCRIPTION = """\
Compare the template's four churn containers, as `slipway serve` starts them, with the usual way:
pandas and joblib handlers behind gunicorn, gevent and Flask; with those handlers on our server; and with the
floor, four hops to empty servers plus the computation in one process. Every repetition measures all in turn.

Ratios are medians of the repetitions' own ratios: only they mean something on a machine that does other work.
Writes build/reports/bench.json, docs/performance.md and docs/bench.svg; exit code 1 says that a target was
missed. The handlers are those in the archives of the assembly: `make bench` trains them first.
"""


def main() -> int:
    parser = command_line.parser("bench", _DESCRIPTION)
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"), help="default: cdk.out")
    parser.add_argument("--repetitions", type=at_least_one, default=5, help="at most so many (default: 5)")
    parser.add_argument(
        "--minutes", type=positive, default=6, help="start no repetition that would exceed it"
    )
    parser.add_argument("--no-docs", action="store_true", help="leave the page and the plot as they are")
    parser.add_argument(
        "--smallest",
        action="store_true",
        help="everything once with little data, to see that it runs: no target is judged, and nothing is "
        "written but build/bench/smallest.json",
    )
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    size = SMALLEST if arguments.smallest else WHOLE
    work = Path("build/bench")
    report = work / "smallest.json" if arguments.smallest else Path("build/reports/bench.json")
    loaded = assembly.load(arguments.assembly)
    _note("importing the Lambda function")
    function = _measure_lambda(1 if arguments.smallest else 9)
    _note(f"making {size.rows:,} rows and the usual models ({_elapsed(started)})")
    rows = Rows.generate(work, size.rows)
    sides = Sides(loaded, "churn", work)
    samples = Samples()
    _note(f"{size.transformed:,} rows through a transform job ({_elapsed(started)})")
    found = transform.measure(arguments.assembly, "churn", work / "transform", rows.lines, size.transformed)
    samples.add("transform.seconds", "ours", found.seconds)
    samples.add("transform.peak", "ours", found.peak)
    samples.add("transform.growth", "ours", found.growth)
    longest = 0.0
    repetitions = 1 if arguments.smallest else arguments.repetitions
    for repetition in range(1, repetitions + 1):
        if longest and time.monotonic() - started + longest > 60 * arguments.minutes:
            _note(f"stopping after {repetition - 1} repetitions: {arguments.minutes:g} minutes are over")
            break
        run = Run(sides, size, rows, samples, partial(_note_of, repetition, repetitions))
        longest = max(longest, uvloop.run(run.repetition()))
        document = _document(samples, size, function, time.monotonic() - started)
        write_whole(report, json.dumps(document, indent=1) + "\n")
    if not (arguments.no_docs or arguments.smallest):
        write_whole(Path("docs/performance.md"), page(document))
        plot = Path(__file__).with_name("plot.py")
        subprocess.run([sides.python, plot, report, Path("docs/bench.svg")], check=True)
    _show(samples, sides)
    if arguments.smallest:
        return 0
    print()
    print_table(("target", "limit", "measured", ""), [Target.as_row(one) for one in targets(samples)])
    missed = [one.title for one in targets(samples) if not one.holds]
    if missed:
        _note(f"error: missed: {'; '.join(missed)}")
    return 1 if missed else 0


def _measure_lambda(repetitions: int) -> dict[str, Any]:
    """The figures of `scripts/measure_lambda.py`, which refuses those over its limits."""
    name = "predict_churn"
    program = Path(__file__).resolve().parents[2] / "scripts" / "measure_lambda.py"
    command = [sys.executable, str(program), name, "--repetitions", str(repetitions)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SlipwayError(f"{program.name} failed; see its output above")
    figures: dict[str, Any] = json.loads(Path(f"build/reports/lambda-{name}.json").read_text())
    return figures


def _document(samples: Samples, size: Size, function: dict[str, Any], seconds: float) -> dict[str, Any]:
    return {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
        "repetitions": len(samples.values["ready"]["ours"]),
        "seconds": round(seconds),
        "figures": samples.report(),
        "transform": {
            "rows": size.transformed,
            "seconds": round(samples.median("transform.seconds", "ours"), 1),
            "peak_mb": round(samples.median("transform.peak", "ours")),
        },
        "lambda": function,
        "targets": [
            {**asdict(one), "measured": round(one.measured, 3), "holds": one.holds}
            for one in targets(samples)
        ],
    }


def _show(samples: Samples, sides: Sides) -> None:
    names = [*(side.name for side in sides.all), "floor"]
    rows = []
    for figure in FIGURES:
        cells = [_cell(samples, figure.key, name) for name in names]
        rows.append((figure.title, figure.unit, *cells))
    print_table(("figure", "unit", *names), rows)


def _cell(samples: Samples, key: str, side: str) -> str:
    if side not in samples.values[key]:
        return "-"
    value, ratio = samples.median(key, side), samples.ratio(key, side)
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return text if side == "usual" else f"{text} ({ratio:.1f}x)"


def _elapsed(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def _note_of(repetition: int, of: int, text: str) -> None:
    _note(f"repetition {repetition} of {of}: {text}")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(ended(main))
