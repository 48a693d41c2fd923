"""Sentences as RecordIO-protobuf: records whose features `source` and `target` are int32 tensors."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from built_in import records
from built_in.records import CONTENT_TYPE, NotRecords

SOURCE, TARGET = "source", "target"

__all__ = ["CONTENT_TYPE", "SOURCE", "TARGET", "NotRecords", "read", "write"]


def read(content: bytes, names: Sequence[str] = (SOURCE, TARGET)) -> Iterator[tuple[list[int], ...]]:
    """The named features of each record; refuses with NotRecords what lacks one or is cut off."""
    for number, record in enumerate(records.read(content), start=1):
        for name in names:
            if name not in record.features or not record.features[name].HasField("int32_tensor"):
                raise NotRecords(f"record {number} has no int32 tensor {name}")
        yield tuple(list(record.features[name].int32_tensor.values) for name in names)


def write(sentences: Iterable[dict[str, Sequence[int]]]) -> bytes:
    """Records of features by their names."""
    return records.write(map(_record, sentences))


def _record(features: dict[str, Sequence[int]]) -> Any:
    record = records.Record()
    for name, values in features.items():
        record.features[name].int32_tensor.values.extend(values)
    return record
