"""What may pass as a container's answer to rows."""

import pytest

from assembly.errors import AssemblyError
from local.endpoint import answers
from local.endpoint.answers import NOTHING, Promise
from local.http.client import Response

CSV, JSON = "text/csv; charset=utf-8", "application/json"


STRICT = Promise(one_per_record=True, finite=True)


def problem(body: bytes, content_type: str = CSV, asked: int | None = 2, promise: Promise = STRICT) -> str:
    return answers.problem(promise, asked, Response(200, {"content-type": content_type}, body))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"False\nTrue\n", CSV),
        (b"0.1,0.2\n-3e-9,4\n", "text/csv"),
        (b"0.1\r\n0.2\r\n", CSV),
        (b"Nancy,1\nInfanta,2", CSV),
        (b"nano,inferior\n1,2\n", CSV),
        (b'{"a":1}\n{"a":2}\n', "application/jsonlines"),
        (b'{"predictions":[{"score":1.5},{"score":2}]}', JSON),
        (b'{"quantiles":{"0.5":[1,2,3]}}', JSON),
        (b"\x93NUMPY...", "application/x-npy"),
        (b"0.1\r\n\r\n0.2\r\n\r\n", CSV),
        (b'"Leeds,\nUK",1\n"says ""no""",2\n', CSV),
    ],
)
def test_an_answer_to_every_row_passes(body: bytes, content_type: str) -> None:
    assert problem(body, content_type) == ""


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"False\n", CSV, "expected 2 predictions, got 1"),
        (b"1\n2\n3\n", "TEXT/CSV", "expected 2 predictions, got 3"),
        (b"", CSV, "expected 2 predictions, got 0"),
        (b"1,nan\n2,3\n", CSV, "not a finite number"),
        (b"1,2\nNaN,3", CSV, "not a finite number"),
        (b"-inf\r\n1\r\n", CSV, "not a finite number"),
        (b"1, +Infinity \n2,3\n", CSV, "not a finite number"),
        (b'{"predictions":[1]}', JSON, "expected 2 predictions, got 1"),
        (b'{"predictions":[1,NaN]}', JSON, "not a finite number"),
        (b'{"predictions":[1,', JSON, "the response is not JSON"),
        (b"[" * 100_000, JSON, "the response is not JSON"),
        (b"", JSON, "the response is not JSON"),
        (b"<html></html>", "text/html; charset=utf-8", "expected predictions, got text/html"),
    ],
)
def test_an_answer_that_cannot_be_one_to_the_rows_is_named(body: bytes, content_type: str, why: str) -> None:
    assert why in problem(body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"1\n", CSV),
        (b"nan\n1\n", CSV),
        (b'{"predictions":[NaN]}', JSON),
        (b"[", JSON),
        (b"<html></html>", "text/html"),
    ],
)
def test_of_a_workload_that_promises_nothing_any_answer_passes(body: bytes, content_type: str) -> None:
    assert problem(body, content_type, promise=NOTHING) == ""


def test_each_promise_is_held_to_alone() -> None:
    counted, finite = Promise(one_per_record=True), Promise(finite=True)
    assert problem(b"nan\n1\n", promise=counted) == problem(b"1\n", promise=finite) == ""
    assert "expected 2 predictions, got 1" in problem(b"1\n", promise=counted)
    assert "not a finite number" in problem(b"nan\n", promise=finite)


def test_a_header_may_go_unanswered_where_that_is_promised_and_no_other_row() -> None:
    with_header = Promise(one_per_record=True, header=True)
    passed = [problem(b"1\n" * rows, asked=3, promise=with_header) == "" for rows in (1, 2, 3, 4)]
    assert passed == [False, True, True, False]
    assert problem(b'{"predictions":[1,2]}', JSON, asked=3, promise=with_header) == ""


@pytest.mark.parametrize(
    ("tag", "promise"),
    [
        (None, NOTHING),
        ("any", NOTHING),
        ("one-per-record finite", STRICT),
        ("one-per-record header", Promise(one_per_record=True, header=True)),
    ],
)
def test_a_promise_is_a_tag(tag: str | None, promise: Promise) -> None:
    assert Promise.parse(tag) == promise


@pytest.mark.parametrize("tag", ["some", "any finite", "one per record"])
def test_a_promise_that_nobody_knows_is_refused(tag: str) -> None:
    with pytest.raises(AssemblyError, match="the tag answers says"):
        Promise.parse(tag)


def test_only_rows_are_counted() -> None:
    assert answers.asked(b"a,b\n1,2\n", "text/csv; header=present") == 1
    assert answers.asked(b"1\n2", "text/csv; header=absent") == 2
    assert answers.asked(b"{}\n", "Application/JSONLines") == 1
    assert answers.asked(b'{"instances": []}', JSON) is None
    assert answers.asked(b"1\n", None) is None
    assert problem(b"<html></html>", "text/html", asked=None) == ""
