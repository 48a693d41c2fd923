"""The safetensors format, by its specification: AWS's TensorFlow images have no package for it.

Eight bytes of the header's length, little-endian; the header, JSON, with type, shape and place of each array;
the arrays' bytes.
"""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from job_files import writing
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}
_NAMES = {np.dtype(kind): name for name, kind in _TYPES.items()}
_LONGEST_HEADER = 100_000_000


class SafetensorsError(ValueError):
    """A file that does not have the format, or a type of number that is not read here."""


def read(path: Path) -> Arrays:
    """The arrays of a file by name. Raises SafetensorsError, with the file's name, for what is malformed."""
    content = path.read_bytes()
    if len(content) < 8:
        raise SafetensorsError(f"{path.name}: expected safetensors, got {len(content)} bytes")
    (length,) = struct.unpack_from("<Q", content)
    start = 8 + length
    if length > _LONGEST_HEADER or start > len(content):
        raise SafetensorsError(
            f"{path.name}: expected safetensors, got {len(content)} bytes that are not (a header of {length})"
        )
    try:
        header = json.loads(content[8:start])
        header.pop("__metadata__", None)
        return {name: _array(content, start, entry) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SafetensorsError(
            f"{path.name}: expected safetensors, got {len(content)} bytes that are not ({error!r})"
        ) from None


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the file whole, or not at all; the same arrays give the same bytes."""
    header: dict[str, Any] = {}
    place = 0
    for name, array in sorted(arrays.items()):
        kind = _NAMES.get(array.dtype.newbyteorder("<"))
        if kind is None:
            raise SafetensorsError(f"{name}: numbers of the type {array.dtype} are not written")
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with writing(path) as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for name in header:
            stream.write(np.ascontiguousarray(arrays[name], dtype=_TYPES[header[name]["dtype"]]).tobytes())


def _array(content: bytes, start: int, entry: Mapping[str, Any]) -> NDArray[Any]:
    kind = np.dtype(_TYPES[entry["dtype"]])
    first, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    if not 0 <= first <= end <= len(content) - start or end - first != math.prod(shape) * kind.itemsize:
        raise ValueError(f"an array of shape {shape} does not lie at {first} to {end}")
    return np.frombuffer(content, kind, math.prod(shape), start + first).reshape(shape)
