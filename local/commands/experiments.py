"""`experiments`: list and compare the jobs of executions, with their parameters and metrics."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import assembly
from assembly.errors import UsageError
from local.commands.options import Subparsers, add_assembly, add_command, at_least_one, example_of
from local.experiments import report, table
from local.pipeline.publication import recovered
from local.pipeline.record import TRAIN, ExecutionRecord, read_all
from local.storage.workspace import Workspace
from local.terminal import metrics
from local.terminal.console import print_table
from local.terminal.printed import slipway

_COLUMNS = 8
_DESCRIPTION = """\
List the jobs of the newest training of a workload as trial components, best objective first, with the
parameters in which they differ and their metrics, and write them as a page with charts,
build/reports/<workload>-experiments.html. Each metric has <metric>_min, _max, _last, _count, _avg, _stddev.
build/runs/<execution>/trial-components.json holds all that is known of them.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        __doc__,
        run,
        _DESCRIPTION,
        example_of("experiments bank --column eta --column validation:auc_max --sort validation:auc_max"),
    )
    parser.add_argument("workload", help="the workload, such as bank")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--execution", metavar="ID", help="show this execution (default: the newest training)"
    )
    chosen.add_argument(
        "--last", type=at_least_one, default=1, metavar="N", help="of the newest N trainings (default: 1)"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME",
        dest="columns",
        help="show this parameter or statistic; may be repeated (default: those that differ, the first "
        f"{_COLUMNS})",
    )
    parser.add_argument("--sort", metavar="NAME", help="sort by this column, descending")
    parser.add_argument("--json", action="store_true", help="print the components as JSON instead")
    add_assembly(parser)


def run(arguments: argparse.Namespace) -> int:
    workspace = recovered()
    records = _chosen(arguments, workspace)
    if not records:
        assembly.load(arguments.assembly).training_pipeline(arguments.workload)
        if arguments.json:
            print("[]")
        told = sys.stderr if arguments.json else sys.stdout
        print(f"there is no execution yet; start one with: {slipway('train', arguments.workload)}", file=told)
        return 0
    found = report.components(workspace, records)
    if not found:
        raise UsageError(
            f"{', '.join(one.id for one in records)} has no trial-components.json: "
            "this execution predates experiments; train again"
        )
    ordered = _ordered(found, arguments.sort)
    if arguments.json:
        print(json.dumps(ordered, indent=1))
        return 0
    _show(ordered, arguments.columns)
    print(report.write(workspace, arguments.workload, records), file=sys.stderr)
    return 0


def _chosen(arguments: argparse.Namespace, workspace: Workspace) -> Sequence[ExecutionRecord]:
    """The executions to read; raises UsageError for one that there is not."""
    records = [one for one in read_all(workspace.runs, arguments.workload) if one.command == TRAIN]
    if arguments.execution is None:
        return records[-arguments.last :]
    table.check(
        arguments.execution, [one.id for one in records], f"training of {arguments.workload} is called"
    )
    return [one for one in records if one.id == arguments.execution]


def _ordered(found: Sequence[Mapping[str, Any]], column: str | None) -> Sequence[Mapping[str, Any]]:
    if column is None:
        columns = table.names([table.row(one) for one in found])
        return table.sort(found, table.OBJECTIVE) if table.OBJECTIVE in columns else found
    return table.sort(found, column)


def _show(found: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    rows = [table.row(one) for one in found]
    for name in columns:
        table.check(name, table.names(rows), "column")
    fixed = ("component", "status", "seconds")
    shown = [name for name in columns if name not in fixed] or _telling(rows)
    print_table((*fixed, *shown), [metrics.cells(one, (*fixed, *shown)) for one in rows])


def _telling(rows: Sequence[table.Row]) -> Sequence[str]:
    """The objective, then parameters and the last values of metrics in which the components differ."""
    left_out = ("component", "step", "status", "seconds", table.OBJECTIVE)
    statistics = tuple(f"_{one}" for one in table.STATISTICS if one != "last")
    differing = [one for one in table.differing(rows) if one not in left_out and not one.endswith(statistics)]
    objective = [table.OBJECTIVE] if any(table.OBJECTIVE in one for one in rows) else []
    return [*objective, *differing][:_COLUMNS]
