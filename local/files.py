"""Files that appear whole or not at all."""

import shutil
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file, replacing one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


def copy_whole(source: Path, path: Path) -> None:
    """Copy a file, replacing one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        shutil.copyfile(source, temporary)
        temporary.replace(path)
