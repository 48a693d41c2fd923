"""Script-mode training: what a script is given, and what its end leaves, in each script-mode image."""

import io
import json
import os
import signal
import subprocess
import tarfile
from pathlib import Path
from typing import IO

import pytest
from container_process import run_to_its_end, run_training, start, wait_until, write_job
from patience import PATIENCE

IMAGES = ("toolkit", "scikit_learn_image", "tensorflow_training_image")

TELL = """
import json, os, sys
with open(os.path.join(os.environ["SM_MODEL_DIR"], "told.json"), "w") as file:
    json.dump({"arguments": sys.argv[1:], "cwd": os.getcwd(), "path": sys.path[0],
               "environment": dict(os.environ)}, file)
"""

HYPERPARAMETERS = {
    "rate": "1e-3",
    "n": "5",
    "name": '"quoted"',
    "plain": "not json",
    "flag": "true",
    "nothing": "null",
    "grid": '{"b": 2, "a": 1}',
    "columns": "[1, 2]",
    "blank": "",
    "empty": '""',
    "sagemaker_container_log_level": "20",
}
ARGUMENTS = (
    "--blank  --columns [1, 2] --empty  --flag True --grid a=1,b=2 -n 5 --name quoted --nothing  "
    "--plain not json --rate 0.001"
)


def job(folder: Path, script: str, **hyperparameters: str) -> Path:
    """A training job whose source travels as an input channel, as the network-isolated one does."""
    write_job(
        folder,
        {
            "sagemaker_program": json.dumps("fit.py"),
            "sagemaker_submit_directory": json.dumps("/opt/ml/input/data/code/0a1b.gz"),
            **hyperparameters,
        },
        {"code": "application/x-tar", "train": "text/csv"},
    )
    archive = folder / "input" / "data" / "code" / "0a1b.gz"
    archive.parent.mkdir(parents=True)
    content = script.encode()
    member = tarfile.TarInfo("fit.py")
    member.size = len(content)
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(member, io.BytesIO(content))
    return folder


def failure(folder: Path) -> str:
    return (folder / "output" / "failure").read_text()


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=IMAGES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a script sees, with the job's folder written as `BASE`."""
    folder = job(tmp_path_factory.mktemp("training"), TELL, **HYPERPARAMETERS)
    assert run_training(request.param, folder, TRAINING_JOB_NAME="churn-1").code == 0
    text = (folder / "model" / "told.json").read_text().replace(str(folder), "BASE")
    return json.loads(text)  # type: ignore[no-any-return]


def test_hyperparameters_are_sorted_arguments_rendered_again(told: dict[str, list[str]]) -> None:
    assert " ".join(told["arguments"]) == ARGUMENTS


def test_the_script_runs_in_its_own_folder_and_sees_its_siblings_first(told: dict[str, str]) -> None:
    assert (told["cwd"], told["path"]) == ("BASE/code", "BASE/code")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SM_MODEL_DIR", "BASE/model"),
        ("SM_INPUT_DIR", "BASE/input"),
        ("SM_INPUT_CONFIG_DIR", "BASE/input/config"),
        ("SM_OUTPUT_DIR", "BASE/output"),
        ("SM_OUTPUT_DATA_DIR", "BASE/output/data"),
        ("SM_OUTPUT_INTERMEDIATE_DIR", "BASE/output/intermediate"),
        ("SM_MODULE_DIR", "BASE/code"),
        ("SM_CHANNELS", '["code","train"]'),
        ("SM_CHANNEL_TRAIN", "BASE/input/data/train"),
        ("SM_HOSTS", '["algo-1"]'),
        ("SM_CURRENT_HOST", "algo-1"),
        ("SM_NUM_CPUS", str(os.cpu_count())),
        ("SM_NUM_GPUS", "0"),
        ("SM_USER_ENTRY_POINT", "fit.py"),
        ("SM_MODULE_NAME", "fit"),
        ("SM_HP_RATE", "0.001"),
        ("SM_HP_NAME", "quoted"),
        ("SM_HP_FLAG", "true"),
        ("SM_HP_BLANK", ""),
        ("SM_HP_EMPTY", ""),
        ("SM_FRAMEWORK_PARAMS", None),
        ("TRAINING_JOB_NAME", "churn-1"),
        ("OMP_NUM_THREADS", "1"),
    ],
)
def test_the_script_finds_its_variables(
    told: dict[str, dict[str, str]], name: str, value: str | None
) -> None:
    found = told["environment"][name]

    assert found == value or (value is None and "sagemaker_program" in found)


def test_the_hyperparameters_stand_in_one_variable_too(told: dict[str, dict[str, str]]) -> None:
    hyperparameters = json.loads(told["environment"]["SM_HPS"])

    assert hyperparameters["rate"] == 0.001
    assert hyperparameters["grid"] == {"a": 1, "b": 2}
    assert not any(name.startswith("sagemaker_") for name in hyperparameters)


def test_success_is_exit_0_and_a_success_file(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "print('said on stdout')")

    done = run_training(image, folder)

    assert (done.code, done.output) == (0, "said on stdout\n")
    assert (folder / "output" / "success").exists()
    assert not (folder / "output" / "failure").exists()


def test_folders_that_the_script_writes_to_are_there(tmp_path: Path, image: str) -> None:
    script = "import os\nfor name in ('MODEL', 'OUTPUT_DATA'): os.mkdir(os.environ[f'SM_{name}_DIR'] + '/x')"

    assert run_training(image, job(tmp_path, script)).code == 0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise ValueError('train.csv, line 3: no label')", "ValueError: train.csv, line 3: no label"),
        ("import sys; sys.exit(2)", "fit.py exited with code 2"),
        ("import sys; sys.exit(7)", "fit.py exited with code 7"),
        ("import sys; sys.exit('no rows in train.csv')", "no rows in train.csv"),
        ("import os; os.kill(os.getpid(), 9)", "fit.py was ended by signal SIGKILL"),
        ("class Two(Exception): pass\nraise Two('first\\nsecond')", "Two: first\nsecond"),
        (
            "try:\n  1/0\nexcept ZeroDivisionError as e:\n  raise KeyError('outer') from e",
            "KeyError: 'outer'",
        ),
        (
            "from argparse import ArgumentParser as P; p = P(); p.add_argument('--rows', required=True)\n"
            "p.parse_args()",
            "fit.py: error: the following arguments are required: --rows",
        ),
    ],
)
def test_the_scripts_failure_is_exit_1_with_its_message_first(
    tmp_path: Path, image: str, script: str, reason: str
) -> None:
    folder = job(tmp_path, script)

    done = run_training(image, folder)

    assert done.code == 1
    assert failure(folder).startswith(reason + "\nExecuteUserScriptError: fit.py")
    assert not (folder / "output" / "success").exists()


def test_the_failure_file_ends_where_sagemaker_stops_reading(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "raise ValueError('x' * 5000)")

    run_training(image, folder)

    assert failure(folder) == "ValueError: " + "x" * (1024 - len("ValueError: "))


def test_a_scripts_output_is_passed_on_while_it_runs(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "import sys, time\nprint('begun', file=sys.stderr)\ntime.sleep(60)")
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = _start(image, folder, stream)
        wait_until(lambda: "begun" in log.read_text())
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_sigterm_reaches_the_script_which_may_still_save(tmp_path: Path, image: str) -> None:
    script = (
        "import os, signal, sys, time\n"
        "def save(*_):\n"
        "    open(os.environ['SM_MODEL_DIR'] + '/saved', 'w').close()\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "open(os.environ['SM_MODEL_DIR'] + '/begun', 'w').close()\n"
        "time.sleep(60)\n"
    )
    folder = job(tmp_path, script)

    assert _stopped(image, folder) == 0
    assert (folder / "model" / "saved").exists()


def test_a_script_that_sigterm_ends_is_stopped_and_not_failed(tmp_path: Path, image: str) -> None:
    script = "import os, time\nopen(os.environ['SM_MODEL_DIR'] + '/begun', 'w').close()\ntime.sleep(60)\n"
    folder = job(tmp_path, script)

    assert _stopped(image, folder) == 128 + signal.SIGTERM
    assert failure(folder) == "The job was stopped (SIGTERM) while fit.py ran."


@pytest.mark.parametrize(
    ("hyperparameters", "reason"),
    [
        ({"sagemaker_program": '""'}, "The hyperparameter sagemaker_program is missing"),
        ({"sagemaker_program": '"absent.py"'}, "sagemaker_program is absent.py, and there is no such file"),
        ({"sagemaker_submit_directory": "/opt/ml/none"}, "The source /opt/ml/none does not exist"),
        (
            {"sagemaker_submit_directory": "s3://bucket/key/0a1b.gz"},
            "The source s3://bucket/key/0a1b.gz is in S3, which this image does not reach. Give the archive "
            "as the input channel `code` and set the path /opt/ml/input/data/code/0a1b.gz instead.",
        ),
    ],
)
def test_a_script_that_is_not_there_is_a_failure_that_says_what_to_set(
    tmp_path: Path, image: str, hyperparameters: dict[str, str], reason: str
) -> None:
    folder = job(tmp_path, TELL, **hyperparameters)

    assert run_training(image, folder).code == 1
    assert failure(folder).startswith(reason)


@pytest.mark.parametrize("variable", ["SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"])
def test_an_empty_variable_leaves_the_choice_to_the_hyperparameters(
    tmp_path: Path, image: str, variable: str
) -> None:
    assert run_training(image, job(tmp_path, "print('ran')"), **{variable: ""}).output == "ran\n"


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        (
            "TRAIN",
            "FileNotFoundError: [Errno 2] No such file or directory: '{folder}/input/data/train/rows.csv'",
        ),
        ("TEST", "KeyError: 'SM_CHANNEL_TEST'"),
    ],
)
def test_a_channel_that_is_not_there_is_named_in_the_failure(
    tmp_path: Path, image: str, channel: str, reason: str
) -> None:
    folder = job(tmp_path, f"import os\nopen(os.environ['SM_CHANNEL_{channel}'] + '/rows.csv')\n")

    assert run_training(image, folder).code == 1
    assert failure(folder).startswith(reason.format(folder=folder) + "\nExecuteUserScriptError: fit.py")


def test_broken_job_files_are_a_failure(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, TELL)
    (folder / "input" / "config" / "hyperparameters.json").write_text("{")

    assert run_training(image, folder).code == 1
    assert "hyperparameters.json is not JSON" in failure(folder)


@pytest.mark.parametrize("arguments", [[], ["evaluate"], ["serve", "now"]])
def test_anything_but_serve_and_train_is_a_usage_error(
    tmp_path: Path, image: str, arguments: list[str]
) -> None:
    done = run_to_its_end(start(image, arguments, tmp_path), tmp_path)

    assert (done.returncode, done.stderr) == (2, f"usage: python -m {image} serve|train\n")


def _start(image: str, folder: Path, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    started = start(image, ["train"], folder)
    return subprocess.Popen(
        started.command,
        env=started.environment,
        stderr=stderr,
        cwd=folder,
    )


def _stopped(image: str, folder: Path) -> int:
    """Start the job, stop it once its script has begun, and give the exit code."""
    process = _start(image, folder, subprocess.DEVNULL)
    wait_until((folder / "model" / "begun").exists)
    process.terminate()
    return process.wait(timeout=PATIENCE)
