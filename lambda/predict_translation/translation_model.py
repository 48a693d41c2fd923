"""From sentences to translations: what goes to the endpoint, and what of its answer is believed."""

import json
from collections.abc import Sequence

from prediction_service.endpoint import unusable
from pydantic import ValidationError
from translation_contract import Sentence, TranslationResponse
from translation_text import source_words


def body(sentences: Sequence[Sentence]) -> bytes:
    """The sentences as the built-in sequence-to-sequence algorithm reads them: words between spaces."""
    instances = [{"data": " ".join(source_words(sentence.query))} for sentence in sentences]
    return json.dumps({"instances": instances}, ensure_ascii=False).encode()


def answer(content: bytes, sentences: Sequence[Sentence]) -> str:
    """The endpoint's answer, if it is a translation for each of the sentences."""
    try:
        translations = TranslationResponse.model_validate_json(content)
    except ValidationError:
        raise unusable("answer is not the contract's JSON") from None
    if len(translations.predictions) != len(sentences):
        raise unusable("answer has another number of sentences")
    return translations.model_dump_json()
