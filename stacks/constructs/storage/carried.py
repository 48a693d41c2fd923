"""What of other folders travels with a folder of code: the paths in its `carries.txt`, one a line."""

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIST = "carries.txt"


def carried(folder: Path) -> list[Path]:
    """The modules that `folder`'s list names by their paths from the project's root; none without a list.

    Raises ValueError for a path at which there is no module.
    """
    return _listed(folder, Path.is_file, "module")


def carried_folders(folder: Path) -> list[Path]:
    """The same, where the list names folders, as an image's does."""
    return _listed(folder, Path.is_dir, "folder")


def _listed(folder: Path, is_one: Callable[[Path], bool], what: str) -> list[Path]:
    listed = folder / LIST
    paths = [ROOT / line for line in listed.read_text("utf-8").splitlines()] if listed.exists() else []
    for path in paths:
        if not is_one(path):
            raise ValueError(f"{listed}: there is no {what} {path.relative_to(ROOT)}; correct the path")
    return paths
