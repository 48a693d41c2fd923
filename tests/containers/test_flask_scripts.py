"""Scripts that use Flask, which serves them in the managed scikit-learn image."""

import json
import sys
from pathlib import Path
from types import ModuleType

import flask
import pytest
from application_calls import run
from scikit_learn_image.conventions import ManagedConventions, StrictConventions
from toolkit import flask_request, handlers
from toolkit.application import Application
from toolkit.handlers import Conventions, ScriptModel
from toolkit.intake import Limits


def script(output_fn: str, conventions: Conventions) -> ScriptModel:
    module = ModuleType("inference")
    text = "import flask\nfrom flask import Response, jsonify\ndef model_fn(model_dir): return None\n"
    text += "def predict_fn(data, model): return data.tolist()\n"
    exec(text + f"def output_fn(prediction, accept): {output_fn}\n", module.__dict__)  # noqa: S102
    return ScriptModel(module, Path("/"), conventions)


@pytest.fixture(params=[Conventions, ManagedConventions, StrictConventions])
def conventions(request: pytest.FixtureRequest) -> Conventions:
    return request.param()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("output_fn", "body", "content_type", "status"),
    [
        ("return Response('1', mimetype='text/csv')", b"1", "text/csv; charset=utf-8", 200),
        ("return Response('no', 422)", b"no", "text/html; charset=utf-8", 422),
        ("return jsonify(scores=prediction)", b'{"scores":[1.0,2.0]}\n', "application/json", 200),
        ("return flask.make_response(('x', 201, {'X-A': '1'}))", b"x", "text/html; charset=utf-8", 201),
    ],
)
def test_flask_works_within_a_scripts_functions(
    conventions: Conventions, output_fn: str, body: bytes, content_type: str, status: int
) -> None:
    answer = script(output_fn, conventions).invoke(b"[1, 2]", "application/json", "text/csv")

    assert (answer.body, answer.content_type, answer.status) == (body, content_type, status)


# What Flask makes an answer of by itself when a view raises it.
RAISED = [
    "flask.abort(422, 'nope')",
    "flask.abort(400)",
    "flask.abort(401)",
    "flask.abort(503, 'later')",
    "flask.abort(flask.make_response(jsonify(error='bad'), 400))",
    "flask.abort(Response('no', 418, {'X-Reason': 'tea'}))",
    "raise werkzeug.exceptions.BadRequest('nope')",
    "raise werkzeug.exceptions.UnsupportedMediaType('<b>')",
    "raise werkzeug.exceptions.MethodNotAllowed(['PUT'])",
    "raise werkzeug.exceptions.TooManyRequests(retry_after=7)",
    "raise Own('mine')",
    "return flask.request.form['absent']",
    "return flask.request.get_json()",
]
OWN = "import flask, werkzeug\nfrom flask import Response, jsonify\n"
OWN += "class Own(werkzeug.exceptions.HTTPException): code = 409\n"
SIGNATURES = {
    "transform_fn": "model, body, content_type, accept",
    "input_fn": "body, content_type",
    "predict_fn": "data, model",
    "output_fn": "prediction, accept",
}


def defined(text: str) -> ModuleType:
    module = ModuleType("inference")
    exec(OWN + text, module.__dict__)  # noqa: S102
    return module


@pytest.mark.parametrize("statement", RAISED)
@pytest.mark.parametrize("function", SIGNATURES)
def test_an_exception_that_flask_answers_is_answered_as_by_flask(
    conventions: Conventions, function: str, statement: str
) -> None:
    text = f"def model_fn(model_dir): return None\ndef {function}({SIGNATURES[function]}): {statement}\n"
    if function == "output_fn":
        text += "def predict_fn(data, model): return data\n"
    app = flask.Flask("inference")
    app.post("/invocations")(defined(f"def view(): {statement}\n").view)
    expected = app.test_client().post("/invocations", data=b"1", content_type="text/csv")

    model = ScriptModel(defined(text), Path("/"), conventions)
    status, headers, body = send(model, b"1", [(b"content-type", b"text/csv")])

    assert (status, body) == (expected.status_code, expected.data)
    assert headers == {name.lower(): value for name, value in expected.headers.items()}


def test_werkzeugs_exceptions_are_answered_where_nobody_has_imported_flask(
    monkeypatch: pytest.MonkeyPatch, conventions: Conventions
) -> None:
    text = "def model_fn(model_dir): return None\n"
    text += "def input_fn(body, content_type): raise werkzeug.exceptions.BadRequest('nope')\n"
    module = defined(text)
    monkeypatch.delitem(sys.modules, "flask")

    answer = ScriptModel(module, Path("/"), conventions).invoke(b"1", "text/csv", "")

    assert (answer.status, answer.content_type) == (400, "text/html; charset=utf-8")
    assert b"<p>nope</p>" in answer.body


def test_an_exception_that_flask_answers_is_answered_for_the_execution_parameters() -> None:
    text = "def model_fn(model_dir): return None\ndef execution_parameters_fn(): flask.abort(404)\n"

    answer = ScriptModel(defined(text), Path("/"), Conventions()).execution_parameters()

    assert answer is not None
    assert (answer.status, answer.content_type) == (404, "text/html; charset=utf-8")


def send(
    model: ScriptModel, body: bytes, headers: list[tuple[bytes, bytes]], path: str = "/invocations"
) -> tuple[int, dict[str, str], bytes]:
    """What the server answers with this model, and its thread for large bodies."""
    method = "POST" if path == "/invocations" else "GET"
    application = Application(model, Limits(inline_bytes=100))
    return run(application, method=method, path=path, pieces=[body], headers=headers)


SEEN = """
def model_fn(model_dir): return None
def told():
    request = flask.request
    return jsonify(headers=dict(request.headers), type=request.content_type, length=len(request.get_data()))
def transform_fn(model, body, content_type, accept): return told()
def execution_parameters_fn(): return told()
"""
SENT = [
    (b"host", b"model:8080"),
    (b"accept", b"text/csv;q=0.5, */*;q=0.1"),
    (b"x-amzn-sagemaker-custom-attributes", b"trace=1"),
    (b"x-amzn-sagemaker-inference-id", b"id-1"),
    (b"x-foo", b"1"),
    (b"x-foo", b"caf\xe9"),
]
NAMED = {
    "Host": "model:8080",
    "Accept": "text/csv;q=0.5, */*;q=0.1",
    "X-Amzn-Sagemaker-Custom-Attributes": "trace=1",
    "X-Amzn-Sagemaker-Inference-Id": "id-1",
    "X-Foo": "1, café",
}


@pytest.mark.parametrize("size", [0, 5, 5000])
def test_flasks_request_has_the_clients_headers_as_they_were_sent(
    conventions: Conventions, size: int
) -> None:
    model = ScriptModel(defined(SEEN), Path("/"), conventions)

    for content_type in ("Text/CSV; charset=utf-8", None):
        sent = [*SENT, (b"content-type", content_type.encode())] if content_type else SENT
        _, _, body = send(model, b"\xc3\xa9" * size, sent)

        told = json.loads(body)
        lengths = {"Content-Length": str(2 * size)} if size else {}
        types = {"Content-Type": content_type} if content_type else {}
        assert told["headers"] == NAMED | types | lengths
        assert (told["type"], told["length"]) == (content_type, 2 * size)


def test_a_body_in_chunks_reaches_flask_whole_and_without_the_connections_own_headers(
    conventions: Conventions,
) -> None:
    model = ScriptModel(defined(SEEN), Path("/"), conventions)
    own = [(b"transfer-encoding", b"chunked"), (b"connection", b"close"), (b"expect", b"100-continue")]

    _, _, body = send(model, b"12345", [*SENT, *own, (b"x_foo", b"forged")])

    told = json.loads(body)
    assert told["headers"] == NAMED | {"Content-Length": "5"}
    assert told["length"] == 5


def test_bytes_that_are_no_text_reach_flask_as_they_were_sent() -> None:
    model = ScriptModel(defined(SEEN), Path("/"), ManagedConventions())

    _, _, body = send(model, b"\xff\xfe", [(b"content-type", b"text/csv")])

    assert json.loads(body)["length"] == 2


def test_one_requests_headers_are_not_the_nexts(conventions: Conventions) -> None:
    model = ScriptModel(defined(SEEN), Path("/"), conventions)

    send(model, b"1", SENT)
    _, _, body = send(model, b"1", [(b"host", b"other")])

    assert json.loads(body)["headers"] == {"Host": "other", "Content-Length": "1"}


def test_the_execution_parameters_see_the_headers_of_their_request(conventions: Conventions) -> None:
    model = ScriptModel(defined(SEEN), Path("/"), conventions)

    _, _, body = send(model, b"", SENT, "/execution-parameters")

    assert json.loads(body)["headers"] == NAMED


@pytest.mark.parametrize("document", [{"b": [1, "é"], "a": None}, [1, {"z": 0.5, "y": True}], {}, []])
def test_a_document_is_written_as_flask_writes_it(conventions: Conventions, document: object) -> None:
    ours = script(f"return {document!r}", conventions).invoke(b"[1]", "application/json", "")
    flasks = script(f"return jsonify({document!r})", conventions).invoke(b"[1]", "application/json", "")

    assert (ours.body, ours.content_type) == (flasks.body, flasks.content_type)
    assert json.loads(ours.body) == document


WITHIN = {
    "transform_fn": "def transform_fn(model, body, content_type, accept):\n    {}\n    return jsonify(a=1)\n",
    "output_fn": (
        "def predict_fn(data, model): return data\n"
        "def output_fn(prediction, accept):\n    {}\n    return make_response(jsonify(a=1))\n"
    ),
}
IMPORTS = [
    "from flask import jsonify, make_response",
    "import flask as f; jsonify, make_response = f.jsonify, f.make_response",
    "import flask.json as f; from flask import make_response; jsonify = f.jsonify",
    "f = __import__('flask'); jsonify, make_response = f.jsonify, f.make_response",
    "from helpers import jsonify, make_response",
]


def served(folder: Path, text: str, conventions: Conventions, monkeypatch: pytest.MonkeyPatch) -> ScriptModel:
    """The script of a folder, in a process that has not imported Flask."""
    code = folder / "code"
    (code / "lib").mkdir(parents=True)
    (code / "inference.py").write_text("def model_fn(model_dir): return None\n" + text)
    (code / "helpers.py").write_text(
        "def __getattr__(name):\n    import flask\n    return getattr(flask, name)\n"
    )
    (code / "lib" / "broken.py").write_text("import flask ((")
    (code / "lib" / "latin.py").write_bytes(b"# flask \xe9\n")
    monkeypatch.delitem(sys.modules, "helpers", raising=False)
    monkeypatch.delitem(sys.modules, "inference", raising=False)
    monkeypatch.delitem(sys.modules, "flask")
    monkeypatch.syspath_prepend(str(code))
    environ = {"SAGEMAKER_BASE_DIR": str(folder), "SAGEMAKER_PROGRAM": "inference.py"}
    return handlers.load(environ, conventions)


@pytest.mark.parametrize("statement", IMPORTS)
@pytest.mark.parametrize("function", WITHIN)
def test_flask_works_where_a_function_or_a_helper_of_its_imports_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    conventions: Conventions,
    function: str,
    statement: str,
) -> None:
    model = served(tmp_path, WITHIN[function].format(statement), conventions, monkeypatch)

    answers = [model.invoke(b"[1]", "application/json", "application/json") for _ in range(2)]

    expected = (b'{"a":1}\n', "application/json", 200)
    assert [(each.body, each.content_type, each.status) for each in answers] == [expected] * 2


def test_flask_works_in_the_execution_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conventions: Conventions
) -> None:
    text = "def execution_parameters_fn():\n    import flask\n    return flask.jsonify(MaxPayloadInMB=6)\n"

    answer = served(tmp_path, text, conventions, monkeypatch).execution_parameters()

    assert answer is not None
    assert json.loads(answer.body) == {"MaxPayloadInMB": 6}


def test_flask_is_not_imported_for_a_script_that_does_not_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conventions: Conventions
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "inference.py").write_text("# no flask\nfrom .flask import x\nclass flask: ...\n")
    monkeypatch.delitem(sys.modules, flask.__name__)

    flask_request.import_if_used(code)

    assert flask.__name__ not in sys.modules
    assert flask_request.around(print, flask_request.INVOCATIONS) is print


def test_a_script_may_import_flask_where_there_is_none_and_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inference.py").write_text("def f():\n    import flask\n")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, flask.__name__)

    flask_request.import_if_used(tmp_path)

    assert flask.__name__ not in sys.modules
