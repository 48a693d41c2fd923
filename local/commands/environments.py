"""`environments`: list the Python environments that images and tools have of their own, and build them."""

import argparse

from assembly.errors import UsageError
from local.commands.options import Subparsers, add_command
from local.containers.environment import ImageEnvironment
from local.containers.images import Images
from local.terminal.console import print_table

_DESCRIPTION = """\
List the images and tools of versions.toml that name a lock and a Python version of their own, or those that
are named. Each is built on first use; --build does it now. The exit code is 1 when one cannot be built on
this machine, and the last column says why.
"""


def add_parser(subparsers: Subparsers) -> None:
    parser = add_command(subparsers, __doc__, run, _DESCRIPTION)
    parser.add_argument("image", nargs="*", metavar="IMAGE", help="those to include (default: all)")
    parser.add_argument("--build", action="store_true", help="build those that are not there yet")


def run(arguments: argparse.Namespace) -> int:
    environments = _chosen(Images.load().environments(), arguments.image)
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


def _chosen(environments: list[ImageEnvironment], names: list[str]) -> list[ImageEnvironment]:
    known = [environment.name for environment in environments]
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"no image {unknown[0]} has an environment of its own; expected {', '.join(known)}")
    return [environment for environment in environments if environment.name in (names or known)]


def _state(built: bool) -> str:
    return "built" if built else "built on first use"
