"""From sentences to translations: what goes to the endpoint, and how its response is validated."""

import json
from collections.abc import Sequence

from prediction_service.endpoint import require_one_for_each, unusable
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
        raise unusable("response does not match the API contract") from None
    require_one_for_each("translations", translations.predictions, sentences)
    return translations.model_dump_json()
