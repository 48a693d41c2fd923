"""From sentences to translations: what goes to the endpoint, and how its response is validated."""

import json
from collections.abc import Callable, Sequence

from prediction_service import scores
from translation_contract import Sentence, TranslationResponse
from translation_text import source_words


def body(sentences: Sequence[Sentence]) -> bytes:
    """The sentences as the built-in sequence-to-sequence algorithm reads them: words between spaces."""
    instances = [{"data": " ".join(source_words(sentence.query))} for sentence in sentences]
    return json.dumps({"instances": instances}, ensure_ascii=False).encode()


answer: Callable[[bytes, Sequence[Sentence]], str] = scores.document(TranslationResponse)
