"""How a command of Slipway's is printed."""

import shlex
from pathlib import Path

from assembly.project import PROJECT, in_project

_LAUNCHER = Path(".venv", "bin", "slipway")


def slipway(*arguments: str) -> str:
    """A command line that works as printed, pasted into a shell in the current folder."""
    launcher = _LAUNCHER if in_project() else PROJECT / _LAUNCHER
    return shlex.join([str(launcher), *arguments])
