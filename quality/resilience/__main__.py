"""`python -m quality.resilience`: measure what is promised under abuse, faults, overload and replacement."""

import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembly.errors import SlipwayError
from assembly.program import ended, stop
from local.terminal.console import print_table
from quality import command_line
from quality.resilience import abuse, archives, kills, overload, replacement, report
from quality.resilience.promise import SMALLEST, WHOLE, Context, Measure, Size
from quality.resilience.report import Entry

_DESCRIPTION = """\
Measure what Slipway promises when it is abused: each promise starts what it needs from the assembly, on ports
and in folders of its own, and gives figures. Prints a table, writes build/reports/resilience.json and the
table of docs/resilience.md, build/reports/resilience.md; promises that were not named keep what was measured
before.

Ends with 1 when a promise is broken.
"""
_REPORTS = Path("build/reports")

# In the order of the table.
PROMISES: Mapping[str, Measure] = {
    "abuse": abuse.measure,
    "kills": kills.measure,
    "spoilt": kills.measure_spoilt,
    "overload": overload.measure,
    "replacement": replacement.measure,
    "archives": archives.measure,
}


def main(argv: Sequence[str] | None = None, promises: Mapping[str, Measure] = PROMISES) -> int:
    parser = command_line.parser("resilience", _DESCRIPTION, f"promises: {', '.join(promises)}")
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure (default: every promise)")
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"), help="default: cdk.out")
    parser.add_argument(
        "--smallest",
        action="store_true",
        help="everything once, to see that it runs: no speed is judged, and the report is "
        "build/reports/resilience-smallest.json",
    )
    arguments = parser.parse_args(argv)
    if unknown := sorted(set(arguments.names) - promises.keys()):
        parser.error(f"no promise is called {', '.join(unknown)}; there are {', '.join(promises)}")
    chosen = {name: promises[name] for name in promises if name in (arguments.names or promises)}
    try:
        if arguments.smallest:
            return _measure(chosen, arguments.assembly, list(promises), SMALLEST, "resilience-smallest")
        return _measure(chosen, arguments.assembly, list(promises), WHOLE, "resilience")
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _measure(
    chosen: Mapping[str, Measure], assembly: Path, order: Sequence[str], size: Size, named: str
) -> int:
    entries: list[Entry] = []
    for name, measure in chosen.items():
        folder = Path("build/resilience") / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        started = time.monotonic()

        def note(text: str, name: str = name, started: float = started) -> None:
            print(f"{name}, {time.monotonic() - started:.0f} s: {text}", file=sys.stderr, flush=True)

        result = measure(Context(assembly.resolve(), folder.resolve(), note, size))
        entries.append(Entry(name, result, time.monotonic() - started))
        every = report.write(_REPORTS / f"{named}.json", entries, order)
        (_REPORTS / f"{named}.md").write_text(report.markdown(every), encoding="utf-8")
    print_table(report.HEADER, report.rows(entries))
    broken = [entry.name for entry in entries if not entry.result.holds]
    if broken:
        print(f"error: broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(ended(main))
