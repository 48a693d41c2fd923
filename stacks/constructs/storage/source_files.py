"""The files of a folder that somebody wrote."""

from pathlib import Path


def source_files(folder: Path) -> list[Path]:
    """The regular files below the folder in a fixed order, without Python's and the tools' caches.

    Raises ValueError for a folder that is missing or has none.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(_is_cache(part) for part in path.relative_to(folder).parts)
    )
    if not files:
        raise ValueError(f"{folder} holds no source files")
    return files


def _is_cache(name: str) -> bool:
    return (
        name == "__pycache__" or name.endswith(".pyc") or (name.startswith(".") and name.endswith("_cache"))
    )
