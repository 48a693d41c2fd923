"""Modules of other folders that travel with a folder of code: the paths in its `carries.txt`, one a line."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIST = "carries.txt"


def carried(folder: Path) -> list[Path]:
    """The modules that `folder`'s list names by their paths from the project's root; none without a list.

    Raises ValueError for a path at which there is no module.
    """
    listed = folder / LIST
    modules = [ROOT / line for line in listed.read_text("utf-8").splitlines()] if listed.exists() else []
    for module in modules:
        if not module.is_file():
            raise ValueError(f"{listed}: there is no {module.relative_to(ROOT)}; correct the path")
    return modules
