"""What a predict request is answered with: tensors as JSON, in the format of the request."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .json_writer import PrettyWriter, decimal, quoted
from .servable import Tensors
from .status import invalid
from .tensors import ROW

_BYTES_SUFFIX = "_bytes"

# How values are written, by the kind of their numpy type.
_WRITERS: dict[str, Callable[[Any], str]] = {
    "float32": lambda value: decimal(value, single=True),
    "float64": lambda value: decimal(value, single=False),
    **dict.fromkeys(("int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"), str),
    "bool": lambda value: "true" if value else "false",
    "object": lambda value: quoted(_text(value)),
}


def write(tensors: Tensors, form: str) -> str:
    """The document for outputs by name; one output alone stands without its name.

    Refuses (ServingError) what the row format cannot hold: an output without rows, or with other numbers of
    rows, and types that JSON has no word for.
    """
    if not tensors:
        raise invalid("Cannot convert empty tensor map to JSON")
    ordered = dict(sorted(tensors.items()))
    return _rows(ordered) if form == ROW else _columns(ordered)


def _rows(tensors: Tensors) -> str:
    count = -1
    for name, tensor in tensors.items():
        if tensor.ndim == 0:
            raise invalid(f"Tensor name: {name} has no shape information ")
        if count not in (-1, len(tensor)):
            raise invalid(
                f"Tensor name: {name} has inconsistent batch size: {len(tensor)} expecting: {count}"
            )
        count = len(tensor)
    writers = {name: _writer_of(name, tensor) for name, tensor in tensors.items()}
    writer = PrettyWriter()
    writer.start("{")
    writer.string("predictions")
    writer.start("[")
    for row in range(count):
        if len(tensors) > 1:
            writer.start("{")
        writer.single_line = True
        for name, tensor in tensors.items():
            if len(tensors) > 1:
                writer.string(name)
            _write(tensor[row], writer, writers[name])
        writer.single_line = False
        if len(tensors) > 1:
            writer.end()
    writer.end()
    writer.end()
    return writer.text()


def _columns(tensors: Tensors) -> str:
    writer = PrettyWriter()
    writer.start("{")
    writer.string("outputs")
    if len(tensors) > 1:
        writer.start("{")
    for name, tensor in tensors.items():
        if len(tensors) > 1:
            writer.string(name)
        _write(tensor, writer, _writer_of(name, tensor))
    if len(tensors) > 1:
        writer.end()
    writer.end()
    return writer.text()


Write = Callable[[PrettyWriter, Any], None]


def _writer_of(name: str, tensor: NDArray[Any]) -> Write:
    kind = tensor.dtype.name if tensor.dtype.kind not in "SU" else "object"
    if kind == "object" and name.endswith(_BYTES_SUFFIX):
        return _write_base64
    write = _WRITERS.get(kind)
    if write is None:
        known = {"float16": "half", "complex64": "complex64", "complex128": "complex128"}
        raise invalid(f"Failed to write JSON value for tensor type: {known.get(kind, kind)}")
    return lambda writer, value: writer.raw(write(value))


def _write(tensor: Any, writer: PrettyWriter, write: Write) -> None:
    if isinstance(tensor, np.ndarray):
        _write_list(tensor.tolist(), writer, write)
    else:
        write(writer, tensor.item() if isinstance(tensor, np.generic) else tensor)


def _write_list(value: Any, writer: PrettyWriter, write: Write) -> None:
    if not isinstance(value, list):
        write(writer, value)
        return
    writer.start("[")
    for item in value:
        _write_list(item, writer, write)
    writer.end()


def _write_base64(writer: PrettyWriter, value: Any) -> None:
    writer.start("{")
    writer.string("b64")
    writer.string(base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode())
    writer.end()


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
