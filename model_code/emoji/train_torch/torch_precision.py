"""Whether this machine multiplies matrices faster in bfloat16, which halves their bits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

AUTO, BFLOAT16, FLOAT32 = "auto", "bfloat16", "float32"
PRECISIONS = (AUTO, BFLOAT16, FLOAT32)

# A layer's largest product with a batch of tweets, and how much faster it has to be.
_SHAPE = (1600, 384, 1536)
_GAIN = 1.25
_TRIES = 5


def chosen(precision: str, device: torch.device) -> bool:
    """Whether to compute in bfloat16; `auto` asks the device."""
    if precision != AUTO:
        return precision == BFLOAT16
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return _seconds(torch.bfloat16) * _GAIN < _seconds(torch.float32)


@contextmanager
def computing(device: torch.device, bfloat16: bool) -> Iterator[None]:
    """In bfloat16 what may lose precision, and the rest in float32; or all in float32."""
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bfloat16):
        yield


def _seconds(kind: torch.dtype) -> float:
    """The least CPU time of some products; the CPU's other users do not count."""
    rows, inner, columns = _SHAPE
    tokens, weights = torch.ones(rows, inner, dtype=kind), torch.ones(columns, inner, dtype=kind)
    found = []
    for _ in range(_TRIES):
        started = time.process_time()
        torch.nn.functional.linear(tokens, weights)
        found.append(time.process_time() - started)
    return min(found)
