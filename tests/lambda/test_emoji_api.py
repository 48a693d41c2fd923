"""What the emoji Lambda answers, and that no tweet is in a log or an error."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import emoji_wire
import pytest
import schemathesis
from botocore.exceptions import ClientError
from emoji_api import create_handler
from emoji_contract import MAX_CHARACTERS, MAX_TWEETS, Tweet
from function_client import FunctionClient
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from package_lambda import ROOT
from played_runtime import PlayedRuntime
from prediction_service.media_types import CSV, JSON
from pydantic import ValidationError
from tweet_text import EMOJIS as TRAINED

from quality.resilience.wrong_input import tweets as hostile
from quality.resilience.wrong_input.requests import MARK

OPENAPI = json.loads((ROOT / "lambda" / "predict_emoji" / "openapi.json").read_text())
GOOD = {"tweets": ["I am good"]}
EMOJIS = ["\U0001f602", "\U0001f62d", "\u2764\ufe0f", "\U0001f525", "\U0001f937\U0001f3fd\u200d\u2642\ufe0f"]


def recommendation(**changes: Any) -> dict[str, Any]:
    shares = [0.4, 0.2, 0.1, 0.1, 0.05]
    emojis = [{"emoji": emoji, "share": share} for emoji, share in zip(EMOJIS, shares, strict=True)]
    return {"emojis": emojis, "recommended": True, "truncated": False, **changes}


class Runtime(PlayedRuntime):
    """Its endpoint has the same emojis for each tweet; it says of a long one that it is truncated."""

    def reply(self, body: str, accept: str) -> str:
        answers = [recommendation(truncated=len(one) > 100) for one in emoji_wire.read(body, accept)]
        return emoji_wire.write(answers, accept)

    @property
    def tweets(self) -> list[str]:
        (call,) = self.calls
        return emoji_wire.read(call["Body"], call["ContentType"])


@dataclass
class Failing(PlayedRuntime):
    """Its endpoint repeats the tweet in its failure, as TensorFlow Serving does."""

    fail: Callable[[str], Exception] = ValueError

    def reply(self, body: str, accept: str) -> str:
        raise self.fail(body)


def function(runtime: PlayedRuntime) -> FunctionClient:
    return FunctionClient(create_handler, "/emoji", runtime)


def written(*tweets: str) -> str:
    """A file of CSV with a tweet a record."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([tweet] for tweet in tweets)
    return text.getvalue()


def test_each_tweet_is_answered_with_five_emojis_in_the_request_s_order() -> None:
    runtime = Runtime()

    status, answer = function(runtime).post_document({"tweets": ["I am good", "so " * 90]})

    assert runtime.tweets == ["I am good", "so " * 90]
    assert (status, answer) == (200, {"predictions": [recommendation(), recommendation(truncated=True)]})


def test_a_tweet_a_record_of_csv_is_the_same_request() -> None:
    runtime = Runtime()

    status, body = function(runtime).post('\ufeffI am good\r\n"So good, I said ""wow""\nTwice"\n\n', CSV)

    assert runtime.tweets == ["I am good", 'So good, I said "wow"\nTwice']
    assert (status, json.loads(body)) == (200, {"predictions": [recommendation(), recommendation()]})


def test_the_object_itself_is_answered_with_the_predictions_alone() -> None:
    assert function(Runtime()).invoke(GOOD) == {"predictions": [recommendation()]}


def test_an_object_that_is_refused_is_answered_with_the_problem() -> None:
    answer = function(Runtime()).invoke({"tweets": ["good", ""]})

    assert (answer["status"], answer["errors"][0]["pointer"]) == (422, "#/tweets/1")


@pytest.mark.parametrize("tweet", hostile.ACCEPTED.values(), ids=hostile.ACCEPTED.keys())
def test_a_hostile_tweet_reaches_the_model_as_it_is_and_nothing_else(tweet: str) -> None:
    for body, content_type in ((json.dumps({"tweets": ["I", tweet]}), JSON), (written("I", tweet), CSV)):
        client = function(runtime := Runtime())

        status, answer = client.post(body, content_type)

        assert status == 200
        assert runtime.tweets == ["I", tweet]
        assert MARK not in answer + client.log.getvalue()


@pytest.mark.parametrize("tweet", hostile.REFUSED.values(), ids=hostile.REFUSED.keys())
def test_a_tweet_with_a_control_character_or_of_another_length_is_refused_by_its_index(tweet: str) -> None:
    client = function(Runtime())

    status, answer = client.post_document({"tweets": ["I", "am", "so", tweet]})

    assert (status, [error["pointer"] for error in answer["errors"]]) == (422, ["#/tweets/3"])
    assert client.runtime.calls == []
    assert MARK not in json.dumps(answer) + client.log.getvalue()
    assert function(Runtime()).invoke({"tweets": [tweet]})["status"] == 422


@pytest.mark.parametrize(
    "tweet", [one for one in hostile.REFUSED.values() if not any("\ud800" <= c <= "\udfff" for c in one)]
)
def test_in_csv_it_is_refused_by_its_row(tweet: str) -> None:
    client = function(Runtime())

    status, answer = client.post(written("I", tweet), CSV)

    assert (status, [error["row"] for error in json.loads(answer)["errors"]]) == (422, [2])
    assert client.runtime.calls == []
    assert MARK not in answer + client.log.getvalue()


def test_a_hundred_hostile_tweets_are_one_request() -> None:
    tweets = [*hostile.ACCEPTED.values()][:MAX_TWEETS]
    client = function(runtime := Runtime())

    status, answer = client.post_document({"tweets": tweets})

    assert (status, len(tweets), len(answer["predictions"])) == (200, 100, 100)
    assert runtime.tweets == tweets
    assert MARK not in json.dumps(answer) + client.log.getvalue()


WRONG_BODIES: dict[str, tuple[str, str | bytes, int, str | int | None]] = {
    "ten megabytes": (JSON, json.dumps({"tweets": [MARK * 1_310_720]}), 413, None),
    "ten megabytes of CSV": (CSV, MARK * 1_310_720, 413, None),
    "a megabyte less than the limit": (JSON, json.dumps({"tweets": [MARK * 130_000]}), 422, "#/tweets/0"),
    "the same of CSV": (CSV, MARK * 130_000, 422, 1),
    "101 tweets": (JSON, json.dumps({"tweets": [MARK] * 101}), 413, None),
    "101 rows": (CSV, f"{MARK}\n" * 101, 413, None),
    "no tweets": (JSON, '{"tweets": []}', 422, "#/tweets"),
    "no member": (JSON, "{}", 422, "#/tweets"),
    "another member": (JSON, json.dumps({**GOOD, MARK: 1}), 422, "#"),
    "a text for an array": (JSON, json.dumps({"tweets": MARK}), 422, "#/tweets"),
    "an array": (JSON, json.dumps([MARK]), 422, "#"),
    "a number": (JSON, '{"tweets": ["I", 1]}', 422, "#/tweets/1"),
    "null": (JSON, '{"tweets": ["I", null]}', 422, "#/tweets/1"),
    "an array in the array": (JSON, json.dumps({"tweets": ["I", [MARK]]}), 422, "#/tweets/1"),
    "an object in the array": (JSON, json.dumps({"tweets": ["I", {"root": MARK}]}), 422, "#/tweets/1"),
    "a member twice": (JSON, json.dumps(GOOD)[:-1] + f', "tweets": ["{MARK}"]}}', 400, None),
    "no JSON": (JSON, f"{{{MARK}}}", 400, None),
    "a body that ends early": (JSON, f'{{"tweets": ["{MARK}', 400, None),
    "NUL as it is": (JSON, f'{{"tweets": ["{MARK}\0"]}}', 400, None),
    "a line break as it is": (JSON, f'{{"tweets": ["{MARK}\n"]}}', 400, None),
    "no UTF-8": (JSON, b'{"tweets": ["\xff' + MARK.encode() + b'"]}', 400, None),
    "a surrogate in UTF-8": (CSV, b"\xed\xa0\xbd" + MARK.encode(), 400, None),
    "UTF-16": (JSON, json.dumps({"tweets": [MARK]}).encode("utf-16"), 400, None),
    "deeper than 16 levels": (JSON, '{"tweets": ' + "[" * 20 + "]" * 20 + "}", 400, None),
    "deeper than Python recurses": (JSON, "[" * 100_000, 400, None),
    "nothing": (JSON, "", 400, None),
    "an empty file": (CSV, " \r\n\n", 400, None),
    "two fields": (CSV, f"I\n{MARK}, you", 400, 2),
    "a quote without its other": (CSV, f'I\n"{MARK}\nyou\n', 400, 2),
    "a quote in a field without quotes": (CSV, f'I\n{MARK} 5"\n', 400, 2),
    "a quoted field with a rest": (CSV, f'I\n"{MARK}" you\n', 400, 2),
    "a carriage return alone": (CSV, f"I\nam\r{MARK}\n", 400, 2),
    "quotes and no end": (CSV, f'{MARK}"' + '""' * 100_000, 400, 1),
    "a row of nothing": (CSV, 'I\n""\n', 422, 2),
}


@pytest.mark.parametrize(
    ("content_type", "body", "status", "place"), WRONG_BODIES.values(), ids=WRONG_BODIES.keys()
)
def test_a_body_that_is_not_the_contracts_is_refused_where_it_is_wrong(
    content_type: str, body: str | bytes, status: int, place: str | int | None
) -> None:
    client = function(Runtime())

    answered, text = client.post(body, content_type)

    problem = json.loads(text)
    assert answered == problem["status"] == status
    named = [error.get("pointer", error.get("row")) for error in problem.get("errors", [])]
    assert named == ([] if place is None else [place])
    assert client.runtime.calls == []
    assert MARK not in text + client.log.getvalue()


def test_csv_is_not_a_response_type() -> None:
    assert function(Runtime()).post(json.dumps(GOOD), accept=CSV)[0] == 406


@pytest.mark.parametrize("best", range(len(TRAINED)))
def test_each_emoji_that_the_model_knows_is_answered(best: int) -> None:
    emojis = [{"emoji": emoji, "share": 0.1} for emoji in (*TRAINED[best:], *TRAINED[:best])[:5]]
    answer = emoji_wire.write([recommendation(emojis=emojis)], JSON)

    status, text = function(Runtime(answer)).post(json.dumps(GOOD))

    assert (status, json.loads(text)["predictions"][0]["emojis"]) == (200, emojis)


WRONG_ANSWERS = {
    "no JSON": MARK,
    "no predictions": "{}",
    "one prediction too few": json.dumps({"predictions": []}),
    "one too many": json.dumps({"predictions": [recommendation()] * 2}),
    "something besides": json.dumps({"predictions": [recommendation()], "tweets": [MARK]}),
    **{
        name: json.dumps({"predictions": [recommendation(**changes)]})
        for name, changes in {
            "the tweet besides": {"tweet": MARK},
            "four emojis": {"emojis": recommendation()["emojis"][:4]},
            "six emojis": {"emojis": [*recommendation()["emojis"], {"emoji": "\U0001f64f", "share": 0.01}]},
            "no answer whether to recommend": {"recommended": None},
            "a number for a truth value": {"truncated": 0},
        }.items()
    },
    **{
        name: json.dumps(
            {"predictions": [recommendation(emojis=[suggestion, *recommendation()["emojis"][1:]])]}
        )
        for name, suggestion in {
            "an emoji twice": {"emoji": EMOJIS[1], "share": 0.4},
            "a word": {"emoji": MARK, "share": 0.4},
            "an emoji and a word": {"emoji": EMOJIS[0] + MARK, "share": 0.4},
            "two emojis in one": {"emoji": EMOJIS[0] * 2, "share": 0.4},
            "a digit": {"emoji": "1", "share": 0.4},
            "a space": {"emoji": " ", "share": 0.4},
            "nothing": {"emoji": "", "share": 0.4},
            "a joiner alone": {"emoji": "\u200d", "share": 0.4},
            "a family of a hundred": {"emoji": "\u200d".join(EMOJIS[:1] * 100), "share": 0.4},
            "a number for an emoji": {"emoji": 1, "share": 0.4},
            "a share above 1": {"emoji": EMOJIS[0], "share": 1.1},
            "shares above 1 together": {"emoji": EMOJIS[0], "share": 0.6},
            "a share below 0": {"emoji": EMOJIS[0], "share": -0.1},
            "shares that do not descend": {"emoji": EMOJIS[0], "share": 0.1},
            "no number": {"emoji": EMOJIS[0], "share": float("nan")},
            "a share as text": {"emoji": EMOJIS[0], "share": "0.4"},
            "no share": {"emoji": EMOJIS[0]},
            "something besides the share": {"emoji": EMOJIS[0], "share": 0.4, "tweet": MARK},
        }.items()
    },
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS.keys())
def test_an_answer_that_is_not_the_contracts_is_a_502(answer: str) -> None:
    client = function(Runtime(answer))

    status, text = client.post(json.dumps(GOOD))

    assert status == 502
    assert MARK not in text + client.log.getvalue()


def refused(body: str) -> Exception:
    response: Any = {
        "Error": {"Code": "ModelError", "Message": body},
        "OriginalStatusCode": 400,
        "OriginalMessage": json.dumps({"error": f"Malformed request: {body}"}),
    }
    return ClientError(response, "InvokeEndpoint")


def failed(body: str) -> Exception:
    response: Any = {"Error": {"Code": "ModelError", "Message": body}, "OriginalStatusCode": 500}
    return ClientError(response, "InvokeEndpoint")


@pytest.mark.parametrize(("fail", "status"), [(refused, 400), (failed, 502), (ValueError, 500)])
def test_a_failure_that_repeats_the_tweet_is_told_without_it(
    fail: Callable[[str], Exception], status: int
) -> None:
    client = function(Failing(fail=fail))

    answered, text = client.post(json.dumps({"tweets": [MARK]}))

    assert answered == status
    assert MARK not in text + client.log.getvalue()
    assert json.loads(client.log.getvalue().splitlines()[-1])["status"] == status


TWEET = Draft202012Validator(OPENAPI["components"]["schemas"]["Tweet"])
characters = st.characters(exclude_categories=()) | st.sampled_from(
    "\0\t\n\r\x7f\x85\u2028\ufeff\ufffe\ud83d"
)


@given(st.text(characters, max_size=10) | st.integers(278, 283).map("a".__mul__))
@example("")
@example("\n")
@example("a\0\n")
def test_the_published_schema_accepts_what_the_function_accepts(tweet: str) -> None:
    try:
        Tweet.model_validate(tweet)
    except ValidationError:
        assert not TWEET.is_valid(tweet)
    else:
        assert TWEET.is_valid(tweet)


def test_the_limits_are_those_that_the_table_of_hostile_tweets_knows() -> None:
    assert hostile.MAX_CHARACTERS == MAX_CHARACTERS
    assert len(hostile.ACCEPTED) >= MAX_TWEETS


def test_the_document_is_openapi_and_its_examples_are_accepted() -> None:
    schemathesis.openapi.from_dict(OPENAPI).validate()
    content = OPENAPI["paths"]["/emoji"]["post"]["requestBody"]["content"]

    assert content[JSON]["example"] == GOOD
    assert function(Runtime()).post(content[CSV]["example"], CSV)[0] == 200
