"""The documents about a model: the state of its versions, and its signatures."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .servable import Signature, TensorInfo, Version


def status(versions: Iterable[int]) -> str:
    """The state of versions, all of them available, as the protobuf library writes it."""
    states = [
        {
            "version": str(version),
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
        for version in versions
    ]
    return _written({"model_version_status": states})


def metadata(version: Version) -> str:
    """A version's signatures: two documents in a frame, as TensorFlow Serving puts them together."""
    spec = {"name": version.name, "signature_name": "", "version": str(version.number)}
    signatures = {
        name: _signature(signature) for name, signature in sorted(version.servable.signatures.items())
    }
    return (
        '{\n"model_spec":' + _written(spec) + ",\n"
        '"metadata": {"signature_def": ' + _written({"signature_def": signatures}) + "}\n}\n"
    )


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "inputs": _infos(signature.inputs),
        "outputs": _infos(signature.outputs),
        "method_name": signature.method,
        "defaults": {},
    }


def _infos(infos: Mapping[str, TensorInfo]) -> dict[str, Any]:
    return {
        name: {
            "dtype": info.dtype,
            "tensor_shape": {
                "dim": [{"size": str(size), "name": ""} for size in info.shape or ()],
                "unknown_rank": info.shape is None,
            },
            "name": info.tensor,
        }
        for name, info in sorted(infos.items())
    }


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
