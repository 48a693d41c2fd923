"""A Marian Transformer that translates numbers into numbers; what is heavy of the image is imported here."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# No weights are ever looked for on a network: a model is what its folder holds.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from torch import Tensor

from .vocabulary import BEGIN, END, PAD

SEED = 1
_HEAD_WIDTH = 32
_BATCH = 64

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def untrained(source_words: int, target_words: int, hyperparameters: dict[str, Any]) -> Any:
    """A Transformer with random weights: num_embed_* wide, with rnn_num_hidden units in its layers.

    Both languages have a vocabulary of their own, and decoding starts from the mark `begin`. The same numbers
    give the same weights.
    """
    width = hyperparameters["num_embed_source"]
    heads = max(width // _HEAD_WIDTH, 1)
    while width % heads:
        heads -= 1
    config = transformers.MarianConfig(
        vocab_size=source_words,
        decoder_vocab_size=target_words,
        share_encoder_decoder_embeddings=False,
        d_model=width,
        encoder_layers=hyperparameters["num_layers_encoder"],
        decoder_layers=hyperparameters["num_layers_decoder"],
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=hyperparameters["rnn_num_hidden"],
        decoder_ffn_dim=hyperparameters["rnn_num_hidden"],
        dropout=hyperparameters["rnn_decoder_hidden_dropout"],
        # A sentence has its mark `end` beside its words.
        max_position_embeddings=1
        + max(hyperparameters["max_seq_len_source"], hyperparameters["max_seq_len_target"]),
        activation_function="relu",
        scale_embedding=True,
        pad_token_id=PAD,
        bos_token_id=BEGIN,
        eos_token_id=END,
        decoder_start_token_id=BEGIN,
        forced_eos_token_id=END,
    )
    torch.manual_seed(SEED)
    model = transformers.MarianMTModel(config)
    model.generation_config = transformers.GenerationConfig(
        num_beams=hyperparameters["beam_size"],
        max_length=1 + hyperparameters["max_seq_len_target"],
        pad_token_id=PAD,
        bos_token_id=BEGIN,
        eos_token_id=END,
        decoder_start_token_id=BEGIN,
        forced_eos_token_id=END,
    )
    return model


class Translator:
    """A trained model, for translation only."""

    def __init__(self, model: Any) -> None:
        self._model = model.eval()

    @classmethod
    def load(cls, folder: Path) -> "Translator":
        """The model that `save_pretrained` left in a folder: safetensors, never a pickle."""
        # Attention weights are to be seen with this implementation alone.
        return cls(
            transformers.AutoModelForSeq2SeqLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, attn_implementation="eager"
            )
        )

    @property
    def longest_source(self) -> int:
        """How many words a sentence may have."""
        return int(self._model.config.max_position_embeddings) - 1

    def translate(self, sources: Sequence[Sequence[int]]) -> list[list[int]]:
        """The best translation of each sentence by beam search, without marks."""
        targets: list[list[int]] = [[] for _ in sources]
        # Sentences of about one length leave little padding to compute.
        order = sorted(range(len(sources)), key=lambda index: len(sources[index]))
        with torch.inference_mode():
            for start in range(0, len(order), _BATCH):
                indexes = order[start : start + _BATCH]
                words = padded([[*sources[index], END] for index in indexes])
                answers = self._model.generate(input_ids=words, attention_mask=(words != PAD).long())
                for index, answer in zip(indexes, answers.tolist(), strict=True):
                    targets[index] = [number for number in answer if number not in (PAD, BEGIN, END)]
        return targets

    def attention(self, source: Sequence[int], target: Sequence[int]) -> list[list[float]]:
        """What each word of a translation looks at: a row for each of its words, a column for each of the
        source's, as the last layer's heads have it on average."""
        with torch.inference_mode():
            answer = self._model(
                input_ids=torch.tensor([[*source, END]]),
                decoder_input_ids=torch.tensor([[BEGIN, *target]]),
                output_attentions=True,
            )
        heads = answer.cross_attentions[-1][0]
        rows: list[list[float]] = heads.mean(dim=0)[: len(target), : len(source)].tolist()
        return rows


def padded(sentences: Sequence[Sequence[int]]) -> Tensor:
    """The sentences as one matrix, each with padding behind it."""
    longest = max(map(len, sentences))
    return torch.tensor([[*sentence, *[PAD] * (longest - len(sentence))] for sentence in sentences])
