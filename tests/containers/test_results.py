"""What a script's function may return, and what the caller gets for it."""

import datetime
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sagemaker_containers.beta.framework import worker
from toolkit import results
from toolkit.errors import ContainerProblem
from werkzeug.utils import send_file
from werkzeug.wrappers import Response as WerkzeugResponse


def pieces() -> Iterator[str]:
    yield "1,"
    yield "2\n"


@pytest.mark.parametrize(
    ("result", "body", "content_type"),
    [
        ("text", b"text", "text/csv; charset=utf-8"),
        (b"bytes", b"bytes", "text/csv; charset=utf-8"),
        (bytearray(b"x"), b"x", "text/csv; charset=utf-8"),
        (("text", "text/plain"), b"text", "text/plain; charset=utf-8"),
        (("{}", None), b"{}", "application/json"),
        ((None, "text/csv"), b"", "text/csv; charset=utf-8"),
        ((memoryview(b"x"), "text/csv; header=absent"), b"x", "text/csv; header=absent"),
        ((["1,", b"2\n"], "text/csv"), b"1,2\n", "text/csv; charset=utf-8"),
        ((pieces(), "text/csv"), b"1,2\n", "text/csv; charset=utf-8"),
        (pieces(), b"1,2\n", "text/csv; charset=utf-8"),
        ({"b": [1], "a": None}, b'{"a":null,"b":[1]}\n', "application/json"),
        ([1, {"a": 0.5}], b'[1,{"a":0.5}]\n', "application/json"),
    ],
)
def test_a_body_alone_or_with_its_type_and_a_document(result: Any, body: bytes, content_type: str) -> None:
    answer = results.response(result, "text/csv")

    assert (answer.body, answer.content_type, answer.status) == (body, content_type, 200)


RESPONSES = [WerkzeugResponse, worker.Response]


@pytest.fixture(params=RESPONSES, ids=["werkzeug", "toolkit"])
def kind(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("arguments", "body", "content_type", "status"),
    [
        ({"response": "1,2\n", "mimetype": "text/csv"}, b"1,2\n", "text/csv; charset=utf-8", 200),
        ({"response": b"\x00\x01", "mimetype": "application/x-npy"}, b"\x00\x01", "application/x-npy", 200),
        ({"response": "{}", "mimetype": "application/json"}, b"{}", "application/json", 200),
        (
            {"response": "no", "status": 422, "mimetype": "text/plain"},
            b"no",
            "text/plain; charset=utf-8",
            422,
        ),
        ({"response": "no", "status": "404 NOT FOUND", "mimetype": "a/b"}, b"no", "a/b", 404),
        ({"response": ["1,", "2\n"], "mimetype": "text/csv"}, b"1,2\n", "text/csv; charset=utf-8", 200),
        ({"response": pieces, "mimetype": "text/csv"}, b"1,2\n", "text/csv; charset=utf-8", 200),
        ({"response": None, "status": 503, "mimetype": "a/b"}, b"", "a/b", 503),
        ({"response": "x", "status": 204, "mimetype": "a/b"}, b"", "a/b", 204),
        (
            {"response": "x", "headers": {"Content-Type": "text/csv; header=absent"}},
            b"x",
            "text/csv; header=absent",
            200,
        ),
    ],
)
def test_a_response_object_keeps_its_body_type_and_status(
    kind: Callable[..., Any], arguments: dict[str, Any], body: bytes, content_type: str, status: int
) -> None:
    given = {name: value() if callable(value) else value for name, value in arguments.items()}

    answer = results.response(kind(**given), "text/ignored")

    assert (answer.body, answer.content_type, answer.status) == (body, content_type, status)


def test_a_response_object_keeps_its_headers_but_those_of_the_connection(kind: Callable[..., Any]) -> None:
    response = kind(
        "x",
        mimetype="a/b",
        headers={"X-Model": "churn", "Retry-After": "3", "Connection": "close", "Content-Length": "99"},
    )
    response.headers["X-Late"] = "1"

    answer = results.response(response, "")

    assert set(answer.headers) == {(b"x-model", b"churn"), (b"retry-after", b"3"), (b"x-late", b"1")}


def test_a_header_that_comes_twice_is_passed_on_twice() -> None:
    response = WerkzeugResponse("x")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")

    names = [name for name, _ in results.response(response, "").headers]

    assert names == [b"set-cookie", b"set-cookie"]


def test_a_file_that_is_sent_is_read(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("1,2\n")
    environ = {"REQUEST_METHOD": "GET"}

    assert results.response(send_file(path, environ), "").body == b"1,2\n"
    assert results.response(send_file(io.BytesIO(b"1"), environ, mimetype="text/csv"), "").body == b"1"


def test_a_subclass_with_the_images_own_default_type_is_known() -> None:
    class Mine(WerkzeugResponse):
        default_mimetype = "application/json"

    assert results.response(Mine("{}"), "text/csv").content_type == "application/json"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "returned NoneType; expected a body"),
        (1.5, "returned float;"),
        (np.array([1.0]), "to have an array encoded, leave output_fn out"),
        (np.float64(1), "returned float64;"),
        (("a", "b", "c"), "returned tuple of str, str, str;"),
        (("a", 200), "returned tuple of str, int;"),
        ((np.array([1.0]), "text/csv"), "returned ndarray;"),
        (({"a": 1}, "application/json"), "returned dict;"),
        (([1, 2], "text/csv"), "an iterable of int"),
        ({"a": np.int64(1)}, "a dict that is not JSON"),
        ([datetime.date(2026, 1, 1)], "a list that is not JSON"),
        (("a", "text/csv\r\nx: y"), "line break"),
        (worker.Response("x", headers={"a": "b\r\nc: d"}), "line break"),
        (worker.Response("x", headers={"a": "☃"}), "Latin-1"),
        (worker.Response("x", status=99), "the status 99"),
    ],
)
def test_anything_else_is_refused_with_what_came_and_what_may(result: Any, message: str) -> None:
    with pytest.raises(ContainerProblem, match=message):
        results.response(result, "text/csv")
