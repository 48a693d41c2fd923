"""Scripts that use Flask, which serves them in the managed scikit-learn image."""

import json
import sys
from pathlib import Path
from types import ModuleType

import flask
import pytest
from scikit_learn_image.conventions import ManagedConventions, StrictConventions
from toolkit import flask_request, handlers
from toolkit.handlers import Conventions, ScriptModel


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
        ("return flask.request.get_data()[:3], 'a/b'", b"[1,", "a/b", 200),
        ("return flask.request.headers['Accept'], 'a/b'", b"text/csv", "a/b", 200),
    ],
)
def test_flask_works_within_a_scripts_functions(
    conventions: Conventions, output_fn: str, body: bytes, content_type: str, status: int
) -> None:
    answer = script(output_fn, conventions).invoke(b"[1, 2]", "application/json", "text/csv")

    assert (answer.body, answer.content_type, answer.status) == (body, content_type, status)


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
    assert flask_request.around(print) is print


def test_a_script_may_import_flask_where_there_is_none_and_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inference.py").write_text("def f():\n    import flask\n")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, flask.__name__)

    flask_request.import_if_used(tmp_path)

    assert flask.__name__ not in sys.modules
