"""Translates in the Hugging Face image by the wire contract of the built-in sequence-to-sequence algorithm.

The archive holds what `save_pretrained` leaves: weights in safetensors (a pickle is not loaded), the
configuration and a tokenizer, or in its place the vocabularies that the algorithm was trained with. A request
that cannot be translated is an error with `status` 400; the image answers every error so.
"""

import os
from pathlib import Path
from typing import Any

# What a model is lies in its archive; an isolated container reaches nothing else.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import AutoModelForSeq2SeqLM
from translation_wire import Refused, format_of
from translation_words import Words, words_of

_BATCH = 32


class Translator:
    """A model and what its words are."""

    def __init__(self, model: Any, words: Words) -> None:
        self._model = model.eval()
        self._words = words

    def translate(self, sentences: list[str]) -> list[str]:
        """The best translation of each sentence, in their order; refuses one that is empty or too long."""
        encoded = [self._words.encode(sentence) for sentence in sentences]
        longest = int(self._model.config.max_position_embeddings)
        for index, (sentence, numbers) in enumerate(zip(sentences, encoded, strict=True)):
            if not sentence.strip():
                raise Refused(f"Sentence {index} is empty.")
            if len(numbers) > longest:
                raise Refused(
                    f"Sentence {index} has {len(numbers)} tokens with its end; the model takes {longest}."
                )
        targets: list[str] = []
        with torch.inference_mode():
            for start in range(0, len(encoded), _BATCH):
                targets += self._translated(encoded[start : start + _BATCH])
        return targets

    def _translated(self, batch: list[list[int]]) -> list[str]:
        width = max(map(len, batch))
        padding = self._words.padding
        numbers = torch.tensor([[*one, *[padding] * (width - len(one))] for one in batch])
        mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in batch])
        answers = self._model.generate(input_ids=numbers, attention_mask=mask)
        return [self._words.decode(answer) for answer in answers.tolist()]


def model_fn(model_dir: str, context: Any = None) -> Translator:
    folder = Path(model_dir)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    return Translator(model, words_of(folder))


def transform_fn(model: Translator, body: str | bytes, content_type: str, accept: str) -> str:
    text = body if isinstance(body, str) else body.decode("utf-8")
    form = format_of(content_type)
    return form.write(model.translate(form.read(text)))
