"""RecordIO-protobuf: SageMaker's Record messages (`aialgs.data.Record`) in RecordIO's frame.

The frame is four bytes of a magic number, four of the length, the message, and zeros up to a multiple of
four.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

CONTENT_TYPE = "application/x-recordio-protobuf"

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
_FIELD = descriptor_pb2.FieldDescriptorProto
# The kinds of tensor: the field of a Value, its number, and the type of the tensor's values.
FLOAT32 = "float32_tensor"
_TENSORS = (
    (FLOAT32, 2, _FIELD.TYPE_FLOAT),
    ("float64_tensor", 3, _FIELD.TYPE_DOUBLE),
    ("int32_tensor", 7, _FIELD.TYPE_INT32),
)


class NotRecords(ValueError):
    """Bytes that are not RecordIO-protobuf, or not the records that are expected; the message says where."""


class Tensor(NamedTuple):
    """The numbers of one Value, which its field `kind` has. `keys` are the places of a sparse tensor's
    numbers, `shape` its lengths."""

    values: NDArray[np.float64]
    keys: list[int]
    shape: list[int]
    kind: str


def read(content: bytes) -> Iterator[Any]:
    """The Record messages; refuses with NotRecords what is none or is cut off."""
    for number, message in enumerate(_frames(content), start=1):
        record = Record()
        try:
            record.ParseFromString(message)
        except DecodeError:
            raise NotRecords(f"record {number} is not a protobuf Record") from None
        yield record


def write(records: Iterable[Any]) -> bytes:
    """Record messages in their frames; the same messages give the same bytes."""
    content = bytearray()
    for record in records:
        message = record.SerializeToString(deterministic=True)
        content += _HEADER.pack(_MAGIC, len(message)) + message + bytes(-len(message) % 4)
    return bytes(content)


def tensor(value: Any) -> Tensor | None:
    """The numbers of a Value message; None when it has none, as one of bytes."""
    for name, _, _ in _TENSORS:
        if value.HasField(name):
            held = getattr(value, name)
            values = np.array(held.values, dtype=np.float64)
            return Tensor(values, list(held.keys), list(held.shape), name)
    return None


def _frames(content: bytes) -> Iterator[bytes]:
    position, number = 0, 0
    while position < len(content):
        number += 1
        start = position + _HEADER.size
        if start > len(content):
            raise NotRecords(f"record {number} is cut off")
        magic, length = _HEADER.unpack_from(content, position)
        if magic != _MAGIC:
            raise NotRecords(f"record {number} does not begin with RecordIO's magic number")
        position = start + length + -length % 4
        if position > len(content):
            raise NotRecords(f"record {number} is cut off")
        yield content[start : start + length]


def _declare() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="record.proto", package="aialgs.data", syntax="proto2")
    value = descriptor_pb2.DescriptorProto(name="Value")
    for name, number, of in _TENSORS:
        tensor_type = file.message_type.add(name=name.title().replace("_", ""))
        for place, (part, kind) in enumerate(
            (("values", of), ("keys", _FIELD.TYPE_UINT64), ("shape", _FIELD.TYPE_UINT64)), start=1
        ):
            field = tensor_type.field.add(name=part, number=place, type=kind, label=_FIELD.LABEL_REPEATED)
            field.options.packed = True
        _message_field(value, name, number, f".aialgs.data.{tensor_type.name}", _FIELD.LABEL_OPTIONAL)
    file.message_type.append(value)
    record = file.message_type.add(name="Record")
    for number, name in enumerate(("features", "label"), start=1):
        entry = record.nested_type.add(name=f"{name.title()}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
        _message_field(entry, "value", 2, ".aialgs.data.Value", _FIELD.LABEL_OPTIONAL)
        _message_field(record, name, number, f".aialgs.data.Record.{entry.name}", _FIELD.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


def _message_field(message: Any, name: str, number: int, type_name: str, label: Any) -> None:
    message.field.add(name=name, number=number, type=_FIELD.TYPE_MESSAGE, type_name=type_name, label=label)


Record = _declare()
