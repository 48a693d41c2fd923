"""Recommends emojis in AWS's TensorFlow Serving image: text in, five emojis out. Standard library only.

The image serves the archive's network and calls `handler` for each request. A malformed request raises
`Refused`, whose `status` is 400 or 415; no message repeats a tweet.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import emoji_wire
from emoji_answer import Recommender

# A file of tweets comes as one request of any number of lines.
_TOGETHER = 128

_recommender = Recommender(Path(__file__).resolve().parents[1])
# The network is on this machine, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def handler(data: Any, context: Any) -> tuple[str, str]:
    """The response's body and content type; `data` is the request's body, a stream."""
    _check(context)
    content_type = context.request_content_type
    tweets = emoji_wire.read(data.read(), content_type)
    answers = [answer for part in _parts(tweets) for answer in _answers(part, context.rest_uri)]
    return emoji_wire.write(answers, content_type), emoji_wire.answer_type(content_type)


def _check(context: Any) -> None:
    """The image follows attributes of the caller's; the tweets would go to what the archive has not got."""
    attributes = {
        "tfs-model-name": context.model_name,
        "tfs-model-version": context.model_version,
        "tfs-method": context.method,
    }
    named = [attribute for attribute, value in attributes.items() if value is not None]
    if named:
        raise emoji_wire.Refused(
            f"The endpoint has one model; expected no {' and no '.join(named)} in the custom attributes."
        )


def _answers(tweets: Sequence[str], uri: str) -> list[dict[str, Any]]:
    body = json.dumps({"inputs": _recommender.encode(tweets)._asdict()}).encode()
    request = urllib.request.Request(uri, body, {"Content-Type": "application/json"})  # noqa: S310 - of the image
    try:
        with _opener.open(request) as response:
            logits = json.load(response)["outputs"]
    except urllib.error.HTTPError as error:
        # The text of TensorFlow Serving repeats its input.
        raise RuntimeError(f"expected logits of the network, got the status {error.code}") from None
    return _recommender.answer(logits, tweets)


def _parts(tweets: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(tweets), _TOGETHER):
        yield tweets[start : start + _TOGETHER]
