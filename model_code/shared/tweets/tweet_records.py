"""Records that TensorFlow reads: protobuf messages `Example` in TFRecord frames with checked CRCs.

An example has int64 features of one length, `input_ids`, `input_mask` and `segment_ids`, and the one number
`label_ids`. Their encoding is a few lines; the tests hold it against the protobuf library.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import google_crc32c
from job_files import writing

# Field numbers of example.proto and feature.proto.
_FEATURES, _FEATURE, _KEY, _VALUE, _INT64_LIST, _NUMBERS = 1, 1, 1, 2, 3, 1
_LENGTH_DELIMITED = 2
_LONGEST_RECORD = 1 << 24
_TOO_LARGE = 1 << 63


class RecordError(ValueError):
    """A file that is no sequence of such records; the message names the file and the record, from 1 on."""


class Example(NamedTuple):
    """A tweet's tokens, padded, and the number of its emoji."""

    input_ids: list[int]
    input_mask: list[int]
    segment_ids: list[int]
    label_ids: int

    @classmethod
    def padded(cls, tokens: Sequence[int], label: int, length: int, padding: int = 0) -> "Example":
        """The example of at most `length` tokens; the mask is 1 for each of them and 0 for the padding."""
        rest = length - len(tokens)
        if rest < 0:
            raise ValueError(f"expected at most {length} tokens, got {len(tokens)}")
        return cls([*tokens, *[padding] * rest], [1] * len(tokens) + [0] * rest, [0] * length, label)


def write(path: Path, examples: Iterable[Example]) -> None:
    """Write the file whole or, if there is an exception, not at all."""
    with writing(path) as stream:
        for example in examples:
            append(stream, example)


def append(stream: BinaryIO, example: Example) -> None:
    """Write one framed record: the message behind its length, each with its CRC; see `encode`."""
    message = encode(example)
    length = struct.pack("<Q", len(message))
    stream.write(b"".join([length, _masked_crc(length), message, _masked_crc(message)]))


def read(path: Path) -> Iterator[Example]:
    """The examples of a file, one after the other; raises RecordError at the first that is not one."""
    with path.open("rb") as stream:
        for number, message in enumerate(_messages(path, stream), 1):
            try:
                yield decode(message)
            except ValueError as error:
                raise RecordError(f"{path.name}, record {number}: {error}") from None


def encode(example: Example) -> bytes:
    """The message of an example; its numbers are 0 or more (ValueError)."""
    features = {
        "input_ids": example.input_ids,
        "input_mask": example.input_mask,
        "label_ids": [example.label_ids],
        "segment_ids": example.segment_ids,
    }
    return _field(_FEATURES, b"".join(_feature(name, numbers) for name, numbers in features.items()))


def decode(message: bytes) -> Example:
    """The example of a message; features of other names are left out. Raises ValueError for anything else."""
    found: dict[str, list[int]] = {}
    for entry in _contents(_content(message, _FEATURES), _FEATURE):
        numbers = _content(_content(_content(entry, _VALUE), _INT64_LIST), _NUMBERS)
        found[_content(entry, _KEY).decode()] = _numbers(numbers)
    missing = [name for name in Example._fields if name not in found]
    if missing:
        raise ValueError(f"there is no feature {missing[0]}")
    ids, mask, segments, label = (found[name] for name in Example._fields)
    if not len(ids) == len(mask) == len(segments) or len(label) != 1:
        raise ValueError("expected features of one length, and one label")
    return Example(ids, mask, segments, label[0])


def _messages(path: Path, stream: BinaryIO) -> Iterator[bytes]:
    number = 0
    while header := stream.read(12):
        number += 1
        where = f"{path.name}, record {number}"
        if len(header) < 12 or header[8:] != _masked_crc(header[:8]):
            raise RecordError(f"{where}: the CRC of its length does not match; the file is damaged")
        (length,) = struct.unpack("<Q", header[:8])
        if length > _LONGEST_RECORD:
            raise RecordError(f"{where}: expected at most {_LONGEST_RECORD} bytes, got {length}")
        message, crc = stream.read(length), stream.read(4)
        if len(message) < length or crc != _masked_crc(message):
            raise RecordError(f"{where}: the CRC of its content does not match; the file is damaged")
        yield message


def _masked_crc(content: bytes) -> bytes:
    """CRC-32C as TFRecord stores it: rotated right by 15 bits, plus a constant."""
    crc = google_crc32c.value(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _feature(name: str, numbers: Sequence[int]) -> bytes:
    int64_list = _field(_NUMBERS, b"".join(map(_varint, numbers)))
    entry = _field(_KEY, name.encode()) + _field(_VALUE, _field(_INT64_LIST, int64_list))
    return _field(_FEATURE, entry)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last byte have the eighth bit set."""
    if not 0 <= value < _TOO_LARGE:
        raise ValueError(f"expected a number from 0 on, got {value}")
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _content(message: bytes, number: int) -> bytes:
    """The last field of that number, which is the one that counts; empty without any."""
    found = _contents(message, number)
    return found[-1] if found else b""


def _contents(message: bytes, number: int) -> list[bytes]:
    """The contents of the fields of that number, in a message that has length-delimited fields only."""
    found = []
    place = 0
    while place < len(message):
        tag, place = _read_varint(message, place)
        if tag & 7 != _LENGTH_DELIMITED:
            raise ValueError(f"expected packed int64 features, got a field of wire type {tag & 7}")
        length, place = _read_varint(message, place)
        if place + length > len(message):
            raise ValueError("a field is longer than its message")
        if tag >> 3 == number:
            found.append(message[place : place + length])
        place += length
    return found


def _numbers(packed: bytes) -> list[int]:
    if packed.isascii():
        return list(packed)
    numbers = []
    place = 0
    while place < len(packed):
        number, place = _read_varint(packed, place)
        numbers.append(number)
    return numbers


def _read_varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(content) and value < _TOO_LARGE:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 and value < _TOO_LARGE:
            return value, place
        shift += 7
    raise ValueError("expected whole numbers below 2**63, got one that is larger or cut off")
