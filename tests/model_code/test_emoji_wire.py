"""Requests for emojis as JSON, JSON lines and CSV, and the answers."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model_scripts import load

from local.endpoint import records

wire = load("shared/tweets/emoji_wire")

ANSWERS = [{"emojis": [{"emoji": "\U0001f525", "share": 0.5}], "recommended": True, "truncated": False}]


@given(st.lists(st.text(), min_size=1))
def test_tweets_are_read_alike_from_json_and_lines(tweets: list[str]) -> None:
    lines = "".join(json.dumps({"tweet": tweet}) + "\n" for tweet in tweets)

    assert wire.read(json.dumps({"tweets": tweets}).encode(), "application/json") == tweets
    assert wire.read(lines.encode(), "application/jsonlines; charset=utf-8") == tweets


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_tweets_are_read_from_csv_with_quotes(tweets: list[str]) -> None:
    body = "".join('"' + tweet.replace('"', '""') + '"\r\n' for tweet in tweets)

    assert wire.read(body.encode(), "Text/CSV") == tweets


def test_a_csv_tweet_needs_no_quotes_without_commas_and_the_last_line_no_end() -> None:
    assert wire.read(b'I am good\n"well, well\nthen"', "text/csv") == ["I am good", "well, well\nthen"]


@pytest.mark.parametrize(
    ("content_type", "answered", "written"),
    [
        (None, "application/json", {"predictions": ANSWERS}),
        ("application/json", "application/json", {"predictions": ANSWERS}),
        ("text/csv", "application/json", {"predictions": ANSWERS}),
        ("application/jsonlines", "application/jsonlines", ANSWERS[0]),
    ],
)
def test_answers_are_json_or_lines(content_type: str | None, answered: str, written: Any) -> None:
    assert wire.answer_type(content_type) == answered
    assert json.loads(wire.write(ANSWERS, content_type)) == written


@pytest.mark.parametrize("content_type", ["application/json", "application/jsonlines"])
def test_emojis_are_written_as_they_are(content_type: str) -> None:
    assert '"emoji": "\U0001f525"' in wire.write(ANSWERS, content_type)


def test_answers_in_lines_end_each_with_a_line_feed() -> None:
    assert wire.write(ANSWERS * 3, "application/jsonlines").count("\n") == 3


JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "message"),
    [
        ("secret", "text/plain", 415, "Expected one of the content types application/json,"),
        (b"secret \xff", JSON, 400, "not UTF-8 at byte 7"),
        ("secret", JSON, 400, "The body is not JSON."),
        ("[" * 100_000, JSON, 400, "The body is not JSON."),
        ("1" * 10_000, JSON, 400, "The body is not JSON."),
        ('["secret"]', JSON, 400, 'Expected a body {"tweets"'),
        ('{"tweets": "secret"}', JSON, 400, 'Expected a body {"tweets"'),
        ('{"tweets": []}', JSON, 400, "no tweet"),
        ('{"tweets": ["a", ["secret"]]}', JSON, 400, "Tweet 1: expected a string."),
        (json.dumps({"tweets": ["a"] * 1001}), JSON, 400, "at most 1000 tweets, got 1001"),
        ("", LINES, 400, "no tweet"),
        ('{"tweet": "a"}\n\n', LINES, 400, "Line 1 is not JSON."),
        ('{"tweet": "a"}\n{"secret": 1}', LINES, 400, 'Line 1: expected {"tweet": "..."}.'),
        ('"secret"', LINES, 400, "Line 0: expected"),
        ("", CSV, 400, "no tweet"),
        ("a\n\nsecret", CSV, 400, "Tweet 1 is missing"),
        ("secret,b", CSV, 400, "Tweet 0: expected one field, got 2"),
        ('a\n"secret', CSV, 400, "not CSV after 1 tweets"),
        ('"secret"x', CSV, 400, "not CSV after 0 tweets"),
        ("a\rsecret", CSV, 400, "not CSV after 0 tweets: expected records that end with LF or CRLF"),
        ('"a"\r"secret"', CSV, 400, "not CSV after 0 tweets"),
        ("a\n \t\r\nsecret", CSV, 400, "Tweet 1 is missing"),
        ('a\nthe "secret"', CSV, 400, "Tweet 1: expected quotes around a tweet with a quote"),
        ('a;"secret\nb"', CSV, 400, "Tweet 0: expected quotes"),
        ("s" * 200_000, CSV, 400, "not CSV after 0 tweets"),
        ("a\n" * 1001, CSV, 400, "at most 1000 tweets, got 1001"),
    ],
)
def test_a_malformed_request_is_refused_without_repeating_it(
    body: str | bytes, content_type: str, status: int, message: str
) -> None:
    with pytest.raises(wire.Refused) as refused:
        wire.read(body, content_type)

    assert refused.value.status == status
    assert message in str(refused.value)
    assert "secret" not in str(refused.value)


@given(st.binary() | st.text(), st.sampled_from([JSON, LINES, CSV]))
def test_any_body_is_read_or_refused(body: str | bytes, content_type: str) -> None:
    try:
        assert all(isinstance(tweet, str) for tweet in wire.read(body, content_type))
    except wire.Refused as refused:
        assert refused.status == 400


PIECES = ["a", '"', '""', "\r", "\n", "\r\n", " ", "\t", ",", ";", "|", "\ufeff", "\x85", '{"tweet": "a"}']


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from([LINES, CSV]))
@example("a\rb", CSV)
@example('"x"\r"y"', CSV)
@example('"a\rb\r\nc"\n', CSV)
@example('a|"b\nc"', CSV)
@example("a\n \n", CSV)
@example('\ufeff"a\nb"', CSV)
def test_whoever_counts_the_records_counts_the_tweets(text: str, content_type: str) -> None:
    """The endpoint refuses, with a 502, another number of answers than the request has records."""
    body = text.encode()
    try:
        tweets = wire.read(body, content_type)
    except wire.Refused:
        return
    assert len(tweets) == records.count(body.removeprefix(records.BYTE_ORDER_MARK), content_type)


def test_a_byte_order_mark_is_no_part_of_the_first_tweet_of_csv() -> None:
    assert wire.read('\ufeff"a, b"\r\nc'.encode(), CSV) == ["a, b", "c"]


def test_a_file_of_lines_may_have_more_tweets_than_a_request() -> None:
    assert len(wire.read('{"tweet": "a"}\n' * 1001, LINES)) == 1001
