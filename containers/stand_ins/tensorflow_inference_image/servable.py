"""What the REST API needs of a model: its signatures, and a way to run one. The seam to TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

DEFAULT_SIGNATURE = "serving_default"
PREDICT, CLASSIFY, REGRESS = (f"tensorflow/serving/{method}" for method in ("predict", "classify", "regress"))

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class TensorInfo:
    """One input or output of a signature. `dtype` is DT_FLOAT and the like; a `shape` of None is of unknown
    rank, and a size of -1 unknown; `tensor` is the tensor's name in the graph."""

    dtype: str
    shape: Sequence[int] | None = None
    tensor: str = ""


@dataclass(frozen=True)
class Signature:
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    method: str = PREDICT


class Servable(Protocol):
    """One version of a model. Two threads may run it at the same time."""

    @property
    def signatures(self) -> Mapping[str, Signature]: ...

    def run(self, signature: Signature, inputs: Tensors) -> Tensors:
        """The outputs of a signature, by their names. Raises ServingError as TensorFlow does."""


@dataclass(frozen=True)
class Batching:
    """How many rows one request may have where batching is on; None where it is off."""

    max_batch_size: int | None = None


@dataclass(frozen=True)
class Version:
    """A model's version that a request has found."""

    name: str
    number: int
    servable: Servable
    batching: Batching = field(default_factory=Batching)


# The types that the REST API reads and writes, and how numpy holds them.
NUMPY: Mapping[str, type[Any]] = {
    "DT_FLOAT": np.float32,
    "DT_DOUBLE": np.float64,
    "DT_INT8": np.int8,
    "DT_INT16": np.int16,
    "DT_INT32": np.int32,
    "DT_INT64": np.int64,
    "DT_UINT8": np.uint8,
    "DT_UINT32": np.uint32,
    "DT_UINT64": np.uint64,
    "DT_BOOL": np.bool_,
    "DT_STRING": np.object_,
}


def type_name(dtype: str) -> str:
    """A type as messages name it: DT_FLOAT is `float`."""
    return dtype.removeprefix("DT_").lower()
