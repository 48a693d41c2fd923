"""`train`: run a workload's training pipeline."""

import argparse
import sys

from local.commands.options import (
    Subparsers,
    add_command,
    add_data,
    add_iam,
    add_pipeline,
    example_of,
    given_path,
    judge,
)
from local.pipeline import progress
from local.pipeline.differences import without_effect
from local.pipeline.publication import recovered
from local.pipeline.record import TRAIN, UNCHANGED, StepRecord
from local.pipeline.runner import PipelineRunner
from local.terminal.console import print_table
from local.terminal.printed import slipway

_DESCRIPTION = """\
Run the training pipeline of WORKLOAD as the template declares it, with each job as a process.

A step with CacheConfig is not run again if its inputs, code and image have not changed. After an execution
that failed or was killed, the next one continues with the steps that had succeeded.

When every step has succeeded, the models are put into build/artifacts/WORKLOAD/<container>/model.tar.gz and
the property files into build/reports/. Inputs, outputs and logs stay in build/runs/<execution>/<step>/.
"""
_EPILOG = example_of("train churn --data churn.txt --set SplitSeed=1729")


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, _EPILOG)
    add_pipeline(parser)
    add_iam(parser)
    add_data(parser, "train")
    parser.add_argument(
        "--weights",
        type=given_path,
        metavar="PATH",
        help="begin with these weights, where a pipeline takes some (default: those of the last time)",
    )


def run(arguments: argparse.Namespace) -> int:
    workspace = recovered()
    runner = PipelineRunner.training(arguments.assembly, workspace, arguments.workload, judge(arguments))
    workload = runner.workload
    with workspace.training(workload):
        parameters = runner.parameters(dict(arguments.parameters))
        one = runner.prepare(TRAIN, workload, parameters)
        runner.use_data(arguments.data, parameters, workload)
        runner.use_weights(arguments.weights, parameters, workload)
        for difference in without_effect(runner.definition):
            print(f"without effect here: {difference}", file=sys.stderr)
        with progress.show() as display:
            one.run(display, publishing=True)
    order = [step.name for step in runner.definition.steps]
    steps = sorted(one.record.steps, key=lambda step: order.index(step.name))
    print_table(("step", "type", "seconds", "result"), map(_row, steps))
    for path in one.published:
        print(f"wrote {path}")
    for arn in one.execution.packages:
        print(f"registered {arn.partition('/')[2]}; see: {slipway('models', workload)}")
    return 0


def _row(step: StepRecord) -> tuple[str, ...]:
    since = f" since {step.origin}" if step.status == UNCHANGED else ""
    return step.name, step.type, f"{step.seconds:.1f}", f"{step.status}{since}"
