"""The scikit-learn stand-in against the managed image's contract, case by case.

`MANAGED...` is what the image answers, and the stand-in with SLIPWAY_MANAGED_BEHAVIOR=1. `STRICT...` has the
cases in which the stand-in differs by default, because the image is plainly wrong.
"""

import io
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from container_process import Container, start_failure

# One script for all cases: the request's first header says what its functions do.
SCRIPT = """
import os
import numpy as np

class Fault(Exception):
    status = 422

class Sum:
    def predict(self, rows):
        return rows.sum(axis=-1)

def model_fn(model_dir):
    return Sum()
"""
TELLING = """
def input_fn(body, content_type):
    return body, content_type

def predict_fn(data, model):
    if b"fault" in bytes(data[0].encode() if isinstance(data[0], str) else data[0]):
        raise Fault("Row 1: not a number.")
    if b"break" in bytes(data[0].encode() if isinstance(data[0], str) else data[0]):
        raise ValueError("secret 4711")
    return data

def output_fn(prediction, accept):
    body, content_type = prediction
    told = f"{type(body).__name__} {content_type} {accept}"
    if b"alone" in bytes(body.encode() if isinstance(body, str) else body):
        return told
    return told, "text/plain"
"""


class Case(NamedTuple):
    name: str
    body: bytes
    content_type: str | None
    accept: str | None
    status: int
    answer: bytes | None
    answer_type: str


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


HTML, TEXT, CSV, JSON, NPY, PROBLEM = (
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/json",
    "application/x-npy",
    "application/problem+json",
)

# A script with model_fn alone: the image's own functions decode, call model.predict and encode.
DEFAULTS = [
    Case("csv rows to csv", b"1,2\n3,4\n", "text/csv", "text/csv", 200, b"3.0\n7.0\n", CSV),
    Case("csv rows to json", b"1,2\n3,4\n", "text/csv", "application/json", 200, b"[3.0, 7.0]", JSON),
    Case("no accept is json", b"1,2\n3,4\n", "text/csv", None, 200, b"[3.0, 7.0]", JSON),
    Case("any accept is json", b"1,2\n3,4\n", "text/csv", "*/*", 200, b"[3.0, 7.0]", JSON),
    Case(
        "csv in single precision", b"0.1,0\n0,0", "text/csv", None, 200, b"[0.10000000149011612, 0.0]", JSON
    ),
    Case("json rows", b"[[1, 2], [3, 4]]", "application/json", None, 200, b"[3.0, 7.0]", JSON),
    Case("no content type is json", b"[[1, 2], [3, 4]]", None, None, 200, b"[3.0, 7.0]", JSON),
    Case("npy keeps its precision", npy([[0.1, 0.0]]), NPY, None, 200, b"[0.1]", JSON),
    Case("npy to npy", npy([[1.0, 2.0]]), NPY, NPY, 200, npy([3.0]), NPY),
    Case("a charset breaks csv", b"1,2\n3,4\n", "text/csv; charset=utf-8", None, 500, None, HTML),
    Case("upper case breaks csv", b"1,2\n3,4\n", "Text/CSV", None, 500, None, HTML),
    Case("an unknown type", b"1,2", "image/png", None, 500, None, HTML),
    Case("a word", b"1,x\n3,4", "text/csv", None, 500, None, HTML),
    Case("an empty cell", b"1,\n3,4", "text/csv", None, 500, None, HTML),
    Case("broken json", b"[", "application/json", None, 500, None, HTML),
    Case("a pickle in npy", pickle.dumps([[1, 2]]), NPY, None, 500, None, HTML),
]

# Whatever the image does not find spelt exactly so is 500 there; here HTTP says what it means.
READ_AS_HTTP_SAYS = {
    (200, b"3.0\n7.0\n", CSV): [
        "a/b, text/csv;q=0.1",
        "Text/Csv;Q=0.5, application/json;q=0.4",
        "text/csv; charset=utf-8, */*;q=0.1",
        "text/csv;charset=utf-8;q=0.9",
        "Text/CSV",
        "text/csv; charset=utf-8",
        "text/csv;header=present",
        "text/csv;q=0.1",
    ],
    (200, b"[3.0, 7.0]", JSON): [
        "application/json;q=0.5;foo=bar",
        "APPLICATION/JSON, image/png",
        "APPLICATION/JSON",
        "application/json;charset=utf-8",
        "application/*",
        "*/*;q=0.8",
    ],
    (200, npy(np.array([3, 7], np.float32)), NPY): [
        'image/png, Application/X-NPY;version="1"',
        "Application/X-Npy",
    ],
    (406, None, PROBLEM): [
        *("application/json;q=0", "*/*;q=0", "image/png", "image/*", "csv", "text/csv;q=2"),
    ],
}
STRICT_DEFAULTS = [
    Case(accept, b"1,2\n3,4\n", "text/csv", accept, *answer)
    for answer, accepts in READ_AS_HTTP_SAYS.items()
    for accept in accepts
]
MANAGED_DEFAULTS = [case._replace(status=500, answer=None, answer_type=HTML) for case in STRICT_DEFAULTS]

# A script with functions of its own, which tell what they were given.
FUNCTIONS = [
    Case("csv is str", b"1", "text/csv", "a/b", 200, b"str text/csv a/b", TEXT),
    Case("json is str", b"1", JSON, "a/b", 200, b"str application/json a/b", TEXT),
    Case(
        "csv with a charset is bytes",
        b"1",
        "text/csv; charset=utf-8",
        "a/b",
        200,
        b"bytes text/csv; charset=utf-8 a/b",
        TEXT,
    ),
    Case("upper case is bytes", b"1", "Text/CSV", "a/b", 200, b"bytes Text/CSV a/b", TEXT),
    Case("others are bytes", b"1", "a/c", "a/b", 200, b"bytes a/c a/b", TEXT),
    Case("no accept is json", b"1", "a/c", None, 200, b"bytes a/c " + JSON.encode(), TEXT),
    Case("broken text still arrives", b"\xff", "text/csv", "a/b", 200, b"str text/csv a/b", TEXT),
    Case("an error is html", b"break", "text/csv", None, 500, None, HTML),
]
WEIGHED = "a/b;q=0.1, a/c;q=0.9"
MANAGED = [
    Case(
        "accept is handed on as it stands",
        b"1",
        "text/csv",
        WEIGHED,
        200,
        f"str text/csv {WEIGHED}".encode(),
        TEXT,
    ),
    Case("the caller's fault is html", b"fault", "text/csv", None, 500, None, HTML),
    Case("a body alone is html", b"alone", "text/csv", "text/csv", 200, b"str text/csv text/csv", HTML),
]
STRICT = [
    Case("accept is the type that is preferred", b"1", "text/csv", WEIGHED, 200, b"str text/csv a/c", TEXT),
    Case(
        "any type is the default", b"1", "text/csv", "*/*;q=0.8", 200, b"str text/csv application/json", TEXT
    ),
    Case(
        "a malformed accept is the script's to read", b"1", "text/csv", "csv", 200, b"str text/csv csv", TEXT
    ),
    Case(
        "the caller's fault has its status", b"fault", "text/csv", None, 422, None, "application/problem+json"
    ),
    Case(
        "a body alone is what was asked", b"alone", "text/csv", "text/csv", 200, b"str text/csv text/csv", CSV
    ),
]


def by_name(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def check(container: Container, case: Case) -> None:
    answer = container.invoke(case.body, case.content_type, case.accept)

    assert (answer.status, answer.content_type) == (case.status, case.answer_type)
    if case.answer is not None:
        assert answer.body == case.answer
    if case.status == 500:
        assert b"Internal Server Error" in answer.body
        assert b"Traceback" not in answer.body


def model_folder(folder: Path, script: str) -> Path:
    code = folder / "model" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(script)
    return folder


VARIABLES = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}


@pytest.fixture(scope="module")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = model_folder(tmp_path_factory.mktemp("defaults"), SCRIPT)
    with Container("scikit_learn_image", folder, **VARIABLES) as container:
        yield container


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = model_folder(tmp_path_factory.mktemp("telling"), SCRIPT + TELLING)
    with Container("scikit_learn_image", folder, **VARIABLES) as container:
        yield container


@pytest.fixture(scope="module")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = model_folder(tmp_path_factory.mktemp("managed"), SCRIPT + TELLING)
    with Container("scikit_learn_image", folder, **VARIABLES, SLIPWAY_MANAGED_BEHAVIOR="1") as container:
        yield container


@pytest.fixture(scope="module")
def managed_defaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = model_folder(tmp_path_factory.mktemp("managed-defaults"), SCRIPT)
    with Container("scikit_learn_image", folder, **VARIABLES, SLIPWAY_MANAGED_BEHAVIOR="1") as container:
        yield container


@by_name(DEFAULTS + STRICT_DEFAULTS)
def test_the_images_own_functions(defaults: Container, case: Case) -> None:
    check(defaults, case)


@by_name(DEFAULTS + MANAGED_DEFAULTS)
def test_the_images_own_functions_as_the_managed_image_has_them(
    managed_defaults: Container, case: Case
) -> None:
    check(managed_defaults, case)


@by_name(FUNCTIONS + STRICT)
def test_a_scripts_functions(telling: Container, case: Case) -> None:
    check(telling, case)


@by_name(FUNCTIONS + MANAGED)
def test_a_scripts_functions_as_the_managed_image_calls_them(managed: Container, case: Case) -> None:
    check(managed, case)


def test_one_csv_row_reaches_the_model_as_one_dimension(tmp_path: Path) -> None:
    script = "def model_fn(folder): pass\ndef predict_fn(data, model): return list(data.shape)\n"

    with Container("scikit_learn_image", model_folder(tmp_path, script), **VARIABLES) as container:
        assert container.invoke(b"1,2,3\n", "text/csv").body == b"[3]"
        assert container.invoke(b"1,2,3\n4,5,6\n", "text/csv").body == b"[2, 3]"


def test_a_body_alone_is_warned_of_once(tmp_path: Path) -> None:
    script = "def model_fn(folder): pass\ndef transform_fn(model, body, content_type, accept): return body\n"

    with Container("scikit_learn_image", model_folder(tmp_path, script), **VARIABLES) as container:
        assert container.invoke(b"1", "text/csv", "text/csv").content_type == CSV
        container.invoke(b"1", "text/csv", "text/csv")

        assert container.log().count("the managed image labels that text/html") == 1


def test_the_default_accept_comes_from_the_environment(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, SCRIPT)
    variables = VARIABLES | {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}

    with Container("scikit_learn_image", folder, **variables) as container:
        assert container.invoke(b"1,2\n3,4", "text/csv").body == b"3.0\n7.0\n"


def test_execution_parameters_are_404_unless_the_script_has_them(telling: Container, tmp_path: Path) -> None:
    assert telling.request("GET", "/execution-parameters").status == 404

    script = SCRIPT + "def execution_parameters_fn(): return {'BatchStrategy': 'MULTI_RECORD'}\n"
    with Container("scikit_learn_image", model_folder(tmp_path, script), **VARIABLES) as container:
        answer = container.request("GET", "/execution-parameters")

    assert json.loads(answer.body) == {"BatchStrategy": "MULTI_RECORD"}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("x = 1", "has no model_fn"),
        ("def model_fn(folder): raise OSError('no model in ' + folder)", "no model in"),
        ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
    ],
)
def test_a_script_that_cannot_serve_ends_the_container_with_its_reason(
    tmp_path: Path, script: str, reason: str
) -> None:
    assert reason in start_failure("scikit_learn_image", model_folder(tmp_path, script), **VARIABLES)


def test_a_trained_estimator_of_scikit_learn_is_served(tmp_path: Path) -> None:
    script = (
        "import numpy as np\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "def model_fn(folder):\n"
        "    return StandardScaler().fit(np.array([[0.0], [2.0]]))\n"
        "def predict_fn(data, model):\n"
        "    return model.transform(data)\n"
    )

    with Container("scikit_learn_image", model_folder(tmp_path, script), **VARIABLES) as container:
        assert container.invoke(b"[[3], [1]]", "application/json", "text/csv").body == b"2.0\n0.0\n"
