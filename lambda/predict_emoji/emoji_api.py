"""The emoji API's handler, with its client injected."""

from collections.abc import Sequence
from functools import partial

import emoji_csv
import emoji_model
from emoji_contract import MAX_TWEETS, RECOMMEND, Tweet
from prediction_service import direct, media_types, parsing, rows
from prediction_service.prediction import Prediction

_TWEETS = "tweets"


def from_json(text: str, max_rows: int) -> list[Tweet]:
    """The tweets of a JSON document; a Problem names each that is wrong by its index."""
    document = parsing.json_document(text, parsing.accept_hidden)
    found = rows.records(document, _TWEETS, max_rows=min(max_rows, MAX_TWEETS))
    return rows.validated(Tweet, found, pointer=f"#/{_TWEETS}")


def from_csv(text: str, max_rows: int) -> list[Tweet]:
    """The tweets of a CSV file; a Problem names each that is wrong by its row."""
    found = emoji_csv.tweets(text, max_tweets=min(max_rows, MAX_TWEETS))
    return rows.validated(Tweet, found)


PREDICTION: Prediction[Sequence[Tweet]] = Prediction(
    operation=RECOMMEND,
    decode={media_types.JSON: from_json, media_types.CSV: from_csv},
    encode=emoji_model.body,
    content_type=media_types.JSON,
    answer={media_types.JSON: emoji_model.answer},
)

create_handler = partial(direct.create_handler, PREDICTION)
