"""TensorFlow Serving's REST API, request by request, over a model that needs no TensorFlow."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from serving_table import BODY, EXAMPLES, TABLE, Half, Request, error, named, refused
from tensorflow_inference_image.models import Models
from tensorflow_inference_image.rest import RestApi
from tensorflow_inference_image.servable import Batching, Signature, TensorInfo, Tensors
from tensorflow_inference_image.status import ServingError

PREDICT = "/v1/models/half:predict"
MODELS = Models({"half": {1: Half(2), 2: Half(3)}})
API = RestApi(MODELS)


@pytest.mark.parametrize("request_", TABLE + EXAMPLES, ids=lambda one: one.name)
def test_a_request_is_answered_to_the_letter(request_: Request) -> None:
    body = request_.body.encode("utf-8", "surrogatepass")
    answer = API.answer(request_.method, request_.path, body)

    assert (answer.status, answer.body.decode()) == (request_.status, request_.answer)
    assert answer.content_type == ("" if request_.name == "a path of no API" else "application/json")


def test_the_table_has_no_request_twice() -> None:
    names = [request.name for request in TABLE + EXAMPLES]

    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("CANCELLED", 499),
        ("UNKNOWN", 500),
        ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 504),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 429),
        ("FAILED_PRECONDITION", 400),
        ("ABORTED", 409),
        ("OUT_OF_RANGE", 400),
        ("UNIMPLEMENTED", 501),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
        ("DATA_LOSS", 500),
        ("UNAUTHENTICATED", 401),
    ],
)
def test_what_the_model_raises_has_the_status_of_its_code(code: str, status: int) -> None:
    model = Half(3)
    model.refuses = ServingError(code, "In[0] is not a matrix\n\t [[{{node MatMul}}]]")

    answer = RestApi(Models({"half": {1: model}})).answer("POST", PREDICT, BODY.encode())

    assert answer.status == status
    assert answer.body.decode() == error("In[0] is not a matrix\n\t [[{{node MatMul}}]]")


def test_metadata_is_the_document_that_the_source_has_for_its_test() -> None:
    """saved_model_half_plus_two_2_versions_metadata.json, one of its signatures."""

    class Metadata(Half):
        @property
        def signatures(self) -> dict[str, Signature]:
            return {
                "classify_x_to_y": Signature(
                    {"inputs": TensorInfo("DT_STRING", None, "tf_example:0")},
                    {"scores": TensorInfo("DT_FLOAT", (-1, 1), "y:0")},
                    "tensorflow/serving/classify",
                )
            }

    api = RestApi(Models({"half": {123: Metadata(2)}}))
    expected = {
        "model_spec": {"name": "half", "signature_name": "", "version": "123"},
        "metadata": {
            "signature_def": {
                "signature_def": {
                    "classify_x_to_y": {
                        "inputs": {
                            "inputs": {
                                "dtype": "DT_STRING",
                                "tensor_shape": {"dim": [], "unknown_rank": True},
                                "name": "tf_example:0",
                            }
                        },
                        "outputs": {
                            "scores": {
                                "dtype": "DT_FLOAT",
                                "tensor_shape": {
                                    "dim": [{"size": "-1", "name": ""}, {"size": "1", "name": ""}],
                                    "unknown_rank": False,
                                },
                                "name": "y:0",
                            }
                        },
                        "method_name": "tensorflow/serving/classify",
                        "defaults": {},
                    }
                }
            }
        },
    }

    for path in ("/v1/models/half/metadata", "/v1/models/half/versions/123/metadata"):
        assert json.loads(api.answer("GET", path, b"").body) == expected


BATCHED = RestApi(Models({"half": {1: Half(3)}}, Batching(max_batch_size=2)))


@pytest.mark.parametrize(
    "request_",
    [
        refused(
            "more rows", '{"instances": [1, 2, 3]}', "Task size 3 is larger than maximum input batch size 2"
        ),
        refused("no rows", '{"inputs": 1}', "Batching Run() input tensors must have at least one dimension"),
        refused(
            "other numbers of rows",
            named("many", '"inputs": {"ids": [[1]], "text": ["a", "b"]}'),
            "Batching Run() input tensors must have equal 0th-dimension size",
        ),
    ],
    ids=lambda one: one.name,
)
def test_batching_refuses_what_its_scheduler_does_not_take(request_: Request) -> None:
    answer = BATCHED.answer("POST", request_.path, request_.body.encode())

    assert (answer.status, answer.body.decode()) == (400, request_.answer)


def test_with_batching_as_many_rows_as_a_batch_are_answered() -> None:
    assert BATCHED.answer("POST", PREDICT, b'{"instances": [1, 2]}').status == 200


def test_a_base64_value_for_the_first_of_several_inputs_lacks_the_others() -> None:
    text = TensorInfo("DT_STRING", (-1,))

    class Texts(Half):
        @property
        def signatures(self) -> dict[str, Signature]:
            return {"serving_default": Signature({"a": text, "b": text}, {"a": text})}

        def run(self, signature: Signature, inputs: Tensors) -> Tensors:
            return {"a": inputs["a"]}

    answer = RestApi(Models({"half": {1: Texts(2)}})).answer(
        "POST", PREDICT, b'{"instances": [{"b64": "YQ=="}]}'
    )

    assert (answer.status, answer.body.decode()) == (
        400,
        error(
            "input size does not match signature: 1!=2 len({a}) != len({a,b}). "
            "Sent extra: {}. Missing but required: {b}."
        ),
    )


def test_bytes_that_are_no_utf8_come_back_as_they_went() -> None:
    answer = API.answer("POST", PREDICT, b'{"signature_name": "text", "instances": ["\xff\xfe"]}')

    assert answer.body == b'{\n    "predictions": ["\xff\xfe"\n    ]\n}'


@pytest.mark.parametrize("depth", [600, 100_000])
def test_a_document_nested_deeply_is_refused(depth: int) -> None:
    body = b'{"instances": ' + b"[" * depth + b"1" + b"]" * depth + b"}"
    answer = API.answer("POST", PREDICT, body)

    assert answer.status in (200, 400)
    assert len(answer.body) < 1_000_000


def test_what_an_error_repeats_is_cut() -> None:
    deep = b"[" * 300 + b"1," * 100_000 + b"1" + b"]" * 300
    answer = API.answer("POST", PREDICT, b'{"instances": 1, "x": ' + deep + b"}")

    assert answer.status == 400
    assert b"(cut by the stand-in)" in answer.body
    assert len(answer.body) < 300_000


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
SIGNATURES = st.sampled_from([*Half(1).signatures, "nope", ""])


@given(st.binary(max_size=60), st.sampled_from(["predict", "classify", "regress"]))
@example(b"\xed\xa0\x80", "predict")
def test_any_bytes_are_answered_and_are_the_callers_fault(body: bytes, method: str) -> None:
    assert API.answer("POST", f"/v1/models/half:{method}", body).status == 400


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "instances": JSON_VALUES | st.lists(JSON_VALUES, max_size=3),
            "inputs": JSON_VALUES,
            "examples": JSON_VALUES | st.lists(JSON_VALUES, max_size=3),
            "context": JSON_VALUES,
            "signature_name": SIGNATURES | JSON_VALUES,
        },
    ),
    st.sampled_from(["predict", "classify", "regress"]),
)
def test_any_document_is_answered_or_refused(document: Any, method: str) -> None:
    body = json.dumps(document).encode()

    assert API.answer("POST", f"/v1/models/half:{method}", body).status in (200, 400, 501)


@given(st.text(max_size=40))
def test_any_path_is_answered_or_refused(path: str) -> None:
    raw = path.encode("utf-8", "surrogatepass").decode("latin-1")

    assert API.answer("GET", "/v1/models/" + raw, b"").status in (200, 400, 404)


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=2, max_size=2), min_size=1, max_size=5)
)
def test_floats_come_back_the_same(values: list[list[float]]) -> None:
    class Same(Half):
        def run(self, signature: Signature, inputs: Tensors) -> Tensors:
            return {"y": inputs["x"]}

    body = json.dumps({"instances": values}).encode()
    answer = RestApi(Models({"half": {1: Same(0)}})).answer("POST", PREDICT, body)

    read = np.array(json.loads(answer.body)["predictions"], dtype=np.float32)
    assert read.tobytes() == np.array(values, dtype=np.float32).tobytes()
