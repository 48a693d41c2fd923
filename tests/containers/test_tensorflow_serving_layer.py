"""SageMaker's layer over TensorFlow Serving: what becomes of an invocation without a script."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_layer import BARE, JSON, invoke
from serving_table import error, named, rows
from tensorflow_inference_image import passed_on
from tensorflow_inference_image.target import Target, WrongAttribute


class Passed(NamedTuple):
    name: str
    body: str
    content_type: str
    request: str


# tensorflowServing.js, whose functions these are.
PASSED = [
    Passed("a request as it is", '{"instances": [1]}', JSON, '{"instances": [1]}'),
    Passed("columns as they are", '{ "inputs" : 1}', JSON, '{ "inputs" : 1}'),
    Passed("examples as they are", '{"examples": [{}]}', JSON, '{"examples": [{}]}'),
    Passed("a value", "1.5", JSON, '{"instances":[1.5]}'),
    Passed("a list is one row", "[1, 2]", JSON, '{"instances":[[1, 2]]}'),
    Passed("a list of lists is rows", " [ [1], [2] ]", JSON, '{"instances": [ [1], [2] ]}'),
    Passed("an object is one row", '{"x": 1}', JSON, '{"instances":[{"x": 1}]}'),
    Passed("lines", '{"x": 1}\n{"x": 2}\r\n', "application/jsonlines", '{"instances":[{"x": 1},{"x": 2}]}'),
    Passed("lines with an empty one", "[1]\n\n[2]", JSON, '{"instances":[[1],[2]]}'),
    Passed("documents on one line", "[1] [2]", "application/jsons", '{"instances":[1] [2]}'),
    Passed(
        "a type with a charset, in other case", "1", "Application/JSON; charset=utf-8", '{"instances":[1]}'
    ),
    Passed("nothing", "", JSON, '{"instances":[]}'),
    Passed("a column of numbers", "1\n-2.5e3\n", "text/csv", '{"instances":[1,-2.5e3]}'),
    Passed("rows of numbers", "1,2\r\n3, 4", "text/csv", '{"instances":[[1,2],[3,4]]}'),
    Passed("text", "good morning", "text/csv", '{"instances":["good morning"]}'),
    Passed("numbers and text", "1,a", "text/csv", '{"instances":[[1,"a"]]}'),
    Passed("no JSON numbers", "01,+1,.5,NaN", "text/csv", '{"instances":[["01","+1",".5","NaN"]]}'),
    Passed("quotes around a comma", '"a,b",c', "text/csv", '{"instances":[["a,b","c"]]}'),
    Passed("quotes that are doubled", '"say ""hi"""', "text/csv", '{"instances":["say \\"hi\\""]}'),
    Passed("a backslash", "a\\b", "text/csv", '{"instances":["a\\\\b"]}'),
    Passed("empty cells", "1,,3", "text/csv", '{"instances":[[1,"",3]]}'),
    Passed("no rows", "\n \n", "text/csv", '{"instances":[]}'),
]


@pytest.mark.parametrize("case", PASSED, ids=lambda case: case.name)
def test_a_body_is_passed_on_as_the_image_passes_it_on(case: Passed) -> None:
    assert passed_on.request(case.body.encode(), case.content_type).decode() == case.request


@given(st.binary(max_size=80), st.sampled_from([JSON, "text/csv", "application/jsonlines"]))
def test_any_bytes_are_passed_on(body: bytes, content_type: str) -> None:
    assert passed_on.request(body, content_type).startswith((b"{", body[:1]))


def test_a_body_of_blanks_and_quotes_costs_no_more_than_its_length() -> None:
    blanks = b'"instances"' + b" " * 500_000 + b"]" + b" " * 500_000 + b"x"

    for content_type in (JSON, "text/csv"):
        assert len(passed_on.request(blanks, content_type)) < 2 * len(blanks)


@pytest.mark.parametrize("content_type", ["image/png", "text/plain", "application/x-npy", "json"])
def test_another_type_is_not_passed_on(content_type: str) -> None:
    answer = invoke(BARE, b"1", content_type)

    assert (answer.status, answer.content_type) == (415, JSON)
    assert json.loads(answer.body) == {"error": f"Unsupported Media Type: {content_type}"}


def test_no_type_is_not_passed_on() -> None:
    assert invoke(BARE, b"1", "").body == b'{"error":"Unsupported Media Type: Unknown"}'


@pytest.mark.parametrize("accept", ["application/json", "text/csv, application/jsonlines"])
def test_an_answer_is_one_line_where_the_caller_names_json(accept: str) -> None:
    answer = invoke(BARE, b"[[1], [2]]", JSON, accept)

    assert (answer.status, answer.body) == (200, b'{    "predictions": [[3.5], [4.0]    ]}')


@pytest.mark.parametrize("accept", ["", "*/*", "text/csv"])
def test_else_an_answer_is_as_tensorflow_serving_wrote_it(accept: str) -> None:
    assert invoke(BARE, b"1", JSON, accept).body.decode() == rows("3.5")


@pytest.mark.parametrize(
    ("attributes", "body", "expected"),
    [
        ("tfs-model-name=other", b"[1]", rows("[10.5]")),
        ("tfs-model-version=1", b"[1]", rows("[2.5]")),
        ("trace=7,tfs-model-version=1,tfs-model-name=half", b"[1]", rows("[2.5]")),
        (
            "tfs-method=regress",
            named("number", '"examples": [{"x": 80.0}]').encode(),
            '{\n    "results": [42.5]\n}'.replace("42.5", "42.0"),
        ),
        ("tfs-model-name=nope", b"1", error("Servable not found for request: Latest(nope)")),
        ("tfs-model-version=9", b"1", error("Servable not found for request: Specific(half, 9)")),
        ("other=1", b"1", rows("3.5")),
    ],
)
def test_custom_attributes_name_model_version_and_method(attributes: str, body: bytes, expected: str) -> None:
    assert invoke(BARE, body, attributes=attributes).body.decode() == expected


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("tfs-model-name=../admin", "invalid tfs-model-name"),
        ("tfs-model-name=a b", "invalid tfs-model-name"),
        ("tfs-model-version=latest", "invalid tfs-model-version"),
        ("tfs-method=explain", "invalid tfs-method"),
        ("x" * 1025, "the custom attributes are longer than 1024 characters"),
    ],
)
def test_an_attribute_that_can_be_no_part_of_a_path_is_refused(attributes: str, message: str) -> None:
    answer = invoke(BARE, b"1", attributes=attributes)

    assert (answer.status, json.loads(answer.body)) == (400, {"error": message})


@given(st.text(max_size=60))
def test_any_header_names_a_path_below_the_models_or_is_refused(header: str) -> None:
    try:
        path = Target.of(header).path("half")
    except WrongAttribute:
        return
    assert path.startswith("/v1/models/")
    assert ".." not in path.partition(":")[0].split("/")


HOSTILE: list[Any] = [
    b"", b"\0", b"\xff" * 1000, "\u202eرعود 😂".encode(), b'"' * 5000, b"[" * 20_000, b'{"instances":' * 3000,
    b'{"instances": ["' + b"x" * 100_000 + b'"]}', b"1," * 50_000, b"\\u" * 1000, b'{"instances": [1e999]}',
    b'{"signature_name": "\\u0000", "instances": [1]}', b"]" + b" " * 100_000 + b"x", b"\n" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("content_type", [JSON, "application/jsonlines", "text/csv"])
def test_a_hostile_body_is_the_callers_fault(
    body: bytes, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = invoke(BARE, body, content_type)

    assert answer.status in (200, 400)
    assert caplog.text == ""
