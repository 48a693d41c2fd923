"""The files of a network: its weights in safetensors, and an ONNX model that computes what it does.

The model has int64 inputs [tweets, tokens], both free, and the logits.
"""

import io
import warnings
from collections.abc import Mapping
from pathlib import Path

import job_files
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor
from torch_network import Network

INPUTS = ("input_ids", "input_mask", "segment_ids")
OUTPUT = "logits"
_OPERATORS = 17


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name. Refuses (ValueError), by its name, what is not safetensors."""
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except SafetensorError as error:
        raise ValueError(
            f"{path.name}: expected safetensors, got {path.stat().st_size} bytes that are not ({error})"
        ) from None
    return tensors


def write(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write the tensors whole or not at all."""
    job_files.write(path, save(dict(tensors)))


def export(network: Network, path: Path) -> None:
    """Write the model, which computes in float32 on whatever loads it."""
    network = network.cpu().eval()
    # Two tweets of three tokens: no size may be 1, which an operator could take for a constant.
    example = tuple(torch.ones(2, 3, dtype=torch.int64) for _ in INPUTS)
    stream = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # The exporter that needs no further package calls itself legacy.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            example,
            stream,
            dynamo=False,
            opset_version=_OPERATORS,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes={name: {0: "tweets", 1: "tokens"} for name in INPUTS} | {OUTPUT: {0: "tweets"}},
        )
    job_files.write(path, stream.getvalue())
