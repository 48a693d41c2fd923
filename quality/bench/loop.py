"""`python -m quality.bench.loop`: what changing the project costs in CPU, beside a one-bucket app.

The bucket is synthesized as everything else is: by the CDK's command line, without its validator. Each
repetition runs all steps in turn; a ratio is the median of the repetitions' own ratios. `make diff` compares
with HEAD. Processes that a step starts end before it, and their CPU counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembly.errors import SlipwayError
from local.commands.options import at_least_one
from local.storage.files import write_whole
from local.terminal.console import print_table
from quality import command_line

_REPORT = Path("build/reports/bench-loop.json")
_ONE_BUCKET = """\
from aws_cdk import App, Stack, aws_s3
app = App(analytics_reporting=False)
aws_s3.Bucket(Stack(app, "Stack"), "Bucket")
app.synth()
"""
_BASELINE = "one bucket"
_SYNTH = "make synth"
# Where nothing has changed, make would do nothing: this is what it runs after a change.
_STEPS: Mapping[str, Sequence[str]] = {
    _SYNTH: ("scripts/synth", "dev", "build/bench/loop"),
    "make diff": ("make", "diff", "BASE=HEAD"),
    "make demo": ("make", "demo"),
}
# Times the CPU of the bucket.
_LIMITS = {_SYNTH: 4.0}


def main() -> int:
    parser = command_line.parser("bench.loop", __doc__)
    parser.add_argument("--repetitions", type=at_least_one, default=3, metavar="N", help="default: 3")
    parser.add_argument(
        "--smallest", action="store_true", help="one synth, to see that it runs: no limit is judged"
    )
    arguments = parser.parse_args()
    steps = {name: _STEPS[name] for name in _STEPS if name == _SYNTH or not arguments.smallest}
    seconds: dict[str, list[float]] = {name: [] for name in (_BASELINE, *steps)}
    try:
        for _ in range(1 if arguments.smallest else arguments.repetitions):
            seconds[_BASELINE].append(_of_one_bucket())
            for name, command in steps.items():
                seconds[name].append(_cpu_seconds(command))
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    missed = _report(seconds)
    if not missed or arguments.smallest:
        return 0
    print(f"error: above its limit: {', '.join(missed)}", file=sys.stderr)
    return 1


def _of_one_bucket() -> float:
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder, "app.py")
        app.write_text(_ONE_BUCKET)
        options = ("--quiet", "--no-notices", "--output", f"{folder}/cdk.out")
        return _cpu_seconds(("cdk", "synth", "--app", f"{sys.executable} {app}", *options))


def _cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of a command and of all that it started. Raises SlipwayError when it fails."""
    print(f"measuring {' '.join(command[:2])}", file=sys.stderr, flush=True)
    before = os.times()
    variables = {**os.environ, "CDK_VALIDATION": "false"}
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    after = os.times()
    if done.returncode != 0:
        raise SlipwayError(f"`{' '.join(command)}` ended with {done.returncode}: {done.stderr[-1000:]}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def _report(seconds: Mapping[str, Sequence[float]]) -> Sequence[str]:
    """Print and write what was measured; the steps above their limit."""
    figures: list[dict[str, object]] = []
    missed = []
    for name, found in seconds.items():
        ratios = [mine / one for mine, one in zip(found, seconds[_BASELINE], strict=True)]
        ratio = statistics.median(ratios)
        if name in _LIMITS and ratio > _LIMITS[name]:
            missed.append(name)
        figures.append(
            {
                "step": name,
                "unit": "s of CPU",
                "median": round(statistics.median(found), 2),
                "low": round(min(found), 2),
                "high": round(max(found), 2),
                "baseline": _BASELINE,
                "ratio": round(ratio, 2),
                "limit": _LIMITS.get(name),
            }
        )
    write_whole(_REPORT, json.dumps({"figures": figures}, indent=2) + "\n")
    names = list(figures[0])
    print_table(tuple(names), [tuple(str(one[name] or "-") for name in names) for one in figures])
    return missed


if __name__ == "__main__":
    sys.exit(main())
