"""The managed image's requests: JSON, JSON lines and RecordIO-protobuf, each answered in kind."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit import content_types, negotiation
from toolkit.errors import CallerProblem

from . import records
from .records import CONTENT_TYPE as RECORDS
from .vocabulary import Vocabulary

# The documentation recommends JSON for small numbers; one request should not occupy the container for long.
MOST_INSTANCES = 1000


@dataclass(frozen=True)
class Sentence:
    """A sentence to translate, as numbers, and whether its attention matrix is wanted."""

    words: list[int]
    attention: bool = False


@dataclass(frozen=True)
class Translation:
    """A translation as numbers, with its attention matrix where that was asked for."""

    words: list[int]
    matrix: list[list[float]] | None = None


@dataclass(frozen=True)
class Format:
    """How one media type is read, and how its answer is written."""

    read: Callable[[bytes, Vocabulary], list[Sentence]]
    write: Callable[[Sequence[Translation], Vocabulary], bytes]


def chosen(content_type: str, accept: str) -> tuple[str, Format]:
    """The format of a request and of its answer; refuses others, and an answer in another one.

    A request without a content type is JSON.
    """
    media_type = content_types.media_type(content_type) or content_types.JSON
    if media_type not in FORMATS:
        raise CallerProblem(415, f"Send one of {', '.join(FORMATS)}.")
    negotiation.preferred(accept, media_type, (media_type,))
    return media_type, FORMATS[media_type]


def check_lengths(sentences: Sequence[Sentence], longest: int) -> None:
    """Refuse an empty sentence, and one with more than `longest` words, by its index."""
    for index, sentence in enumerate(sentences):
        if not sentence.words:
            raise CallerProblem(400, f"Sentence {index} is empty.")
        if len(sentence.words) > longest:
            raise CallerProblem(
                400, f"Sentence {index} has {len(sentence.words)} words; the model takes at most {longest}."
            )


def _from_json(body: bytes, source: Vocabulary) -> list[Sentence]:
    document = _document(body, "The body")
    if not isinstance(document, dict) or not isinstance(document.get("instances"), list):
        raise CallerProblem(400, 'The body should be {"instances": [{"data": "..."}]}.')
    instances = document["instances"]
    if not instances:
        raise CallerProblem(400, "The body has no instances.")
    if len(instances) > MOST_INSTANCES:
        raise CallerProblem(413, f"The body has more than {MOST_INSTANCES} instances.")
    everywhere = document.get("configuration")
    sentences = []
    for index, instance in enumerate(instances):
        if not isinstance(instance, dict) or not isinstance(instance.get("data"), str):
            raise CallerProblem(400, f'Sentence {index} should be {{"data": "..."}}.')
        attention = _wants_attention(instance.get("configuration", everywhere), index)
        sentences.append(Sentence(source.encode(instance["data"]), attention))
    return sentences


def _wants_attention(configuration: Any, index: int) -> bool:
    if configuration is None:
        return False
    value = configuration.get("attention_matrix", "false") if isinstance(configuration, dict) else None
    if not isinstance(value, str | bool) or str(value).lower() not in ("true", "false"):
        raise CallerProblem(
            400, f'Sentence {index}: its configuration should be {{"attention_matrix": "true"}}.'
        )
    return str(value).lower() == "true"


def _to_json(translations: Sequence[Translation], target: Vocabulary) -> bytes:
    predictions = [
        {
            "target": target.decode(one.words),
            **({} if one.matrix is None else {"matrix": one.matrix}),
        }
        for one in translations
    ]
    return json.dumps({"predictions": predictions}, ensure_ascii=False).encode()


def _from_lines(body: bytes, source: Vocabulary) -> list[Sentence]:
    sentences = []
    for index, line in enumerate(body.removesuffix(b"\n").split(b"\n")):
        document = _document(line, f"Line {index}")
        if not isinstance(document, dict) or not isinstance(document.get("source"), str):
            raise CallerProblem(400, f'Line {index} should be {{"source": "..."}}.')
        sentences.append(Sentence(source.encode(document["source"])))
    return sentences


def _to_lines(translations: Sequence[Translation], target: Vocabulary) -> bytes:
    lines = [
        json.dumps({"target": target.decode(one.words)}, ensure_ascii=False) + "\n" for one in translations
    ]
    return "".join(lines).encode()


def _from_records(body: bytes, source: Vocabulary) -> list[Sentence]:
    try:
        sentences = [words for (words,) in records.read(body, [records.SOURCE])]
    except records.NotRecords as error:
        raise CallerProblem(400, f"The body is not RecordIO-protobuf: {error}.") from None
    if not sentences:
        raise CallerProblem(400, "The body has no records.")
    for index, words in enumerate(sentences):
        if words and not 0 <= min(words) <= max(words) < len(source):
            raise CallerProblem(400, f"Sentence {index} has a number outside the vocabulary.")
    return [Sentence(words) for words in sentences]


def _to_records(translations: Sequence[Translation], target: Vocabulary) -> bytes:
    return records.write({records.TARGET: one.words} for one in translations)


def _document(text: bytes, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CallerProblem(400, f"{what} is not JSON.") from None


FORMATS = {
    content_types.JSON: Format(_from_json, _to_json),
    content_types.JSON_LINES: Format(_from_lines, _to_lines),
    RECORDS: Format(_from_records, _to_records),
}
