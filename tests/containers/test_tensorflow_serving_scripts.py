"""SageMaker's layer over TensorFlow Serving with a script in the archive: its handlers and their limits."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from serving_layer import JSON, LOADED, invoke
from serving_table import error, instance, rows
from tensorflow_inference_image import script, serve
from tensorflow_inference_image.invocations import InvocationModel
from tensorflow_inference_image.settings import Settings
from toolkit.errors import ContainerProblem


@pytest.fixture
def code(tmp_path: Path) -> Iterator[Path]:
    """A folder of code, of which nothing is left when the test is over."""
    path, modules = list(sys.path), set(sys.modules)
    folder = tmp_path / "model" / "code"
    folder.mkdir(parents=True)
    yield folder
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    sys.modules.pop("inference", None)


def with_script(code: Path, text: str, **variables: str) -> InvocationModel:
    (code / "inference.py").write_text(text)
    return serve.behind_server(LOADED, "half", code, Settings(), variables)


HANDLER = """
import json
import requests

def handler(data, context):
    response = requests.post(context.rest_uri, data=data.read())
    return response.content, "application/x-mine; status=%d" % response.status_code
"""
PAIR = """
def input_handler(data, context):
    text = data.read().decode()
    return '{"instances": [%s]}' % text

def output_handler(response, context):
    if response.status_code != 200:
        raise ValueError(response.content.decode())
    return response.content.decode(), context.accept_header
"""
CONTEXT = """
import json

def handler(data, context):
    fields = {name: value for name, value in context._asdict().items() if name != "channel"}
    return json.dumps(fields), None
"""


def test_a_handler_posts_to_the_address_of_its_context(code: Path) -> None:
    answer = invoke(with_script(code, HANDLER), b'{"instances": [1]}', attributes="tfs-model-version=1")

    assert (answer.status, answer.content_type) == (200, "application/x-mine; status=200")
    assert answer.body.decode() == rows("2.5")


def test_a_pair_of_handlers_has_tensorflow_serving_between_them(code: Path) -> None:
    answer = invoke(with_script(code, PAIR), b"1, 2", "text/csv", "application/jsonlines")

    assert (answer.status, answer.content_type) == (200, "application/jsonlines")
    assert answer.body.decode() == rows("3.5, 4.0")


def test_a_handler_goes_before_a_pair(code: Path) -> None:
    model = with_script(code, PAIR + "def handler(data, context):\n    return 'handler', 'text/plain'\n")

    assert invoke(model, b"1").body == b"handler"


def test_the_context_has_the_fields_of_the_images(code: Path) -> None:
    model = with_script(code, CONTEXT)
    answer = invoke(model, b"abc", "text/csv", "text/plain", "a=1,tfs-model-name=other,tfs-model-version=1")

    fields = json.loads(answer.body)
    assert fields.pop("rest_uri").partition("/v1/")[2] == "models/other/versions/1:predict"
    assert fields == {
        "model_name": "other",
        "model_version": "1",
        "method": None,
        "grpc_port": "",
        "custom_attributes": "a=1,tfs-model-name=other,tfs-model-version=1",
        "request_content_type": "text/csv",
        "accept_header": "text/plain",
        "content_length": 3,
    }
    assert answer.content_type == JSON


def test_types_that_are_not_named_are_json_to_a_handler(code: Path) -> None:
    fields = json.loads(invoke(with_script(code, CONTEXT), b"", "", "").body)

    assert (fields["request_content_type"], fields["accept_header"]) == (JSON, JSON)
    assert fields["custom_attributes"] is None


def test_the_channel_says_that_there_is_no_grpc(code: Path) -> None:
    model = with_script(code, "def handler(data, context):\n    context.channel.unary_unary('x')\n")
    answer = invoke(model, b"1")

    assert (answer.status, json.loads(answer.body)) == (
        500,
        {"error": "the stand-in has no gRPC: post to context.rest_uri"},
    )


RAISES = """
class Refused(Exception):
    status = 415

class HTTPBadRequest(Exception):
    status = "400 Bad Request"
    title = "400 Bad Request"
    description = "Tweet 0 is too long."

HTTPBadRequest.__module__ = "falcon.errors"

class HTTPInternalServerError(HTTPBadRequest):
    status = "500 Internal Server Error"

HTTPInternalServerError.__module__ = "falcon.errors"

def handler(data, context):
    kind = data.read().decode()
    if kind == "refused":
        raise Refused("Send JSON.")
    if kind == "falcon":
        raise HTTPBadRequest()
    if kind == "falcon's fault":
        raise HTTPInternalServerError("fault")
    raise ValueError("no " + kind)
"""


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b"refused", 415, "Send JSON."),
        (b"falcon", 400, "Tweet 0 is too long."),
        (b"falcon's fault", 500, "fault"),
        ("tweet 😂".encode(), 500, "no tweet 😂"),
    ],
)
def test_an_exception_has_its_own_4xx_status_or_is_a_500_with_its_text(
    code: Path, body: bytes, status: int, text: str
) -> None:
    answer = invoke(with_script(code, RAISES), body)

    assert (answer.status, answer.content_type) == (status, JSON)
    assert json.loads(answer.body) == {"error": text}


@pytest.mark.parametrize("body", [b"refused", b"falcon", b"other"])
def test_in_the_image_every_exception_is_a_500(code: Path, body: bytes) -> None:
    assert invoke(with_script(code, RAISES, SLIPWAY_MANAGED_BEHAVIOR="1"), body).status == 500


def test_no_text_of_a_request_is_in_the_log(code: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "s3cr3t"
    model = with_script(code, PAIR)
    answer = invoke(model, f'"{secret}"'.encode())

    assert answer.status == 500
    assert json.loads(json.loads(answer.body)["error"])["error"] == instance(
        0, f'JSON Value: "{secret}" Type: String is not of expected type: float'
    )
    assert caplog.records
    assert secret not in caplog.text


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("'text'", "The handler returned str; expected a pair of body and content type."),
        (
            "{'a': 1}, 'text/plain'",
            "The handler returned a pair of dict and str; expected str or bytes, and a content type.",
        ),
        ("'a', 'text/plain\\r\\nx: y'", "The handler's content type has a line break, or more than ASCII."),
    ],
)
def test_what_a_handler_may_not_return_is_a_500_that_says_what_it_may(
    code: Path, result: str, message: str
) -> None:
    answer = invoke(with_script(code, f"def handler(data, context):\n    return {result}\n"), b"1")

    assert (answer.status, json.loads(answer.body)) == (500, {"error": message})


@pytest.mark.parametrize("text", ["", "def input_handler(data, context): ...", "output_handler = print"])
def test_a_script_without_handlers_does_not_start(code: Path, text: str) -> None:
    with pytest.raises(ContainerProblem, match="Handlers are not implemented correctly in user script"):
        with_script(code, text)


def test_code_lib_is_on_the_path_and_makes_requirements_void(
    code: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (code / "lib").mkdir()
    (code / "lib" / "carried_words.py").write_text("WORD = 'carried'\n")
    (code / "requirements.txt").write_text("no-such-package==1.0\n")
    model = with_script(
        code,
        "import carried_words\ndef handler(data, context):\n    return carried_words.WORD, 'text/plain'\n",
    )

    assert invoke(model, b"1").body == b"carried"
    assert "ignoring requirements.txt" in caplog.text
    assert "no-such-package" not in caplog.text


def test_requirements_are_not_installed_and_the_log_names_what_is_missing(
    code: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (code / "requirements.txt").write_text("no-such-package==1.0\n")
    with_script(code, HANDLER)

    assert "the image has no no-such-package" in caplog.text


def test_code_without_a_script_is_named(code: Path, caplog: pytest.LogCaptureFixture) -> None:
    (code / "requirements.txt").write_text("numpy\n")

    assert script.find(code) is None
    assert "code/requirements.txt is without effect: there is no inference.py" in caplog.text


def test_the_rest_api_listens_for_scripts_and_people(code: Path) -> None:
    address = "def handler(data, context):\n    return context.rest_uri, 'text/plain'\n"
    uri = invoke(with_script(code, address), b"1").body.decode()

    predicted = requests.post(uri, data='{"instances": [1]}', timeout=60)
    about = requests.get(uri.removesuffix(":predict") + "?x=1", timeout=60)
    wrong = requests.put(uri, timeout=60)

    assert (predicted.status_code, predicted.text) == (200, rows("3.5"))
    assert predicted.headers["content-type"] == JSON
    assert [one["version"] for one in about.json()["model_version_status"]] == ["2", "1"]
    assert (wrong.status_code, wrong.text) == (400, error("Malformed request: PUT /v1/models/half:predict"))
    assert requests.get(uri.partition("/v1/")[0] + "/", timeout=60).status_code == 404


def test_ports_that_are_taken_are_named(code: Path) -> None:
    address = "def handler(data, context):\n    return context.rest_uri, 'text/plain'\n"
    uri = invoke(with_script(code, address), b"1").body.decode()
    port = int(uri.split(":")[2].partition("/")[0])

    with pytest.raises(ContainerProblem, match=f"port {port} of 127.0.0.1 is not free"):
        serve.behind_server(LOADED, "half", code, Settings(rest_port=port), {})
