"""`slipway COMMAND`; scripts/slipway starts it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from local.commands import (
    build_images,
    chaos,
    deploy,
    environments,
    evaluate,
    image,
    invoke,
    models,
    release,
    runs,
    serve,
    train,
    transform,
)
from local.errors import SlipwayError

_COMMANDS = (
    train,
    evaluate,
    transform,
    runs,
    models,
    release,
    serve,
    deploy,
    chaos,
    invoke,
    image,
    environments,
    build_images,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, 1 for an error, 2 for wrong usage, 128 + n for signal n."""
    parser = argparse.ArgumentParser(
        prog="slipway",
        description="Run what a synthesised cloud assembly declares, on this machine.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _stop(signal_number: int, frame: FrameType | None) -> None:
    # An exception, so that everything under way is undone on the way out.
    raise SystemExit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
