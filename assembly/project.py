"""Which commands write an assembly: those of this project, or of another app's folder."""

from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).absolute().parents[1]


def in_project() -> bool:
    """Whether the current folder is this project's, with its Makefile, and not another app's."""
    with suppress(OSError):
        return Path().samefile(PROJECT)
    return False


def synthesis() -> str:
    """The command that writes the current folder's cloud assembly."""
    return "make synth" if in_project() else "cdk synth"
