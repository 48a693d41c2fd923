"""Records as the built-in sequence-to-sequence algorithm reads them: protobuf messages in RecordIO's frame.

A message is SageMaker's `Record` with the features `source` and `target`, each an `Int32Tensor`. Its encoding
is a few lines for these two; the tests hold it against the protobuf library.
"""

import struct
from collections.abc import Iterable, Sequence

_MAGIC = 0xCED7230A
# Field numbers of SageMaker's record.proto.
_FEATURES, _KEY, _VALUE, _INT32_TENSOR, _VALUES = 1, 1, 2, 7, 1
_LENGTH_DELIMITED = 2


def record(source: Sequence[int], target: Sequence[int]) -> bytes:
    """One framed record; the numbers are of words, 0 or more."""
    message = _feature("source", source) + _feature("target", target)
    return struct.pack("<II", _MAGIC, len(message)) + message + bytes(-len(message) % 4)


def records(pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> bytes:
    """The records one behind the other, which is what a .rec file is."""
    return b"".join(record(source, target) for source, target in pairs)


def _feature(name: str, values: Sequence[int]) -> bytes:
    tensor = _field(_VALUES, b"".join(map(_varint, values)))
    value = _field(_INT32_TENSOR, tensor)
    return _field(_FEATURES, _field(_KEY, name.encode()) + _field(_VALUE, value))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last byte have the eighth bit set."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
