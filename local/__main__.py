"""`slipway COMMAND`; scripts/slipway starts it."""

import signal

if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until everything is imported there is nothing to undo: Ctrl-C just ends the process.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Held back by scripts/slipway until here.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from assembly.program import ended, stop

# In the order of the help. Each is a module of local.commands; all together take a third of a second to load.
COMMANDS = (
    "demo",
    "train",
    "evaluate",
    "transform",
    "runs",
    "experiments",
    "models",
    "release",
    "serve",
    "env",
    "kubeflow",
    "deploy",
    "monitor",
    "chaos",
    "invoke",
    "image",
    "environments",
    "build-images",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, 1 for an error, 2 for wrong usage, 128 + n for signal n."""
    return ended(lambda: _run(argv))


def _run(argv: Sequence[str] | None) -> int:
    parser = _Parser(
        prog="slipway",
        description="Run what a synthesized cloud assembly declares, on this machine.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _commands(sys.argv[1:] if argv is None else argv):
        command.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    return int(arguments.run(arguments))


def _commands(argv: Sequence[str]) -> list[ModuleType]:
    """The module of the command that is called; all of them where none is, as in `--help`."""
    names = [name for name in COMMANDS if name in argv[:1]] or COMMANDS
    return [import_module(f"local.commands.{name.replace('-', '_')}") for name in names]


class _Parser(argparse.ArgumentParser):
    """Takes options between a command's arguments, and does not pass over that a text could not be written,
    as argparse does."""

    _intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._subparsers is not None or self._intermixed:
            return super().parse_known_args(args, namespace)
        self._intermixed = True
        return self.parse_known_intermixed_args(args, namespace)

    def _print_message(self, message: str, file: Any = None) -> None:
        (file or sys.stderr).write(message)


if __name__ == "__main__":
    _commands(sys.argv[1:])
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
