"""The inputs of a predict request: JSON values as tensors, refused as TensorFlow Serving refuses them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .json_reader import LARGEST_INT
from .json_writer import echoed
from .servable import NUMPY, TensorInfo, Tensors, type_name
from .status import UNIMPLEMENTED, ServingError, invalid
from .values import EXACT, decoded_base64, encoded, is_base64, is_lossless, kind, lossy

ROW, COLUMN = "instances", "inputs"

_MOST_DIMENSIONS = 64
_INT32 = (-(2**31), 2**31 - 1)
_RANGES = {
    **dict.fromkeys(("DT_INT8", "DT_INT16", "DT_INT32", "DT_UINT8"), _INT32),
    "DT_INT64": (-(2**63), 2**63 - 1),
    "DT_UINT32": (0, 2**32 - 1),
    "DT_UINT64": (0, LARGEST_INT),
}


@dataclass
class _Values:
    """A tensor while it is read: its values in order, and its shape."""

    info: TensorInfo
    shape: list[int] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)

    def array(self, name: str, shape: list[int]) -> NDArray[Any]:
        """The tensor; refuses more dimensions than numpy has (TensorFlow has 254)."""
        if len(shape) > _MOST_DIMENSIONS:
            raise invalid(f"tensor parsing error: {name}")
        dtype = NUMPY.get(self.info.dtype)
        if dtype is None:
            raise _not_read([], self.info.dtype)
        if self.info.dtype in ("DT_INT8", "DT_INT16", "DT_UINT8"):
            # The message's int32 is narrowed, which wraps around.
            return np.array(self.items, dtype=np.int64).astype(dtype).reshape(shape)
        return np.array(self.items, dtype=dtype).reshape(shape)


def read(document: Mapping[str, Any], infos: Mapping[str, TensorInfo]) -> tuple[str, Tensors]:
    """The format of a request, row or column, and its tensors by name. Refuses with ServingError."""
    if ROW in document:
        if COLUMN in document:
            raise _format_error(
                document,
                f"Not formatted correctly expecting only one of '{COLUMN}' or '{ROW}' keys to exist ",
            )
        instances = document[ROW]
        if not isinstance(instances, list):
            raise _format_error(document, f"Excepting '{ROW}' to be an list/array")
        if not instances:
            raise _format_error(document, f"No values in '{ROW}' array")
        return ROW, _rows(instances, infos)
    if COLUMN in document:
        return COLUMN, _columns(document[COLUMN], infos)
    raise invalid(f"Missing '{COLUMN}' or '{ROW}' key")


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and not is_base64(value)


def _rows(instances: list[Any], infos: Mapping[str, TensorInfo]) -> Tensors:
    if not isinstance(instances[0], dict) and len(infos) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple "
            "input tensors required as per tensorinfo_map"
        )
    named = _is_named(instances[0])
    only = next(iter(infos))
    tensors: dict[str, _Values] = {}
    for index, instance in enumerate(instances):
        if _is_named(instance) != named:
            came = "object but got list" if named else "value/list but got object"
            raise invalid(f"Expecting {came} at item {index} of input list")
        for name, value in instance.items() if named else ((only, instance),):
            try:
                _add_instance(value, name, infos, tensors)
            except ServingError as error:
                key = f" key: {name}" if named else ""
                raise invalid(
                    f"Failed to process element: {index}{key} of '{ROW}' list. Error: {error}"
                ) from None
        if named and instance.keys() != infos.keys():
            raise invalid(
                f"Failed to process element: {index} of '{ROW}' list. JSON object: {echoed(instance)} "
                f"keys must be equal to: {','.join(sorted(infos))}"
            )
    return {name: values.array(name, [len(instances), *values.shape]) for name, values in tensors.items()}


def _add_instance(
    value: Any, name: str, infos: Mapping[str, TensorInfo], tensors: dict[str, _Values]
) -> None:
    if name not in infos:
        raise invalid(f"JSON object: does not have named input: {name}")
    shape = _shape(value)
    known = tensors.get(name)
    values = known or _Values(infos[name], shape)
    before = len(values.items)
    _fill(value, 0, shape, values)
    if known is None:
        tensors[name] = values
        return
    size, expected = len(values.items) - before, math.prod(known.shape)
    if size != expected:
        raise invalid(f"Expecting tensor size: {expected} but got: {size}")
    if shape != known.shape:
        raise invalid(f"Expecting shape {_shown(known.shape)} but got: {_shown(shape)}")


def _columns(inputs: Any, infos: Mapping[str, TensorInfo]) -> Tensors:
    if not _is_named(inputs):
        if len(infos) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple "
                "input tensors required as per tensorinfo_map"
            )
        inputs = {next(iter(infos)): inputs}
    tensors: dict[str, NDArray[Any]] = {}
    for name, info in sorted(infos.items()):
        if name not in inputs:
            raise invalid(f"Missing named input: {name} in '{COLUMN}' object.")
        values = _Values(info, _shape(inputs[name]))
        _fill(inputs[name], 0, values.shape, values)
        tensors[name] = values.array(name, values.shape)
    return tensors


def _shape(value: Any) -> list[int]:
    """The shape that the first elements of each level say; the others are held to it."""
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return shape


def _shown(shape: list[int]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _fill(value: Any, level: int, shape: list[int], values: _Values) -> None:
    if not isinstance(value, list):
        if level != len(shape):
            raise invalid(
                f"JSON Value: {echoed(value)} found at incorrect level: {level + 1} "
                f"in the JSON DOM. Expected at level: {len(shape)}"
            )
        values.items.append(_item(value, values.info.dtype))
        return
    if level >= len(shape):
        raise invalid(f"Encountered list at unexpected level: {level} expected < {len(shape)}")
    if len(value) != shape[level]:
        raise invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}"
        )
    if level == len(shape) - 1 and _is_plain(value, values.info.dtype):
        values.items += map(encoded, value) if values.info.dtype == "DT_STRING" else value
        return
    for item in value:
        _fill(item, level + 1, shape, values)


def _is_plain(items: list[Any], dtype: str) -> bool:
    """Whether all of a list can be taken as it is: the fast way through what is almost every request."""
    types = set(map(type, items))
    if dtype in _RANGES:
        low, high = _RANGES[dtype]
        return types == {int} and low <= min(items) and max(items) <= high
    if dtype in EXACT:
        return types <= {int, float} and all(is_lossless(item, dtype) for item in items)
    return dtype == "DT_STRING" and types == {str}


def _item(value: Any, dtype: str) -> Any:
    if dtype == "DT_STRING":
        if isinstance(value, dict):
            return decoded_base64(value)
        if isinstance(value, str):
            return encoded(value)
    elif dtype == "DT_BOOL":
        if isinstance(value, bool):
            return value
    elif dtype in EXACT:
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not is_lossless(value, dtype):
                raise lossy(value, dtype)
            return float(value)
    elif dtype in _RANGES:
        low, high = _RANGES[dtype]
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
    elif not isinstance(value, dict):
        raise _not_read(value, dtype)
    raise invalid(
        f"JSON Value: {echoed(value)} Type: {kind(value)} is not of expected type: {type_name(dtype)}"
    )


def _not_read(value: Any, dtype: str) -> ServingError:
    return ServingError(
        UNIMPLEMENTED, f"Conversion of JSON Value: {echoed(value)} to type: {type_name(dtype)}"
    )


def _format_error(document: Any, what: str) -> ServingError:
    return invalid(f"JSON Value: {echoed(document)} {what}")
