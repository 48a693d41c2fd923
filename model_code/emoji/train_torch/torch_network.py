"""BERT's encoder of transformers, with a linear head over the mean of a tweet's tokens.

Weights travel by the names that Hugging Face gives BERT's, and `classifier`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

HEAD = "classifier"
_ENCODER = "bert."
_MASKED = -1e9
_SPREAD = 0.02


class Network(nn.Module):  # type: ignore[misc] # torch has no types here
    """From token numbers to a logit for each class.

    `config` is the content of a config.json of Hugging Face's BERT, as `Weights` checks it.
    """

    def __init__(self, config: Mapping[str, Any], classes: int) -> None:
        super().__init__()
        # For tweets this attention is faster on CPUs than the fused one, and ONNX has its operators.
        shape = BertConfig.from_dict(
            {
                **config,
                "attn_implementation": "eager",
                "hidden_dropout_prob": 0,
                "attention_probs_dropout_prob": 0,
            }
        )
        self.bert = BertModel(shape, add_pooling_layer=False)
        self.classifier = nn.Linear(shape.hidden_size, classes)
        self.width: int = shape.hidden_size
        self._layers = shape.num_hidden_layers

    def forward(
        self, input_ids: Tensor, input_mask: Tensor, segment_ids: Tensor, noise: Tensor | None = None
    ) -> Tensor:
        """The logits of tweets that are padded to one length; the mask is 1 for their tokens. In training the
        means of the tokens are multiplied by `noise`."""
        masked = (1 - input_mask[:, None, None, :].to(self._precision(input_ids))) * _MASKED
        tokens = self.bert(
            input_ids=input_ids, attention_mask=masked, token_type_ids=segment_ids
        ).last_hidden_state
        weights = input_mask[:, :, None].to(tokens.dtype)
        mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1)
        logits: Tensor = self.classifier(mean if noise is None else mean * noise)
        return logits.float()

    def train_only(self, last_layers: int | None) -> dict[str, nn.Parameter]:
        """Freeze all but the head and so many last layers (None: nothing is frozen); what is trained then."""
        first = 0 if last_layers is None else max(0, self._layers - last_layers)
        layers = tuple(f"encoder.layer.{layer}." for layer in range(first, self._layers))
        trained = {}
        for name, parameter in self._named():
            parameter.requires_grad_(last_layers is None or name.startswith((f"{HEAD}.", *layers)))
            if parameter.requires_grad:
                trained[name] = parameter
        return trained

    def load(self, tensors: Mapping[str, Tensor], seed: int) -> None:
        """Take the weights of these tensors; the head's, where they have none, are drawn from the seed.

        Refuses (ValueError) weights that lack a tensor or have one of another shape; what they have more,
        such as a pooler, is not taken.
        """
        tensors = {**self._new_head(seed), **tensors}
        with torch.no_grad():
            for name, parameter in self._named():
                if name not in tensors:
                    raise ValueError(f"the weights have no {name}")
                expected, found = tuple(parameter.shape), tuple(tensors[name].shape)
                if expected != found:
                    raise ValueError(f"{name}: expected the shape {expected}, got {found}")
                parameter.copy_(tensors[name])

    def tensors(self) -> dict[str, Tensor]:
        """The weights as `load` takes them, on the CPU."""
        return {name: parameter.detach().cpu().contiguous() for name, parameter in self._named()}

    def checksum(self) -> int:
        """A number of 31 bits that depends on every weight."""
        digest = hashlib.sha256()
        for tensor in self.tensors().values():
            digest.update(tensor.numpy())
        return int.from_bytes(digest.digest()[:4], "big") >> 1

    def _named(self) -> list[tuple[str, nn.Parameter]]:
        return [(name.removeprefix(_ENCODER), parameter) for name, parameter in self.named_parameters()]

    def _new_head(self, seed: int) -> dict[str, Tensor]:
        draw = torch.Generator().manual_seed(seed)
        weight = torch.normal(0.0, _SPREAD, self.classifier.weight.shape, generator=draw)
        return {
            f"{HEAD}.weight": weight,
            f"{HEAD}.bias": torch.zeros_like(self.classifier.bias, device="cpu"),
        }

    def _precision(self, tensor: Tensor) -> torch.dtype:
        """That of the attention's scores, so that the mask does not widen them."""
        kind = tensor.device.type
        return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
