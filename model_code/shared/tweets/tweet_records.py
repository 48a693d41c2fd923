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
from protobuf_wire import content, contents, field, packed, unpacked

# Field numbers of example.proto and feature.proto.
_FEATURES, _FEATURE, _KEY, _VALUE, _INT64_LIST, _NUMBERS = 1, 1, 1, 2, 3, 1
_LONGEST_RECORD = 1 << 24


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
    return field(_FEATURES, b"".join(_feature(name, numbers) for name, numbers in features.items()))


def decode(message: bytes) -> Example:
    """The example of a message; features of other names are left out. Raises ValueError for anything else."""
    found: dict[str, list[int]] = {}
    for entry in contents(content(message, _FEATURES), _FEATURE):
        numbers = content(content(content(entry, _VALUE), _INT64_LIST), _NUMBERS)
        found[content(entry, _KEY).decode()] = unpacked(numbers)
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
    int64_list = field(_NUMBERS, packed(numbers))
    entry = field(_KEY, name.encode()) + field(_VALUE, field(_INT64_LIST, int64_list))
    return field(_FEATURE, entry)
