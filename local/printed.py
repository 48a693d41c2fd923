"""How a command of Slipway's is printed."""

import shlex
from contextlib import suppress
from pathlib import Path

_PROJECT = Path(__file__).absolute().parents[1]
_LAUNCHER = Path(".venv", "bin", "slipway")


def slipway(*arguments: str) -> str:
    """A command line that works as printed, pasted into a shell in the current folder."""
    launcher = _PROJECT / _LAUNCHER
    with suppress(OSError):
        if Path().samefile(_PROJECT):
            launcher = _LAUNCHER
    return shlex.join([str(launcher), *arguments])
