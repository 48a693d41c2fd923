"""Serve a trained Transformer by the managed image's contract."""

import json
from dataclasses import replace
from typing import Protocol

from toolkit import content_types, environment, responses, server
from toolkit.environment import Environ, Folders
from toolkit.intake import Limits
from toolkit.responses import Response

from . import channels, payload
from .channels import Vocabularies
from .payload import Sentence, Translation


class Translates(Protocol):
    """What is used of a translator."""

    @property
    def longest_source(self) -> int: ...

    def translate(self, sources: list[list[int]]) -> list[list[int]]: ...

    def attention(self, source: list[int], target: list[int]) -> list[list[float]]: ...


class Seq2SeqModel:
    """A translator and its vocabularies behind the server.

    A sentence that is too long is a 400; with SLIPWAY_MANAGED_BEHAVIOR=1 it is cut, as the image cuts it.
    """

    def __init__(self, translator: Translates, known: Vocabularies, environ: Environ) -> None:
        self._translator = translator
        self._known = known
        self._managed = environment.managed_behavior(environ)

    def invoke(self, body: bytes, content_type: str, accept: str) -> Response:
        try:
            media_type, form = payload.chosen(content_type, accept)
            sentences = form.read(body, self._known.source)
            longest = self._translator.longest_source
            if self._managed:
                sentences = [replace(one, words=one.words[:longest]) for one in sentences]
            payload.check_lengths(sentences, longest)
            return Response(form.write(self._translations(sentences), self._known.target), media_type)
        except Exception as error:
            return responses.failure(error)

    def execution_parameters(self) -> Response:
        parameters = {"MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}
        return Response(json.dumps(parameters).encode(), content_types.JSON)

    def _translations(self, sentences: list[Sentence]) -> list[Translation]:
        targets = self._translator.translate([sentence.words for sentence in sentences])
        return [
            Translation(
                target,
                self._translator.attention(sentence.words, target) if sentence.attention else None,
            )
            for sentence, target in zip(sentences, targets, strict=True)
        ]


def load(environ: Environ) -> Seq2SeqModel:
    """The model of the model folder and its vocabularies."""
    # Requests are read, and tested, where torch and transformers are not installed, too.
    from .translator import Translator  # noqa: PLC0415

    folder = Folders.of(environ).model
    return Seq2SeqModel(Translator.load(folder), channels.vocabularies(folder), environ)


def main(environ: Environ) -> None:
    """Answer until the container is stopped; on a worker thread, so that /ping is answered meanwhile."""
    server.run(lambda: load(environ), environ, limits=Limits(inline_bytes=0))
