"""Prints the Python for which an image's lock is compiled, as versions.toml names both.

Example: `python scripts/python_of_lock.py containers/stand_ins/deepar_image/requirements.txt`.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def python_of(lock: str, images: Mapping[str, Mapping[str, Any]]) -> str:
    """The one Python of the images that run on the lock, or on another of its folder; ValueError where there
    is none, or not one alone."""
    folder = Path(lock).parent
    pythons = {
        image["python"]
        for image in images.values()
        if "requirements" in image and Path(image["requirements"]).parent == folder
    }
    if len(pythons) != 1:
        found = ", ".join(sorted(pythons)) or "none"
        raise ValueError(f"expected one Python for the images that run on {lock}, got {found}")
    return str(pythons.pop())


def main() -> None:
    images = tomllib.loads((ROOT / "versions.toml").read_text(encoding="utf-8"))["images"]
    try:
        print(python_of(sys.argv[1], images))
    except ValueError as error:
        sys.exit(f"error: versions.toml: {error}")


if __name__ == "__main__":
    main()
