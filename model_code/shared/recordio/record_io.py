"""RecordIO-protobuf, which SageMaker's built-in algorithms read: rows of numbers in single precision.

A record is a message `aialgs.data.Record`: the features, and perhaps a label, each a float32 tensor that is
called `values`. A sparse tensor has the numbers that are not zero, their places (`keys`) and its length
(`shape`). The frame is four bytes of a magic number, four of the message's length, the message, and zeros up
to a multiple of four.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from protobuf_wire import content, contents, field, unpacked, varint

RECORDIO = "application/x-recordio-protobuf"

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
# Field numbers of record.proto.
_FEATURES, _LABEL = 1, 2
_KEY, _VALUE = 1, 2
_FLOAT32_TENSOR = 2
_VALUES, _KEYS, _SHAPE = 1, 2, 3
_NAME = b"values"
LARGEST = float(np.finfo(np.float32).max)

type Numbers = NDArray[np.floating[Any]]


class RecordError(ValueError):
    """Bytes that are not such records; the message names the record, from 1 on."""


class Records(NamedTuple):
    """(rows, features) and a label a row, or None where the records have none.

    What a sparse record does not name is 0 here.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.float32] | None


def single(features: Numbers) -> NDArray[np.float32]:
    """In single precision; a number that is too large becomes the largest one, and never infinite."""
    with np.errstate(over="ignore"):
        converted = features.astype("<f4")
    if np.isinf(converted).any():
        np.clip(converted, -LARGEST, LARGEST, out=converted)
    return converted


def dense(features: Numbers, labels: Numbers | None = None) -> bytes:
    """A record for each row of (rows, features) with every number in it."""
    rows, width = features.shape
    # Records of one length differ in their numbers only: the rest is written once, by a record of zeros.
    numbers = _entry(_FEATURES, bytes(4 * width))
    label = b"" if labels is None else _entry(_LABEL, bytes(4))
    length = len(numbers) + len(label)
    head = _HEADER.pack(_MAGIC, length) + numbers[: len(numbers) - 4 * width]
    between = label[:-4]
    frame = np.empty(
        rows,
        [
            ("head", np.void, len(head)),
            ("features", "<f4", (width,)),
            ("between", np.void, len(between)),
            ("label", "<f4", () if label else (0,)),
            ("padding", np.void, -length % 4),
        ],
    )
    frame["head"], frame["between"] = np.void(head), np.void(between)
    frame["padding"] = np.void(bytes(-length % 4))
    frame["features"] = single(features)
    if labels is not None:
        frame["label"] = single(labels)
    return frame.tobytes()


def sparse(features: Numbers, labels: Numbers | None = None) -> bytes:
    """A record for each row of (rows, features) with the numbers that are not 0: NaN is one of them.

    A row of zeros alone names the first of them: XGBoost's image does not take a record without numbers.
    """
    converted = single(features)
    rows, width = converted.shape
    shape = field(_SHAPE, varint(width))
    keys = _varints(width)
    row_of, places = np.nonzero(converted)
    values = converted[row_of, places]
    ends = np.searchsorted(row_of, np.arange(1, rows + 1)).tolist()
    known = None if labels is None else single(labels)
    written = bytearray()
    zeros = field(_VALUES, bytes(4)) + field(_KEYS, keys[0])
    start = 0
    for row, end in enumerate(ends):
        tensor = zeros
        if end > start:
            named = b"".join([keys[place] for place in places[start:end].tolist()])
            tensor = field(_VALUES, values[start:end].tobytes()) + field(_KEYS, named)
        message = _named(_FEATURES, tensor + shape)
        if known is not None:
            message += _entry(_LABEL, known[row].tobytes())
        written += _HEADER.pack(_MAGIC, len(message)) + message + bytes(-len(message) % 4)
        start = end
    return bytes(written)


def read(body: bytes) -> Records:
    """The records of a body, dense or sparse; RecordError for anything else, or rows of unequal length."""
    rows: list[NDArray[np.float32]] = []
    labels: list[float] = []
    for number, message in enumerate(_messages(body), 1):
        try:
            rows.append(_row(_tensor(message, _FEATURES)))
            labels += _floats(content(_tensor(message, _LABEL), _VALUES)).tolist()
        except ValueError as error:
            raise RecordError(f"record {number}: {error}") from None
        if len(rows[-1]) != len(rows[0]):
            raise RecordError(f"record {number}: expected {len(rows[0])} features, got {len(rows[-1])}")
        if len(labels) not in (0, number):
            raise RecordError(f"record {number}: expected one label in each record, or in none")
    if not rows:
        raise RecordError("expected at least one record")
    return Records(np.stack(rows), np.array(labels, dtype=np.float32) if labels else None)


def _entry(number: int, values: bytes) -> bytes:
    return _named(number, field(_VALUES, values))


def _named(number: int, tensor: bytes) -> bytes:
    """The entry of the map of that number: the tensor by its name."""
    return field(number, field(_KEY, _NAME) + field(_VALUE, field(_FLOAT32_TENSOR, tensor)))


@lru_cache(maxsize=8)
def _varints(width: int) -> tuple[bytes, ...]:
    return tuple(map(varint, range(width)))


def _messages(body: bytes) -> Iterator[bytes]:
    place = number = 0
    while place < len(body):
        number += 1
        header = body[place : place + _HEADER.size]
        if len(header) < _HEADER.size:
            raise RecordError(f"record {number}: the body ends within it")
        magic, length = _HEADER.unpack(header)
        if magic != _MAGIC:
            raise RecordError(f"record {number}: expected RecordIO's magic number")
        place += _HEADER.size
        if place + length + -length % 4 > len(body):
            raise RecordError(f"record {number}: the body ends within it")
        yield body[place : place + length]
        place += length + -length % 4


def _tensor(message: bytes, number: int) -> bytes:
    """The float32 tensor of that name; empty without one."""
    found = [content(entry, _VALUE) for entry in contents(message, number) if content(entry, _KEY) == _NAME]
    return content(found[-1], _FLOAT32_TENSOR) if found else b""


def _row(tensor: bytes) -> NDArray[np.float32]:
    values = _floats(content(tensor, _VALUES))
    shape = unpacked(content(tensor, _SHAPE))
    if not shape:
        if not len(values):
            raise ValueError('expected a float32 tensor "values"')
        return values
    keys = unpacked(content(tensor, _KEYS))
    if len(keys) != len(values) or len({*keys}) != len(keys) or max(keys, default=0) >= shape[0]:
        raise ValueError(f"expected a place from 0 to {shape[0] - 1} for each number")
    row = np.zeros(shape[0], np.float32)
    row[keys] = values
    return row


def _floats(values: bytes) -> NDArray[np.float32]:
    if len(values) % 4:
        raise ValueError("expected numbers of four bytes")
    return np.frombuffer(values, "<f4")
