"""Classify and regress: lists of features, as serialized tf.Example messages, to signatures made for them."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .json_writer import PrettyWriter, decimal, echoed
from .servable import CLASSIFY, REGRESS, Signature, Version
from .status import FAILED_PRECONDITION, ServingError, invalid
from .values import decoded_base64, encoded, is_base64, is_lossless, kind, lossy

_EXAMPLES, _CONTEXT = "examples", "context"
_INPUTS, _OUTPUTS, _CLASSES, _SCORES = "inputs", "outputs", "classes", "scores"

# Fields of the messages Example, Features, the entries of its map, and Feature.
_FEATURES, _FEATURE, _NAME, _VALUE, _LIST_VALUE = 1, 1, 1, 2, 1
_BYTES, _FLOAT, _INT64 = 1, 2, 3
_KINDS = {_BYTES: "bytes", _FLOAT: "float", _INT64: "int64"}


def read(document: Mapping[str, Any]) -> NDArray[np.object_]:
    """The examples of a request, serialized, each behind the context where the request has one."""
    context = _example(document[_CONTEXT]) if _CONTEXT in document else b""
    if _EXAMPLES not in document:
        raise _format_error(
            document, f"When method is classify, key '{_EXAMPLES}' is expected and was not found"
        )
    examples = document[_EXAMPLES]
    if not isinstance(examples, list):
        raise _format_error(document, f"Expecting '{_EXAMPLES}' value to be an list/array")
    if not examples:
        raise _format_error(document, f"'{_EXAMPLES}' value is an empty array")
    return np.array([context + _example(example) for example in examples], dtype=np.object_)


def classify(examples: NDArray[np.object_], version: Version, name: str) -> str:
    """Labels and scores; a signature without labels gives empty ones, one without scores zeros."""
    signature = _signature(version, name, CLASSIFY, "classification")
    _one_input(signature, "classification")
    if len(signature.outputs) not in (1, 2):
        raise invalid(f"Expected one or two output Tensors, found {len(signature.outputs)}")
    if not {_CLASSES, _SCORES} & set(signature.outputs):
        raise ServingError(
            FAILED_PRECONDITION,
            "Expected classification signature outputs to contain at least one of "
            f'"{_CLASSES}" or "{_SCORES}".',
        )
    outputs = version.servable.run(signature, {_INPUTS: examples})
    classes = _table(outputs.get(_CLASSES), "classes", "O", "DT_STRING", len(examples))
    scores = _table(outputs.get(_SCORES), "scores", "f", "DT_FLOAT", len(examples))
    if classes is None:
        classes = np.full(scores.shape, b"", dtype=np.object_)
    elif scores is None:
        scores = np.zeros(classes.shape, dtype=np.float32)
    elif classes.shape[1] != scores.shape[1]:
        raise invalid(
            "Tensors class and score should match in dim_size(1). "
            f"Got {classes.shape[1]} vs. {scores.shape[1]}"
        )
    return _written_classes(classes, scores)


def _written_classes(classes: NDArray[np.object_], scores: NDArray[np.float32]) -> str:
    writer = PrettyWriter()
    writer.start("{")
    writer.string("results")
    writer.start("[")
    for labels, numbers in zip(classes.tolist(), scores.tolist(), strict=True):
        writer.single_line = True
        writer.start("[")
        for label, number in zip(labels, numbers, strict=True):
            writer.start("[")
            writer.string(label.decode("utf-8", "surrogateescape"))
            writer.raw(decimal(number, single=True))
            writer.end()
        writer.end()
        writer.single_line = False
    writer.end()
    writer.end()
    return writer.text()


def regress(examples: NDArray[np.object_], version: Version, name: str) -> str:
    """A number for each example."""
    signature = _signature(version, name, REGRESS, "regression")
    _one_input(signature, "regression")
    if len(signature.outputs) != 1:
        raise invalid("Expected one output Tensor.")
    if _OUTPUTS not in signature.outputs:
        raise ServingError(FAILED_PRECONDITION, "No regression outputs found in SignatureDef.")
    output = version.servable.run(signature, {_INPUTS: examples})[_OUTPUTS]
    if not (output.ndim == 1 or (output.ndim == 2 and output.shape[1] == 1)):
        raise invalid(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{_shown(output)}"
        )
    if len(output) != len(examples):
        raise invalid(f"Input batch size did not match output batch size: {len(examples)} vs. {len(output)}")
    if output.dtype != np.float32:
        raise invalid(f"Expected output Tensor of DT_FLOAT.  Got: {_data_type(output)}")
    writer = PrettyWriter()
    writer.start("{")
    writer.string("results")
    writer.single_line = True
    writer.start("[")
    for value in output.reshape(-1).tolist():
        writer.raw(decimal(value, single=True))
    writer.end()
    writer.end()
    return writer.text()


def _signature(version: Version, name: str, method: str, what: str) -> Signature:
    signature = version.servable.signatures.get(name)
    if signature is None:
        raise invalid(f"No signature was found with the name: {name}")
    if signature.method != method:
        raise invalid(f"Expected {what} signature method_name to be {method}. Was: {signature.method}")
    return signature


def _one_input(signature: Signature, what: str) -> None:
    if len(signature.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    if _INPUTS not in signature.inputs:
        raise ServingError(FAILED_PRECONDITION, f"No {what} inputs found in SignatureDef.")


def _table(table: NDArray[Any] | None, name: str, code: str, dtype: str, rows: int) -> Any:
    if table is None:
        return None
    if table.ndim != 2:
        raise invalid(f"Expected Tensor shape: [batch_size num_classes] but got {_shown(table)}")
    if table.dtype.char != code:
        raise invalid(f"Expected {name} Tensor of {dtype}. Got: {_data_type(table)}")
    if len(table) != rows:
        raise invalid(f"Expected {name} output batch size of {rows}. Got: {len(table)}")
    return table


def _shown(tensor: NDArray[Any]) -> str:
    return f"[{','.join(map(str, tensor.shape))}]"


def _data_type(tensor: NDArray[Any]) -> str:
    return {"object": "DT_STRING", "float32": "DT_FLOAT", "float64": "DT_DOUBLE"}.get(
        tensor.dtype.name, f"DT_{tensor.dtype.name.upper()}"
    )


def _example(value: Any) -> bytes:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {kind(value)}")
    features = b"".join(_entry(name, content) for name, content in value.items())
    return _message(_FEATURES, features)


def _entry(name: str, content: Any) -> bytes:
    items = content if isinstance(content, list) else [content]
    of = 0
    for item in items:
        of = _checked(item, of, name)
    feature = _message(of, b"".join(_values(items, of))) if items else b""
    return _message(_FEATURE, _message(_NAME, encoded(name)) + _message(_VALUE, feature))


def _checked(item: Any, of: int, name: str) -> int:
    """The kind of a feature's item, which has to be that of the items before it, 0 for the first one."""
    if isinstance(item, str) or is_base64(item):
        own = _BYTES
    elif isinstance(item, int):
        own = _INT64
    elif isinstance(item, float):
        own = _FLOAT
    else:
        raise invalid(f"Feature: {name} has element with unexpected JSON type: {kind(item)}")
    if of not in (0, own):
        raise invalid(f"Unexpected element type in feature: {name} expecting type: {_KINDS[of]}")
    if own == _FLOAT and not is_lossless(item, "DT_FLOAT"):
        raise lossy(item, "DT_FLOAT")
    if own == _INT64 and item >= 2**63:
        raise invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
    return own


def _values(items: list[Any], of: int) -> Iterator[bytes]:
    if of == _BYTES:
        for item in items:
            yield _message(_LIST_VALUE, encoded(item) if isinstance(item, str) else decoded_base64(item))
    elif of == _FLOAT:
        yield _message(_LIST_VALUE, struct.pack(f"<{len(items)}f", *items))
    else:
        yield _message(_LIST_VALUE, b"".join(_varint(int(item) % 2**64) for item in items))


def _message(number: int, content: bytes) -> bytes:
    """A field that has a length: a message, a string, or packed numbers."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    pieces = bytearray()
    while number > 0x7F:
        pieces.append(number & 0x7F | 0x80)
        number >>= 7
    pieces.append(number)
    return bytes(pieces)


def _format_error(document: Any, what: str) -> ServingError:
    return invalid(f"JSON Value: {echoed(document)} {what}")
