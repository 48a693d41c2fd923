"""Our image's treatment of a user's script: what its functions get, and what their results become."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from toolkit import handlers
from toolkit.errors import ContainerProblem
from toolkit.handlers import Conventions, ScriptModel


class Doubler:
    def predict(self, data: Any) -> Any:
        return data * 2


def script(**functions: Any) -> ModuleType:
    module = ModuleType("inference")
    module.__dict__.update({"model_fn": lambda folder: Doubler(), **functions})
    return module


def model(default_accept: str = "", **functions: Any) -> ScriptModel:
    return ScriptModel(script(**functions), Path("/opt/ml/model"), Conventions(), default_accept)


def seen(**request: str | bytes) -> dict[str, Any]:
    """What transform_fn gets for a request."""
    calls: list[dict[str, Any]] = []

    def transform_fn(model: Any, body: Any, content_type: str, accept: str) -> Any:
        calls.append({"body": body, "content_type": content_type, "accept": accept})
        return b"", "text/plain"

    model(transform_fn=transform_fn).invoke(
        **{"body": b"1,2", "content_type": "text/csv", "accept": "", **request}  # type: ignore[arg-type]
    )
    return calls[0]


def test_the_defaults_decode_call_predict_and_encode() -> None:
    answer = model().invoke(b"1,2\n3,4", "text/csv; charset=utf-8", "application/json")

    assert json.loads(answer.body) == [[2, 4], [6, 8]]
    assert (answer.status, answer.content_type) == (200, "application/json")


def test_the_three_functions_pass_on_what_the_one_before_returned() -> None:
    answer = model(
        input_fn=lambda body, content_type: [body, content_type],
        predict_fn=lambda data, model: [*data, type(model).__name__],
        output_fn=lambda prediction, accept: ("|".join([*prediction, accept]), "text/plain"),
    ).invoke(b"1,2", "text/csv", "text/x-mine")

    assert answer.body == b"1,2|text/csv|Doubler|text/x-mine"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/csv", str),
        ("TEXT/CSV; charset=utf-8", str),
        ("application/json", str),
        ("application/x-npy", bytes),
        ("", bytes),
    ],
)
def test_text_types_reach_the_script_as_text_and_others_as_bytes(content_type: str, expected: type) -> None:
    call = seen(content_type=content_type)

    assert type(call["body"]) is expected
    assert call["content_type"] == content_type


@pytest.mark.parametrize(
    ("accept", "reaches_script"),
    [
        ("", "text/csv"),
        ("*/*", "text/csv"),
        ("*/*; q=0.8", "text/csv"),
        ("Image/PNG; q=1", "Image/PNG"),
        ("image/png;q=0.2, application/json;q=0.9", "application/json"),
        ("image/png, application/json;q=0.5", "application/json"),
        ("image/png, image/gif;q=0.5", "image/png"),
    ],
)
def test_a_script_gets_the_one_type_that_the_caller_prefers(accept: str, reaches_script: str) -> None:
    assert seen(accept=accept)["accept"] == reaches_script


def test_the_environment_names_the_default_accept() -> None:
    assert model("application/json").invoke(b"1", "text/csv", "*/*").content_type == "application/json"


@pytest.mark.parametrize(
    ("result", "body", "content_type"),
    [
        ("text", b"text", "text/csv; charset=utf-8"),
        (b"bytes", b"bytes", "text/csv; charset=utf-8"),
        (("text", "text/plain"), b"text", "text/plain; charset=utf-8"),
        ((bytearray(b"x"), "application/x-npy"), b"x", "application/x-npy"),
        ((memoryview(b"x"), "text/csv; header=absent"), b"x", "text/csv; header=absent"),
        (("", "text/csv"), b"", "text/csv; charset=utf-8"),
    ],
)
def test_a_result_is_a_body_or_a_pair_of_body_and_type(result: Any, body: bytes, content_type: str) -> None:
    answer = model(output_fn=lambda prediction, accept: result).invoke(b"1", "text/csv", "")

    assert (answer.body, answer.content_type) == (body, content_type)


@pytest.mark.parametrize(
    ("accept", "status", "content_type"),
    [
        ("image/png, application/json;q=0.5", 200, "application/json"),
        ("image/png, */*;q=0.1", 200, "text/csv; charset=utf-8"),
        ("text/csv;q=0, */*;q=0.1", 200, "application/json"),
        ("application/x-npy, application/json;q=0.9", 200, "application/x-npy"),
        ("image/*, text/html;q=0.9", 406, "application/problem+json"),
        ("*/*;q=0", 406, "application/problem+json"),
        ("csv", 406, "application/problem+json"),
    ],
)
def test_without_output_fn_the_best_of_the_types_that_can_be_written_is(
    accept: str, status: int, content_type: str
) -> None:
    answer = model().invoke(b"1", "text/csv", accept)

    assert (answer.status, answer.content_type) == (status, content_type)


class RowFault(Exception):
    def __init__(self, status: Any) -> None:
        super().__init__("Row 3, column Day Mins: not a number.")
        self.status = status


@pytest.mark.parametrize(
    ("status", "answered"),
    [(400, 400), (415, 415), (499, 499), (399, 500), (500, 500), ("400", 500), (True, 500)],
)
def test_an_exception_with_a_4xx_status_is_answered_with_it(status: Any, answered: int) -> None:
    def input_fn(body: str, content_type: str) -> Any:
        raise RowFault(status)

    answer = model(input_fn=input_fn).invoke(b"1", "text/csv", "")

    assert answer.status == answered
    assert answer.content_type == "application/problem+json"
    assert (b"Row 3, column Day Mins" in answer.body) == (answered < 500)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status"),
    [
        (b"1,x", "text/csv", "", 400),
        (b"\xff", "text/csv", "", 400),
        (b"1", "image/png", "", 415),
        (b"1", "", "", 415),
        (b"1", "text/csv", "image/png", 406),
    ],
)
def test_the_defaults_tell_the_callers_faults_apart(
    body: bytes, content_type: str, accept: str, status: int
) -> None:
    assert model().invoke(body, content_type, accept).status == status


def test_execution_parameters_are_the_scripts_or_none() -> None:
    assert model().execution_parameters() is None

    answer = model(execution_parameters_fn=lambda: {"MaxPayloadInMB": 1}).execution_parameters()

    assert answer is not None
    assert json.loads(answer.body) == {"MaxPayloadInMB": 1}


def test_a_script_without_model_fn_is_refused() -> None:
    with pytest.raises(ContainerProblem, match="has no model_fn"):
        ScriptModel(ModuleType("inference"), Path("/"), Conventions())


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", ["/elsewhere"])
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a_served_script_of_the_test.py").write_text(
        "def model_fn(folder): return None\ndef predict_fn(data, model): return data\n"
    )
    environ = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SAGEMAKER_PROGRAM": "a_served_script_of_the_test.py"}
    empty = {"SAGEMAKER_SUBMIT_DIRECTORY": "", "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": ""}

    answer = handlers.load({**environ, **empty}, Conventions()).invoke(b"1,2\n", "text/csv", "")

    assert (answer.status, answer.content_type, answer.body) == (200, "text/csv; charset=utf-8", b"1.0,2.0\n")
    with pytest.raises(ContainerProblem, match="SAGEMAKER_PROGRAM is not set"):
        handlers.load({**environ, "SAGEMAKER_PROGRAM": ""}, Conventions())


def test_a_module_that_is_missing_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", ["/elsewhere"])
    code = tmp_path / "code"
    code.mkdir()
    (code / "a_script_of_the_test.py").write_text("\nimport a_helper_of_the_test\n")
    (code / "a_helper_of_the_test.py").write_text("import nothing_of_this_name.part\n")
    (code / "requirements.txt").write_text("nothing-of-this-name==1.0\n")
    environ = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SAGEMAKER_PROGRAM": "a_script_of_the_test.py"}

    with pytest.raises(ContainerProblem) as problem:
        handlers.load(environ, Conventions())

    assert str(problem.value) == (
        "a_helper_of_the_test.py, line 1: No module named 'nothing_of_this_name'. The image does not have "
        "it: put nothing_of_this_name beside the script, or into an image of your own. Nothing of "
        "requirements.txt is installed."
    )


def test_a_module_that_is_missed_at_a_request_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def predict_fn(data: Any, model: Any) -> Any:
        import nothing_of_this_name  # type: ignore[import-not-found]

        return nothing_of_this_name

    assert model(predict_fn=predict_fn).invoke(b"1", "text/csv", "").status == 500
    assert "No module named 'nothing_of_this_name'" in caplog.text


@pytest.mark.parametrize("name", ["input_fn", "predict_fn", "output_fn"])
def test_transform_fn_beside_a_function_that_it_replaces_is_refused(name: str) -> None:
    with pytest.raises(ContainerProblem, match=f"transform_fn and {name}"):
        ScriptModel(script(transform_fn=print, **{name: print}), Path("/"), Conventions())


def test_the_script_and_its_siblings_come_from_the_submit_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", ["/elsewhere"])
    code = tmp_path / "model" / "code"
    code.mkdir(parents=True)
    (code / "a_sibling_of_the_test.py").write_text("VALUE = 'from the sibling'")
    (code / "a_script_of_the_test.py").write_text(
        "import a_sibling_of_the_test as sibling\n"
        "def model_fn(folder): return folder\n"
        "def transform_fn(model, body, content_type, accept): return f'{model} {sibling.VALUE}', accept\n"
    )
    environ = {
        "SAGEMAKER_BASE_DIR": str(tmp_path),
        "SAGEMAKER_PROGRAM": "a_script_of_the_test.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }

    answer = handlers.load(environ, Conventions()).invoke(b"", "text/csv", "")

    assert answer.body == f"{tmp_path / 'model'} from the sibling".encode()


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "SAGEMAKER_PROGRAM is not set"),
        ({"SAGEMAKER_PROGRAM": "absent.py"}, "SAGEMAKER_PROGRAM is absent.py, and there is no such file"),
        ({"SAGEMAKER_PROGRAM": "x.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/none"}, "does not exist"),
        (
            {"SAGEMAKER_PROGRAM": "x.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://b/k.tar.gz"},
            "input channel `code`",
        ),
    ],
)
def test_a_script_that_is_not_there_is_named(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    (tmp_path / "code").mkdir()

    with pytest.raises(ContainerProblem, match=message):
        handlers.load({"SAGEMAKER_BASE_DIR": str(tmp_path), **environ}, Conventions())
