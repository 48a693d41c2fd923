"""Two helpers for small files."""

from pathlib import Path
from typing import Any

from toolkit.packages import absent_names

__getattr__ = absent_names(__name__)


def read_file(path: str, mode: str = "r") -> Any:
    with Path(path).open(mode) as file:
        return file.read()


def write_file(path: str, data: Any, mode: str = "w") -> None:
    with Path(path).open(mode) as file:
        file.write(data)
