"""The contract of the translation API; openapi.json is generated from it."""

import json
from typing import Annotated

from prediction_service import media_types
from prediction_service.contract import Contract, Operation, Predictions
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from translation_text import source_words

# Together they take the model a few seconds, which is what a caller and the gateway wait for.
MAX_SENTENCES = 100
# The model is trained on sentences up to this length; the built-in algorithm would cut a longer one.
MAX_WORDS = 60
MAX_CHARACTERS = 1000


def _some_words(query: str) -> str:
    count = len(source_words(query))
    if not count:
        raise PydanticCustomError("no_words", "Input should have at least one word")
    if count > MAX_WORDS:
        raise PydanticCustomError(
            "too_many_words", "Input should have at most {most} words", {"most": MAX_WORDS}
        )
    return query


class Sentence(BaseModel):
    """One sentence to translate, as a person writes it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    query: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_CHARACTERS,
            description=f"At least one word and at most {MAX_WORDS}; a sign of punctuation counts as one.",
        ),
        AfterValidator(_some_words),
    ]


class TranslationRequest(BaseModel):
    """The sentences, in any order."""

    model_config = ConfigDict(extra="forbid")

    sentences: Annotated[list[Sentence], Field(min_length=1, max_length=MAX_SENTENCES)]


class Translation(BaseModel):
    """What one sentence is in the other language: words and signs, with spaces between them."""

    model_config = ConfigDict(strict=True, extra="ignore")

    target: str


class TranslationResponse(Predictions[Translation]):
    """A translation for each sentence, in the request's order."""


_EXAMPLE = {"sentences": [{"query": "I love you"}, {"query": "I love you, too"}]}

TRANSLATE = Operation(
    path="/translate",
    summary="Translate sentences",
    request=TranslationRequest,
    request_text={media_types.JSON: json.dumps(_EXAMPLE)},
    answer=TranslationResponse,
)

CONTRACT = Contract(
    title="Translation",
    description="Sentences from English into German.",
    operation=TRANSLATE,
)
