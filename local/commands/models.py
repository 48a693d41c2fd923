"""`models`: list, approve and reject the versions of a workload's model."""

import argparse

from assembly.errors import UsageError
from local.commands import registries
from local.commands.options import Subparsers, add_command, at_least_one, example_of
from local.registry import APPROVED, REJECTED, Package
from local.terminal import metrics
from local.terminal.console import print_table
from local.terminal.printed import slipway

_STATUS = {"approve": APPROVED, "reject": REJECTED}
_DESCRIPTION = """\
List the versions in the model package group of WORKLOAD, with their metrics and status; or approve or
reject one. Only an approved version can be released.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION, example_of("models churn approve 2"))
    parser.add_argument("workload", help="the workload, such as churn, or the group's name")
    parser.add_argument("action", nargs="?", choices=tuple(_STATUS), help="what to do with VERSION")
    parser.add_argument(
        "version", nargs="?", type=at_least_one, metavar="VERSION", help="a version number from the list"
    )
    registries.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.action and arguments.version is None:
        listing = slipway("models", arguments.workload)
        raise UsageError(f"{arguments.action} needs a VERSION; list them with: {listing}")
    registry, group = registries.opened(arguments)
    if arguments.action:
        package = registry.set_status(group, arguments.version, _STATUS[arguments.action])
        print(f"{group} version {package.version} is {package.status}")
    else:
        _list(registry.versions(group), group)
    return 0


def _list(packages: list[Package], group: str) -> None:
    if not packages:
        print(f"{group} has no versions yet; a training that passes its gate registers one")
        return
    rows = [metrics.scalars(package.metrics) for package in packages]
    names = metrics.columns(rows)
    print_table(
        ("version", "status", *names, "registered"),
        [
            (str(package.version), package.status, *metrics.cells(row, names), package.created)
            for package, row in zip(packages, rows, strict=True)
        ],
    )
