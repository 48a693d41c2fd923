"""A model as two files, a description in JSON and arrays in npz: no pickle, and always the same bytes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_description(path: Path, description: Mapping[str, Any]) -> None:
    """Write it whole, in a folder that is made where there is none."""
    temporary = _temporary(path)
    temporary.write_text(json.dumps(description, indent=1) + "\n")
    temporary.replace(path)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write them whole, in a folder that is made where there is none; the name has to end in `.npz`."""
    temporary = _temporary(path)
    np.savez(temporary, allow_pickle=False, **arrays)
    temporary.replace(path)


def _temporary(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{os.getpid()}.{path.name}")
