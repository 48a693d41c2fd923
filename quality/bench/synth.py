"""`python -m quality.bench.synth`: what a synth of everything costs beside an app with one bucket.

Both import the same modules of aws_cdk, whose loading dominates, and have cdk.json's context. What app.py
attaches, cdk-nag and our rules, stays apart. CPU of an app and its jsii kernel together; each repetition runs
all of them in turn, and ratios are medians of the repetitions' own ratios.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.storage.files import write_whole
from local.terminal.console import print_table
from quality import command_line

_LIMIT = 1.75
_REPORT = Path("build/reports/bench-synth.json")
_ONE_BUCKET = """
import importlib, json, sys
context, folder, *modules = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
from aws_cdk import App, Stack, aws_s3
app = App(context=json.loads(context), outdir=folder, analytics_reporting=False)
aws_s3.Bucket(Stack(app, "Stack"), "Bucket")
app.synth()
"""
_EVERYTHING = """
import json, sys
context, folder = sys.argv[1:]
from aws_cdk import App
import app as slipway
app = App(context=json.loads(context), outdir=folder, analytics_reporting=False)
slipway.build(app)
app.synth()
"""
_MODULES = """
import json, sys
from aws_cdk import App
import app as slipway
slipway.build(App(context=json.loads(sys.argv[1]), analytics_reporting=False))
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] == "aws_cdk")))
"""


def main() -> int:
    parser = command_line.parser("bench.synth", __doc__)
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="how many (default: 5)")
    repetitions = parser.parse_args().repetitions
    context = json.loads(Path("cdk.json").read_text())["context"]
    finding = [sys.executable, "-c", _MODULES, json.dumps(context)]
    modules = json.loads(subprocess.check_output(finding, text=True))
    programs: Mapping[str, list[str]] = {
        "one bucket": [_ONE_BUCKET, json.dumps(context), *modules],
        **{env: [_EVERYTHING, json.dumps({**context, "env": env})] for env in ("dev", "prod")},
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for repetition in range(1, repetitions + 1):
        for name, (program, *arguments) in programs.items():
            print(f"repetition {repetition} of {repetitions}: {name}", file=sys.stderr, flush=True)
            seconds[name].append(_cpu_seconds(program, arguments))
    return _report(seconds)


def _cpu_seconds(program: str, arguments: list[str]) -> float:
    """User and system time of the program and its children, which all end before it."""
    with tempfile.TemporaryDirectory() as folder:
        context, *others = arguments
        before = os.times()
        subprocess.run([sys.executable, "-c", program, context, folder, *others], check=True)
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _report(seconds: Mapping[str, list[float]]) -> int:
    """Print and write what was measured; 1 where an environment exceeds the limit."""
    base = seconds["one bucket"]
    ratios = {
        name: statistics.median(mine / one for mine, one in zip(found, base, strict=True))
        for name, found in seconds.items()
    }
    figures = [
        {
            "synth": name,
            "unit": "s of CPU",
            "median": round(statistics.median(found), 2),
            "low": round(min(found), 2),
            "high": round(max(found), 2),
            "baseline": "one bucket",
            "ratio": round(ratios[name], 2),
        }
        for name, found in seconds.items()
    ]
    write_whole(_REPORT, json.dumps({"limit": _LIMIT, "figures": figures}, indent=2) + "\n")
    names = list(figures[0])
    print_table(tuple(names), [tuple(str(one[name]) for name in names) for one in figures])
    worst = max(ratios.values())
    print(f"at most {_LIMIT} times one bucket: {'holds' if worst <= _LIMIT else 'MISSED'} ({worst:.2f})")
    return 0 if worst <= _LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
