"""`evaluate`: train and evaluate a workload over several splits of its data."""

import argparse
import json
import statistics
import sys
from typing import Any

from assembly.errors import SlipwayError
from local.commands.options import Subparsers, add_command, add_data, add_iam, add_pipeline, example_of, judge
from local.pipeline.progress import Quiet
from local.pipeline.publication import recovered
from local.pipeline.runner import PipelineRunner
from local.storage.files import write_whole
from local.terminal import metrics
from local.terminal.console import print_table

_SEED = "SplitSeed"
# The workshop's split, then as many others as are asked for.
_FIRST_SEED = 1729
# What comes after the evaluation: one execution of many registers nothing.
_LEFT_OUT = frozenset({"RegisterModel", "Fail"})
_DESCRIPTION = """\
Run a workload's pipeline for the SplitSeeds 1729, 0, 1, ... up to its evaluation, and print mean and
standard deviation of a metric. Nothing is registered or published; the figures go to
build/reports/WORKLOAD-splits.json too.
"""
_EPILOG = example_of("evaluate churn --splits 15 --data churn.txt")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    add_pipeline(parser)
    add_iam(parser)
    parser.add_argument(
        "--splits", type=_at_least_two, default=15, metavar="N", help="how many (default: 15)"
    )
    parser.add_argument(
        "--metric", default="f1", metavar="NAME", help="metric for mean and standard deviation (f1)"
    )
    add_data(parser, "evaluate")


def run(arguments: argparse.Namespace) -> int:
    workspace = recovered()
    runner = PipelineRunner.training(arguments.assembly, workspace, arguments.workload, judge(arguments))
    workload = runner.workload
    seeds = [_FIRST_SEED, *range(arguments.splits - 1)]
    with workspace.training(workload):
        given = dict(arguments.parameters)
        runner.use_data(arguments.data, runner.parameters(given), workload)
        rows = [
            _split(runner, workload, {**given, _SEED: str(seed)}, f"{position} of {len(seeds)}")
            for position, seed in enumerate(seeds, start=1)
        ]
    summary = _summary(rows, arguments.metric)
    write_whole(workspace.reports / f"{workload}-splits.json", json.dumps(summary, indent=2) + "\n")
    names = [name for name in metrics.columns(rows) if name != _SEED]
    print_table((_SEED, *names), [(row[_SEED], *metrics.cells(row, names)) for row in rows])
    print(
        f"mean {arguments.metric} {summary['mean']:.3f} +- {summary['spread']:.3f} over {len(seeds)} splits"
    )
    return 0


def _split(runner: PipelineRunner, workload: str, given: dict[str, str], position: str) -> dict[str, Any]:
    """The metrics of one split, its seed first."""
    one = runner.prepare("evaluate", workload, runner.parameters(given), leaving_out=_LEFT_OUT)
    print(f"split {position}, seed {given[_SEED]}: started", file=sys.stderr, flush=True)
    one.run(Quiet())
    found = metrics.scalars(one.record.metrics)
    figures = ", ".join(f"{name} {value:.3f}" for name, value in found.items() if isinstance(value, float))
    print(f"split {position}: {figures} after {one.record.seconds:.1f} s", file=sys.stderr, flush=True)
    return {_SEED: given[_SEED], **found}


def _summary(rows: list[dict[str, Any]], metric: str) -> dict[str, Any]:
    """Mean and sample standard deviation of the metric, and all that was measured."""
    values = [row.get(metric) for row in rows]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if len(numbers) < len(rows):
        known = ", ".join(metrics.columns(rows))
        raise SlipwayError(f"the pipeline's evaluation has no metric {metric}; it has {known}")
    return {
        "metric": metric,
        "mean": statistics.mean(numbers),
        "spread": statistics.stdev(numbers),
        "splits": rows,
    }


def _at_least_two(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 2, got {text!r}")
    return int(text)
