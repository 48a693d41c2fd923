"""The emoji model's requests and answers as text: JSON, CSV, and JSON lines for files. Standard library only.

| content type          | request                          | answer                          |
| --------------------- | -------------------------------- | ------------------------------- |
| application/json      | {"tweets": ["...", ...]}         | {"predictions": [answer, ...]}  |
| application/jsonlines | {"tweet": "..."} a line          | an answer a line                |
| text/csv              | a tweet a record (RFC 4180)      | as for application/json         |
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"
# Of a request that somebody waits for; JSON lines are a file's.
MOST_TWEETS = 1000

# What an empty line of CSV may have.
_BLANKS = " \t\r\n"

Answer = Mapping[str, Any]


class Refused(ValueError):
    """A request that cannot be answered: the HTTP status, and a message that never repeats a tweet."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class _Format:
    read: Callable[[str], list[str]]
    write: Callable[[Sequence[Answer]], str]
    answer_type: str


def read(body: str | bytes, content_type: str | None) -> list[str]:
    """The tweets of a request, one or more; None or an empty content type is JSON.

    Refuses (Refused) other content types with 415, and a body that does not have the form with 400. Tweets
    are counted from 0.
    """
    form = _format(content_type)
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"The body is not UTF-8 at byte {error.start}.") from None
    tweets = form.read(text)
    if not tweets:
        raise Refused("The body has no tweet; expected at least one.")
    if form.answer_type != JSON_LINES and len(tweets) > MOST_TWEETS:
        raise Refused(f"Expected at most {MOST_TWEETS} tweets, got {len(tweets)}.")
    return tweets


def write(answers: Sequence[Answer], content_type: str | None) -> str:
    """The answers to a request of that content type; `answer_type` is their own."""
    return _format(content_type).write(answers)


def answer_type(content_type: str | None) -> str:
    """The content type of what `write` returns."""
    return _format(content_type).answer_type


def _format(content_type: str | None) -> _Format:
    name = (content_type or "").partition(";")[0].strip().lower() or JSON
    if name not in _FORMATS:
        raise Refused(f"Expected one of the content types {', '.join(_FORMATS)}.", 415)
    return _FORMATS[name]


def _from_json(text: str) -> list[str]:
    document = _document(text, "The body")
    tweets = document.get("tweets") if isinstance(document, dict) else None
    if not isinstance(tweets, list):
        raise Refused('Expected a body {"tweets": ["...", ...]}.')
    for index, tweet in enumerate(tweets):
        if not isinstance(tweet, str):
            raise Refused(f"Tweet {index}: expected a string.")
    return tweets


def _from_lines(text: str) -> list[str]:
    if not text:
        return []
    return [_of_line(index, line) for index, line in enumerate(text.removesuffix("\n").split("\n"))]


def _of_line(index: int, line: str) -> str:
    document = _document(line, f"Line {index}")
    tweet = document.get("tweet") if isinstance(document, dict) else None
    if not isinstance(tweet, str):
        raise Refused(f'Line {index}: expected {{"tweet": "..."}}.')
    return tweet


def _from_csv(text: str) -> list[str]:
    tweets: list[str] = []
    # Lines of our own: those of io.StringIO would also end at a lone carriage return, which ends no record.
    lines = [f"{line}\n" for line in text.removeprefix("\ufeff").split("\n")]
    records = csv.reader(lines if lines[-1] != "\n" else lines[:-1], strict=True)
    first = 0
    try:
        for index, record in enumerate(records):
            _check_record(index, record, lines[first])
            first = records.line_num
            tweets += record
    except csv.Error:
        raise Refused(
            f"The body is not CSV after {len(tweets)} tweets: expected records that end with LF or CRLF, and "
            "quotes around a tweet that has one."
        ) from None
    return tweets


def _check_record(index: int, record: Sequence[str], line: str) -> None:
    """Refuse what is not one field, by the record and its first line."""
    if not line.strip(_BLANKS):
        raise Refused(f'Tweet {index} is missing: its line is empty. An empty tweet is "".')
    if len(record) > 1:
        raise Refused(f"Tweet {index}: expected one field, got {len(record)}; quote commas.")
    if '"' in line and not line.startswith('"'):
        raise Refused(f"Tweet {index}: expected quotes around a tweet with a quote, which is then doubled.")


def _document(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(f"{what} is not JSON.") from None


def _to_json(answers: Sequence[Answer]) -> str:
    return json.dumps({"predictions": list(answers)}, ensure_ascii=False)


def _to_lines(answers: Sequence[Answer]) -> str:
    return "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)


_FORMATS = {
    JSON: _Format(_from_json, _to_json, JSON),
    JSON_LINES: _Format(_from_lines, _to_lines, JSON_LINES),
    CSV: _Format(_from_csv, _to_json, JSON),
}
