"""`runs`: compare the executions of a workload's pipelines."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import assembly
from local.commands.options import Subparsers, add_assembly, add_command, at_least_one, example_of
from local.pipeline.publication import recovered
from local.pipeline.record import ExecutionRecord, read_all
from local.pipeline.revision import Revision
from local.terminal import metrics
from local.terminal.console import print_table
from local.terminal.printed import slipway

_NEWEST = 20
_TO_THE_SECOND = len("2026-01-31T12:00:00")
_DESCRIPTION = """\
Compare the executions of a workload's pipelines on this machine: the parameters in which they differ,
metrics, revision (+: with changes) and archives. build/runs/<execution>/execution.json holds all that is
known of one.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, example_of("runs churn --command evaluate"))
    parser.add_argument("workload", help="the workload, such as churn")
    parser.add_argument(
        "--command",
        choices=("train", "evaluate", "transform"),
        default="train",
        help="executions of this command (default: train)",
    )
    parser.add_argument(
        "--last", type=at_least_one, default=_NEWEST, metavar="N", help=f"the newest N (default: {_NEWEST})"
    )
    add_assembly(parser)


def run(arguments: argparse.Namespace) -> int:
    workload, command = arguments.workload, arguments.command
    workspace = recovered()
    records = [one for one in read_all(workspace.runs, workload) if one.command == command]
    if records:
        _compare(records[-arguments.last :])
    else:
        _demand_pipeline(arguments.assembly, workload, command)
        print(f"there is no execution yet; start one with: {slipway(command, workload)}")
    return 0


def _demand_pipeline(folder: Path, workload: str, command: str) -> None:
    declared = assembly.load(folder)
    find = declared.batch_pipeline if command == "transform" else declared.training_pipeline
    find(workload)


def _compare(records: Sequence[ExecutionRecord]) -> None:
    rows = [metrics.scalars(record.metrics) for record in records]
    measured, parameters = metrics.columns(rows), _differing(records)
    print_table(
        (
            "execution",
            "started",
            "status",
            "seconds",
            "revision",
            *parameters,
            *measured,
            "archives",
            "package",
        ),
        [
            (
                record.id,
                record.started[:_TO_THE_SECOND],
                record.status,
                f"{record.seconds:.1f}",
                str(Revision(record.revision, record.dirty)),
                *metrics.cells(record.parameters, parameters),
                *metrics.cells(row, measured),
                _archives(record),
                (record.package or "").rpartition("/")[2],
            )
            for record, row in zip(records, rows, strict=True)
        ],
    )


def _differing(records: Sequence[ExecutionRecord]) -> list[str]:
    """The parameters that do not have one value in all of the executions."""
    names = metrics.columns(record.parameters for record in records)
    return [name for name in names if len({str(record.parameters.get(name)) for record in records}) > 1]


def _archives(record: ExecutionRecord) -> str:
    """The archives' digests, short, in the order of the containers."""
    return " ".join(digest[:6] for digest in record.artifacts.values())
