"""A model as two files, a description in JSON and arrays in npz: no pickle, and always the same bytes."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from toolkit.errors import ContainerProblem

# What reading JSON, npz and weights of other shapes raises.
_NO_MODEL = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError),
    *(RuntimeError, RecursionError, EOFError, BadZipFile),
)


@contextmanager
def reading(*names: str) -> Iterator[None]:
    """In the block the files of a model are read; raises ContainerProblem that says what they lack."""
    try:
        yield
    except FileNotFoundError as error:
        raise ContainerProblem(f"the model folder has no {Path(str(error.filename)).name}") from None
    except _NO_MODEL as error:
        raise ContainerProblem(f"{' and '.join(names)} are not a model of this image: {error}") from None


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
