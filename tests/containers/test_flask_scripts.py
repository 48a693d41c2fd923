"""Scripts that use Flask, which serves them in the managed scikit-learn image."""

import json
import sys
from pathlib import Path
from types import ModuleType

import flask
import pytest
from scikit_learn_image.conventions import ManagedConventions, StrictConventions
from toolkit.handlers import Conventions, ScriptModel


def script(output_fn: str, conventions: Conventions) -> ScriptModel:
    module = ModuleType("inference")
    text = "import flask\nfrom flask import Response, jsonify\ndef model_fn(model_dir): return None\n"
    text += "def predict_fn(data, model): return data.tolist()\n"
    exec(text + f"def output_fn(prediction, accept): {output_fn}\n", module.__dict__)  # noqa: S102
    return ScriptModel(module, Path("/"), conventions)


@pytest.fixture(params=[ManagedConventions, StrictConventions])
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


def test_a_script_without_flask_is_called_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, flask.__name__)

    assert ManagedConventions().calling(print) is print
