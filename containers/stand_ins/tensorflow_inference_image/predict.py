"""The three methods of the REST API: predict, classify and regress."""

from collections.abc import Callable, Mapping
from typing import Any

from . import answers, examples, tensors
from .json_reader import MalformedJson
from .json_writer import echoed
from .rapid_json import parse
from .servable import DEFAULT_SIGNATURE, TensorInfo, Tensors, Version
from .status import invalid

_SIGNATURE_NAME = "signature_name"

# What finds the version that a request names; a request is read before it is asked.
Find = Callable[[], Version]


def predict(body: bytes, find: Find) -> str:
    """The answer to a predict request. Refuses with ServingError."""
    document = _document(body)
    name = _signature_name(document)
    version = find()
    signature = version.servable.signatures.get(name or DEFAULT_SIGNATURE)
    if signature is None:
        raise invalid(f'Serving signature name: "{name or DEFAULT_SIGNATURE}" not found in signature def')
    if not signature.inputs:
        raise invalid(f"Failed to get input map for signature: {name or 'DEFAULT'}")
    form, inputs = tensors.read(document, signature.inputs)
    _check_inputs(inputs, signature.inputs)
    _check_batch(inputs, version)
    return answers.write(version.servable.run(signature, inputs), form)


def classify(body: bytes, find: Find) -> str:
    """Labels and scores of each example, of a signature that is made for it."""
    document = _document(body)
    name = _signature_name(document)
    return examples.classify(examples.read(document), find(), name or DEFAULT_SIGNATURE)


def regress(body: bytes, find: Find) -> str:
    """A number for each example, of a signature that is made for it."""
    document = _document(body)
    name = _signature_name(document)
    return examples.regress(examples.read(document), find(), name or DEFAULT_SIGNATURE)


def _document(body: bytes) -> Mapping[str, Any]:
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        document = parse(body)
    except MalformedJson as error:
        raise invalid(f"JSON Parse error: {error}") from None
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {echoed(document)} Is not object")
    return document


def _signature_name(document: Mapping[str, Any]) -> str:
    name = document.get(_SIGNATURE_NAME, "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {echoed(document)} not formatted correctly. "
            f"'{_SIGNATURE_NAME}' key must be a string value."
        )
    return name


def _check_inputs(inputs: Tensors, expected: Mapping[str, TensorInfo]) -> None:
    if inputs.keys() == expected.keys():
        return
    sent, wanted = sorted(inputs), sorted(expected)
    raise invalid(
        f"input size does not match signature: {len(sent)}!={len(wanted)} "
        f"len({{{','.join(sent)}}}) != len({{{','.join(wanted)}}}). "
        f"Sent extra: {{{','.join(sorted({*sent} - {*wanted}))}}}. "
        f"Missing but required: {{{','.join(sorted({*wanted} - {*sent}))}}}."
    )


def _check_batch(inputs: Tensors, version: Version) -> None:
    """What the server's scheduler refuses where SAGEMAKER_TFS_ENABLE_BATCHING is set."""
    largest = version.batching.max_batch_size
    if largest is None:
        return
    if any(tensor.ndim == 0 for tensor in inputs.values()):
        raise invalid("Batching Run() input tensors must have at least one dimension")
    sizes = {len(tensor) for tensor in inputs.values()}
    if len(sizes) > 1:
        raise invalid("Batching Run() input tensors must have equal 0th-dimension size")
    size = sizes.pop()
    if size > largest:
        raise invalid(f"Task size {size} is larger than maximum input batch size {largest}")


METHODS: Mapping[str, Callable[[bytes, Find], str]] = {
    "predict": predict,
    "classify": classify,
    "regress": regress,
}
