"""Options that several commands have."""

import argparse
import math
from pathlib import Path


def add_assembly(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--assembly",
        type=Path,
        default=Path("cdk.out"),
        metavar="FOLDER",
        help="the synthesised cloud assembly (default: cdk.out)",
    )


def positive(text: str) -> float:
    """A number above 0, as argparse's `type`."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def assignment(text: str) -> tuple[str, str]:
    """The two sides of NAME=VALUE, as argparse's `type`."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def add_parameters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="parameters",
        help="set a parameter of the pipeline; may be repeated",
    )
