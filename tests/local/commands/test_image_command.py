"""`slipway image`, from a folder that has nothing to do with the project."""

import http.client
import json
import signal
import socket
from pathlib import Path

import pytest
from patience import PATIENCE
from processes import wait_until
from runner import Runner

SCRIPT = """
import os

def model_fn(model_dir):
    return sorted(os.listdir(model_dir))

def transform_fn(model, body, content_type, accept):
    return f"{model} {content_type} {body}", "text/plain"
"""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def opt_ml(tmp_path: Path) -> Path:
    folder = tmp_path / "some where"
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "answer.py").write_text(SCRIPT)
    (folder / "model").mkdir()
    (folder / "model" / "weights.bin").touch()
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_ready(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def served(runner: Runner, folder: Path, image: str, body: str, *arguments: str) -> bytes:
    """What the image's process answers to a body of CSV; it ends with exit code 0 when it is told to stop."""
    port = free_port()
    command = ["image", image, "serve", "--folder", folder.name, "--port", str(port), *arguments]
    with runner.start(*command) as process:
        assert wait_until(lambda: process.poll() is not None or is_ready(port))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
        answer = connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return answer


@pytest.mark.parametrize("image", ["script-mode", "scikit-learn"])
def test_any_script_is_served_from_any_folder(runner: Runner, opt_ml: Path, image: str) -> None:
    answer = served(runner, opt_ml, image, "1,2", "--env", "SAGEMAKER_PROGRAM=answer.py")

    assert answer == b"['weights.bin'] text/csv 1,2"


def test_a_model_of_xgboosts_is_trained_and_served_from_any_folder(runner: Runner, opt_ml: Path) -> None:
    (opt_ml / "model" / "weights.bin").unlink()
    config, train = opt_ml / "input" / "config", opt_ml / "input" / "data" / "train"
    config.mkdir(parents=True)
    train.mkdir(parents=True)
    settings = {"num_round": "3", "objective": "reg:squarederror", "min_child_weight": "0"}
    (config / "hyperparameters.json").write_text(json.dumps(settings))
    (config / "inputdataconfig.json").write_text(json.dumps({"train": {"ContentType": "text/csv"}}))
    (train / "rows.csv").write_text("0,1,2\n1,3,4\n" * 20)

    code, out, errors = runner.run("image", "xgboost", "train", "--folder", str(opt_ml))
    low, high = served(runner, opt_ml, "xgboost", "1,2\n3,4\n").split()

    assert code == 0, errors
    assert out.startswith("[0]\ttrain-rmse:")
    assert float(low) < 0.5 < float(high)


def test_a_training_job_that_fails_has_the_images_exit_code_and_failure_file(
    runner: Runner, opt_ml: Path
) -> None:
    config = opt_ml / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps({"num_round": "2", "eta": "7"}))
    (config / "inputdataconfig.json").write_text(json.dumps({"train": {"ContentType": "text/csv"}}))

    code, _, errors = runner.run("image", "xgboost", "train", "--folder", str(opt_ml))

    assert code == 1, errors
    assert "eta" in (opt_ml / "output" / "failure").read_text()


def test_an_unknown_image_is_refused_with_the_known_ones(runner: Runner) -> None:
    code, _, errors = runner.run("image", "pytorch", "serve")

    assert code == 2
    assert "it has scikit-learn, xgboost, linear-learner, script-mode" in errors


def test_the_name_that_our_image_had_while_it_was_the_only_one_is_answered_with_its_name(
    runner: Runner,
) -> None:
    code, _, errors = runner.run("image", "own", "serve")

    assert code == 2
    assert "the image own was renamed to script-mode" in errors


def test_a_folder_that_does_not_exist_is_refused(runner: Runner) -> None:
    code, _, errors = runner.run("image", "script-mode", "serve", "--folder", "nowhere")

    assert code == 2
    assert "--folder nowhere: there is no such folder" in errors
