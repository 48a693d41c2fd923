"""`environments`: list the Python environments that images have of their own, and build them."""

import argparse

from local.commands.options import Subparsers, add_command
from local.containers.images import Images
from local.terminal.console import print_table

_DESCRIPTION = """\
List the images of versions.toml that name a lock and a Python version of their own. Each is built on
first use; --build does it now. The exit code is 1 when one cannot be built on this machine, and the last
column says why.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION)
    parser.add_argument("--build", action="store_true", help="build those that are not there yet")


def run(arguments: argparse.Namespace) -> int:
    environments = Images.load().own_environments()
    obstacles = [environment.obstacle() for environment in environments]
    if arguments.build:
        for environment, obstacle in zip(environments, obstacles, strict=True):
            if obstacle is None:
                environment.python()
    print_table(
        ("image", "python", "state"),
        [
            (environment.name, environment.version, obstacle or _state(environment.is_built))
            for environment, obstacle in zip(environments, obstacles, strict=True)
        ],
    )
    return 1 if any(obstacles) else 0


def _state(built: bool) -> str:
    return "built" if built else "built on first use"
