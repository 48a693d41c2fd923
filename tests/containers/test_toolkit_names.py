"""The names of SageMaker's toolkits that public scripts import, and what is said of the others."""

import importlib
import importlib.util
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from container_process import write_job
from sagemaker_containers.beta.framework import content_types, encoders, errors, transformer, worker
from sagemaker_inference import decoder, default_inference_handler, encoder
from sagemaker_inference import errors as inference_errors
from scikit_learn_image.conventions import ManagedConventions, StrictConventions
from toolkit import packages
from toolkit.errors import ContainerProblem
from toolkit.handlers import Conventions, ScriptModel

# As the public examples of inference pipelines import and use the toolkit.
EXAMPLE = """
import json
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, transformer, worker)

def model_fn(model_dir):
    return None

def input_fn(input_data, content_type):
    if content_type == content_types.CSV:
        return encoders.decode(input_data, content_type)
    raise ValueError(content_type)

def predict_fn(data, model):
    return data * 2

def output_fn(prediction, accept):
    if accept == content_types.JSON:
        rows = [{"features": row} for row in prediction.tolist()]
        return worker.Response(json.dumps({"instances": rows}), accept, mimetype=accept)
    if accept == content_types.CSV:
        return worker.Response(encoders.encode(prediction, accept), accept, mimetype=accept)
    return worker.Response("not " + accept, status=406, headers={"X-Accepted": "csv"}, mimetype="text/plain")
"""
HANDLER = """
from sagemaker_inference import content_types, decoder, default_inference_handler, encoder, errors, utils

class Handler(default_inference_handler.DefaultInferenceHandler):
    pass

def model_fn(model_dir):
    return Handler()

def transform_fn(model, body, content_type, accept):
    if content_type not in content_types.UTF8_TYPES:
        raise errors.GenericInferenceToolkitError(415, "Send CSV or JSON.")
    return encoder.encode(decoder.decode(body, content_type), accept), accept
"""


def script(text: str, conventions: Conventions) -> ScriptModel:
    module = ModuleType("inference")
    exec(compile(text, "inference.py", "exec"), module.__dict__)  # noqa: S102
    return ScriptModel(module, Path("/"), conventions)


def run(text: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, which finds the toolkits."""
    return subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": str(Path(packages.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture(params=[Conventions, ManagedConventions, StrictConventions])
def conventions(request: pytest.FixtureRequest) -> Conventions:
    return request.param()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("accept", "status", "content_type", "body"),
    [
        ("text/csv", 200, "text/csv; charset=utf-8", b"2.0,4.0\n6.0,8.0\n"),
        (
            "application/json",
            200,
            "application/json",
            b'{"instances": [{"features": [2.0, 4.0]}, {"features": [6.0, 8.0]}]}',
        ),
        ("image/png", 406, "text/plain; charset=utf-8", b"not image/png"),
    ],
)
def test_the_public_pipeline_example_answers_by_the_toolkits_response(
    conventions: Conventions, accept: str, status: int, content_type: str, body: bytes
) -> None:
    answer = script(EXAMPLE, conventions).invoke(b"1,2\n3,4\n", "text/csv", accept)

    assert (answer.status, answer.content_type, answer.body) == (status, content_type, body)
    assert answer.headers == (((b"x-accepted", b"csv"),) if status == 406 else ())


def test_a_package_knows_its_modules_without_their_import() -> None:
    told = "import sagemaker_containers.beta.framework as framework, sagemaker_inference\n"
    told += "response = framework.worker.Response(sagemaker_inference.encoder.encode([1], 'text/csv'))\n"

    assert run(told + "print(response.data)").stdout == "b'1\\n'\n"


def test_a_script_for_the_inference_toolkit_answers(conventions: Conventions) -> None:
    answer = script(HANDLER, conventions).invoke(b"[[1, 2.5]]", "application/json", "text/csv")

    assert (answer.status, answer.body) == (200, b"1.0,2.5\n")


@pytest.mark.parametrize(("conventions_of", "status"), [(Conventions, 415), (StrictConventions, 415)])
def test_an_error_of_the_inference_toolkit_answers_with_its_status(
    conventions_of: type[Conventions], status: int
) -> None:
    assert script(HANDLER, conventions_of()).invoke(b"1", "image/png", "text/csv").status == status


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("1,2\n3,4\n", "text/csv", [[1, 2], [3, 4]]),
        ("1,2\n", "text/csv", [1, 2]),
        ('"Leeds, UK",1\nYork,2\n', "text/csv", [["Leeds, UK", "1"], ["York", "2"]]),
        ("[[1, 2]]", "application/json", [[1, 2]]),
        ('["a"]', "application/json", ["a"]),
        (encoders.array_to_npy([[1.5]]), "application/x-npy", [[1.5]]),
    ],
)
def test_the_decoders_read_numbers_and_text(body: Any, content_type: str, expected: list[Any]) -> None:
    assert encoders.decode(body, content_type).tolist() == expected
    assert decoder.decode(body, content_type).tolist() == expected
    assert transformer.default_input_fn(body, content_type).tolist() == expected


@pytest.mark.parametrize(
    ("prediction", "accept", "expected"),
    [
        (np.array([[1.5, 2]]), content_types.CSV, "1.5,2.0\n"),
        (["Leeds, UK"], content_types.CSV, '"Leeds, UK"\n'),
        (np.array([1]), content_types.JSON, "[1]"),
    ],
)
def test_the_encoders_write_text_as_the_image_does(prediction: Any, accept: str, expected: str) -> None:
    assert encoders.encode(prediction, accept) == expected
    assert encoder.encode(prediction, accept) == expected
    assert transformer.default_output_fn(prediction, accept).get_data(as_text=True) == expected


def test_a_type_that_is_not_spelt_exactly_is_refused() -> None:
    with pytest.raises(errors.UnsupportedFormatError, match="not text/csv; charset=utf-8"):
        encoders.decode("1", "text/csv; charset=utf-8")
    with pytest.raises(inference_errors.UnsupportedFormatError, match="not image/png"):
        encoder.encode([1], "image/png")


@pytest.mark.parametrize(("text", "dtype"), [("1,2\n3\n", None), ('"open', None), ("1,x\n", np.float64)])
def test_csv_that_is_no_table_is_the_toolkits_own_error(text: str, dtype: Any) -> None:
    with pytest.raises(errors.ClientError):
        encoders.csv_to_numpy(text, dtype)


def test_a_response_is_json_unless_it_says_otherwise() -> None:
    assert worker.Response("{}").mimetype == "application/json"
    assert worker.Response(iter(["1", b"2"])).data == b"12"


def test_the_default_handler_has_all_functions_but_the_models_own() -> None:
    handler = default_inference_handler.DefaultInferenceHandler()

    assert handler.default_output_fn(handler.default_input_fn("1,2", "text/csv"), "application/json") == (
        "[1.0, 2.0]",
        "application/json",
    )
    with pytest.raises(NotImplementedError, match="model_fn"):
        handler.default_model_fn("/opt/ml/model")


def test_a_script_that_starts_the_toolkits_server_is_told_that_there_is_one(
    conventions: Conventions,
) -> None:
    starting = "from sagemaker_containers.beta.framework import server\nserver.start('app:main')\n"

    with pytest.raises(ContainerProblem, match=r"server\.start starts no server here: .* Remove the call"):
        script(starting, conventions)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sagemaker_training.logging_config", "sagemaker-training-toolkit"),
        ("sagemaker_inference.logging", "sagemaker-inference"),
    ],
)
def test_a_toolkits_logger_has_the_toolkits_name(module: str, name: str) -> None:
    assert importlib.import_module(module).get_logger() is logging.getLogger(name)


@pytest.mark.parametrize(
    ("arguments", "logged"),
    [
        ("20", r"[-\d]+ [:,\d]+ sagemaker-training-toolkit INFO     shown\n"),
        ("logging.INFO, log_format='%(levelname)s %(message)s'", r"INFO shown\n"),
    ],
)
def test_a_script_may_configure_the_toolkits_logger(arguments: str, logged: str) -> None:
    told = "import logging; from sagemaker_training.logging_config import configure_logger, get_logger\n"
    told += f"configure_logger({arguments}); get_logger().debug('hidden'); get_logger().info('shown')\n"

    assert re.fullmatch(logged, run(told).stderr)


def test_the_training_environment_is_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_job(tmp_path, {"rate": "1e-3", "sagemaker_program": '"fit.py"'}, {"train": "text/csv"})
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    monkeypatch.setenv("SM_USER_ENTRY_POINT", "fit.py")
    containers = importlib.import_module("sagemaker_containers")

    environment = containers.training_env()

    assert environment.channel_input_dirs == {"train": str(tmp_path / "input" / "data" / "train")}
    assert environment["model_dir"] == environment.model_dir == str(tmp_path / "model")
    assert environment.hyperparameters == {"rate": 0.001}
    assert (environment.user_entry_point, environment.module_name) == ("fit.py", "fit")
    assert (environment.current_host, environment.hosts, environment.is_master) == (
        "algo-1",
        ["algo-1"],
        True,
    )
    assert environment.to_cmd_args() == ["--rate", "0.001"]
    assert json.loads(json.dumps(dict(environment)))["num_gpus"] == 0
    with pytest.raises(AttributeError, match="The environment has no nothing"):
        _ = environment.nothing
