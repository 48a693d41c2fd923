"""From tweets to emojis: what goes to the endpoint, and how its response is validated."""

import json
from collections.abc import Callable, Sequence

from emoji_contract import EmojiResponse, Tweet
from prediction_service import scores


def body(tweets: Sequence[Tweet]) -> bytes:
    """The tweets as the endpoint reads them."""
    return json.dumps({"tweets": [tweet.root for tweet in tweets]}, ensure_ascii=False).encode()


answer: Callable[[bytes, Sequence[Tweet]], str] = scores.document(EmojiResponse)
