"""The translation API's handler, with its client injected."""

from functools import partial
from typing import Any

import translation_model
from prediction_service import direct, prediction, rows
from translation_contract import MAX_SENTENCES, TRANSLATE, Sentence

_SENTENCES = "sentences"


def read(document: Any) -> list[Sentence]:
    """The sentences of a JSON document; a Problem names each that is wrong by its index."""
    records = rows.records(document, _SENTENCES, max_rows=MAX_SENTENCES)
    return rows.validated(Sentence, records, pointer=f"#/{_SENTENCES}")


PREDICTION = prediction.of_documents(TRANSLATE, read, translation_model.body, translation_model.answer)

create_handler = partial(direct.create_handler, PREDICTION)
