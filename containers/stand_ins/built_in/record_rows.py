"""Rows as RecordIO-protobuf: records with the feature `values`, dense or sparse, and perhaps a label."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from toolkit.errors import CallerProblem

from built_in.records import NotRecords, Tensor, read, tensor

_VALUES = "values"


class Rows(NamedTuple):
    """The records of one body or file: `tensors` are one a row, all dense or all sparse, and `width` long."""

    tensors: list[Tensor]
    labels: list[float | None]
    width: int
    sparse: bool

    def table(
        self, width: int, absent: float, precision: type[np.floating[Any]] = np.float32
    ) -> NDArray[Any]:
        """The rows, at least as wide as they are; `absent` where nothing is given."""
        table = np.full((len(self.tensors), width), absent, dtype=precision)
        with np.errstate(over="ignore"):
            for row, one in enumerate(self.tensors):
                table[row, one.keys if self.sparse else slice(self.width)] = one.values
        return table


def rows(content: bytes) -> Rows:
    """The records as rows; refuses with NotRecords none at all, one without numbers, and unequal ones.

    A record with a shape and neither keys nor numbers is a sparse row in which nothing is given.
    """
    tensors: list[Tensor] = []
    labels: list[float | None] = []
    widths: set[tuple[int, bool]] = set()
    for number, record in enumerate(read(content), start=1):
        one = tensor(record.features[_VALUES]) if _VALUES in record.features else None
        if one is None or not (len(one.values) or one.shape):
            raise NotRecords(f"record {number} has no numbers called {_VALUES}")
        tensors.append(one)
        widths.add((_width(one, number), _is_sparse(one)))
        if len(widths) > 1:
            raise NotRecords(f"record {number} is of another length or kind than those before it")
        label = tensor(record.label[_VALUES]) if _VALUES in record.label else None
        labels.append(float(label.values[0]) if label is not None and len(label.values) == 1 else None)
    if not tensors:
        raise NotRecords("there are no records")
    width, sparse = widths.pop()
    return Rows(tensors, labels, width, sparse)


def of_request(body: bytes, read: Callable[[bytes], Rows], status: int) -> Rows:
    """What `read` finds in the body of a request; the caller gets the status where it finds no rows."""
    try:
        return read(body)
    except NotRecords as error:
        raise CallerProblem(
            status, f"The body is not RecordIO-protobuf with rows of numbers: {error}."
        ) from None


def _is_sparse(one: Tensor) -> bool:
    return bool(one.keys) or not len(one.values)


def _width(one: Tensor, number: int) -> int:
    if not _is_sparse(one):
        return len(one.values)
    if len(one.keys) != len(one.values):
        raise NotRecords(f"record {number} does not have one key a number")
    if len(set(one.keys)) < len(one.keys):
        raise NotRecords(f"record {number} has a repeated key")
    width = one.shape[0] if one.shape else max(one.keys) + 1
    if one.keys and max(one.keys) >= width:
        raise NotRecords(f"record {number} has a key beyond its shape")
    return width
