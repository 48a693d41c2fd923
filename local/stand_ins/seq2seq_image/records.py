"""RecordIO-protobuf: SageMaker's Record messages in RecordIO's frame, with integers for tokens.

The frame is four bytes of a magic number, four of the length, the message, and zeros up to a multiple of
four. A message is `aialgs.data.Record`; only what sequence-to-sequence uses of it is declared here.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

SOURCE, TARGET = "source", "target"

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")


class NotRecords(ValueError):
    """Bytes that are no RecordIO-protobuf with integers; the message says where."""


def read(content: bytes, names: Sequence[str] = (SOURCE, TARGET)) -> Iterator[tuple[list[int], ...]]:
    """The named features of each record; refuses with NotRecords what lacks one or is cut off."""
    for number, message in enumerate(_frames(content), start=1):
        record = _RECORD()
        try:
            record.ParseFromString(message)
        except DecodeError:
            raise NotRecords(f"record {number} is no protobuf Record") from None
        for name in names:
            if name not in record.features or not record.features[name].HasField("int32_tensor"):
                raise NotRecords(f"record {number} has no int32 tensor {name}")
        yield tuple(list(record.features[name].int32_tensor.values) for name in names)


def write(records: Iterable[dict[str, Sequence[int]]]) -> bytes:
    """Records of features by their names."""
    content = bytearray()
    for features in records:
        record = _RECORD()
        for name, values in features.items():
            record.features[name].int32_tensor.values.extend(values)
        message = record.SerializeToString(deterministic=True)
        content += _HEADER.pack(_MAGIC, len(message)) + message + bytes(-len(message) % 4)
    return bytes(content)


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
        if start + length > len(content):
            raise NotRecords(f"record {number} is cut off")
        yield content[start : start + length]
        position = start + length + -length % 4


def _declare() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="record.proto", package="aialgs.data", syntax="proto2")
    field = descriptor_pb2.FieldDescriptorProto
    tensor = file.message_type.add(name="Int32Tensor")
    values = tensor.field.add(name="values", number=1, type=field.TYPE_INT32, label=field.LABEL_REPEATED)
    values.options.packed = True
    value = file.message_type.add(name="Value")
    value.field.add(
        name="int32_tensor",
        number=7,
        type=field.TYPE_MESSAGE,
        type_name=".aialgs.data.Int32Tensor",
        label=field.LABEL_OPTIONAL,
    )
    record = file.message_type.add(name="Record")
    entry = record.nested_type.add(name="FeaturesEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    entry.field.add(
        name="value",
        number=2,
        type=field.TYPE_MESSAGE,
        type_name=".aialgs.data.Value",
        label=field.LABEL_OPTIONAL,
    )
    record.field.add(
        name="features",
        number=1,
        type=field.TYPE_MESSAGE,
        type_name=".aialgs.data.Record.FeaturesEntry",
        label=field.LABEL_REPEATED,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


_RECORD = _declare()
