"""A Jupyter notebook as a file: its cells, written without the packages that run it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from job_files import write

type Cell = Mapping[str, object]

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def code(text: str) -> Cell:
    """A cell of Python that has not been run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def write_notebook(path: Path, cells: Sequence[Cell]) -> None:
    """Write the cells as a notebook of format 4.5; the same cells are the same bytes."""
    numbered = [{"id": f"cell-{number:03}", **cell} for number, cell in enumerate(cells, 1)]
    notebook = {"cells": numbered, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    write(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def _lines(text: str) -> list[str]:
    return text.strip("\n").splitlines(keepends=True)
