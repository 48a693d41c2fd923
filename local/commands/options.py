"""Options that several commands have."""

import argparse
import json
import math
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assembly import Assembly
from local.terminal.printed import slipway
from rehearsal.iam.enforcement import OFF, Iam, enforced

type Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def in_help(command: str) -> str:
    """A command of Slipway's for a text of argparse's, which formats with %."""
    return slipway(*shlex.split(command)).replace("%", "%%")


def example_of(command: str, *, after: str | None = None) -> str:
    """The epilog that shows one command, after another one that is not Slipway's."""
    return f"example: {f'{after} && ' if after else ''}{in_help(command)}"


def add_command(
    subparsers: Subparsers,
    document: str,
    run: Callable[[argparse.Namespace], int],
    description: str,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    """Add the command that its module's docstring names: "`NAME`: what it does."."""
    name, _, about = document.rstrip(".").partition(": ")
    parser = subparsers.add_parser(
        name.strip("`"),
        help=about,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=epilog,
    )
    parser.set_defaults(run=run)
    return parser


def add_assembly(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--assembly",
        type=given_path,
        default=Path("cdk.out"),
        metavar="FOLDER",
        help="the synthesized cloud assembly (default: cdk.out)",
    )


def given_path(text: str) -> Path:
    """A path, as argparse's `type`; an empty text, as an unset variable gives it, is none."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty; is a variable unset?")
    return Path(text)


def given_file(text: str) -> Path:
    """A path to write to beside what is printed, as argparse's `type`."""
    if text == "-":
        raise argparse.ArgumentTypeError("standard output is taken by the report on screen; name a file")
    return given_path(text)


def port(text: str) -> int:
    """The number of a port, or 0, as argparse's `type`."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text[:20]!r}")
    return int(text)


def at_least_one(text: str) -> int:
    """A whole number above 0, as argparse's `type`."""
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, got {text!r}")
    return int(text)


def header(text: str) -> str:
    """The value of an HTTP header, as argparse's `type`."""
    if not (text.isascii() and text.isprintable()):
        raise argparse.ArgumentTypeError(f"expected visible ASCII characters, got {text!r}")
    return text


def positive(text: str) -> float:
    """A number above 0, as argparse's `type`."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return number


def assignment(text: str) -> tuple[str, str]:
    """The two sides of NAME=VALUE, as argparse's `type`."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value


def assignments(path: str) -> list[tuple[str, str]]:
    """The members of a file's JSON object, whose values are texts, as argparse's `type`."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (OSError, ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise argparse.ArgumentTypeError(f'{path}: expected an object such as {{"NAME": "VALUE"}}')
    return list(document.items())


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in members]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"{twice!r} stands in it more than once")
    return dict(members)


def add_iam(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--iam",
        choices=("on", "off"),
        default="on",
        help="whether a call that the policies of the template deny fails, as on AWS (default: on)",
    )


def judge(arguments: argparse.Namespace) -> Callable[[Assembly], Iam]:
    """What judges the calls of a run, as `--iam` says; what it has to tell goes to standard error."""

    def note(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    if arguments.iam == "off":
        note("IAM is off: what the policies of the template deny is done all the same")
        return lambda declared: OFF
    return lambda declared: enforced(declared, note)


def add_data(parser: argparse.ArgumentParser, verb: str) -> None:
    parser.add_argument(
        "--data",
        type=given_path,
        metavar="PATH",
        help=f"{verb} on this file or folder (default: the one of the last time)",
    )


def add_assignments(parser: argparse.ArgumentParser, flag: str, dest: str, about: str) -> None:
    parser.add_argument(
        flag,
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest=dest,
        help=about,
    )


def add_pipeline(parser: argparse.ArgumentParser) -> None:
    """The pipeline that is run: its workload, its parameters and its template."""
    parser.add_argument("workload", help="the workload, such as churn, or the pipeline's name")
    add_assembly(parser)
    add_assignments(parser, "--set", "parameters", "set a parameter of the pipeline; may be repeated")
    parser.add_argument(
        "--set-from",
        type=assignments,
        action="extend",
        metavar="FILE",
        dest="parameters",
        help='set parameters by a JSON file, {"NAME": "VALUE"}; of two values the later one counts',
    )
