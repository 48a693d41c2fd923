"""How a command of Slipway's is printed."""

import shlex
from contextlib import suppress
from pathlib import Path

_PROJECT = Path(__file__).absolute().parents[1]
_LAUNCHER = Path(".venv", "bin", "slipway")


def slipway(*arguments: str) -> str:
    """A command line that works as printed, pasted into a shell in the current folder."""
    launcher = _LAUNCHER if in_project() else _PROJECT / _LAUNCHER
    return shlex.join([str(launcher), *arguments])


def in_project() -> bool:
    """Whether the current folder is this project's, with its Makefile, and not another app's."""
    with suppress(OSError):
        return Path().samefile(_PROJECT)
    return False


def synthesis() -> str:
    """The command that writes the current folder's cloud assembly."""
    return "make synth" if in_project() else "cdk synth"
