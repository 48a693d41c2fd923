"""What a training job's program may be, and how each kind is run in both script-mode images."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from container_process import run_training, start, wait_until, write_job
from patience import PATIENCE
from toolkit import entry_point
from toolkit.errors import ContainerProblem

NAME = 'it\'s a "name" $HOME'
ARGUMENTS = ["-n", "5", "--name", NAME]
TELL = (
    "import json, os, sys\n"
    "told = {'arguments': sys.argv[1:], 'cwd': os.getcwd(), 'package': __package__, 'file': __file__}\n"
    "json.dump(told, open(os.environ['SM_MODEL_DIR'] + '/told.json', 'w'))\n"
)
SHELL = '#!/bin/sh\nset -e\nprintf "%s\\n" "$PWD" "$SM_USER_ENTRY_POINT" "$@" > "$SM_MODEL_DIR/told"\n'


def files(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("program", "names", "shown"),
    [
        ("fit.py", {"fit.py": ""}, "fit.py"),
        ("jobs/fit.py", {"jobs/fit.py": ""}, "jobs/fit.py"),
        ("fit.py", {"fit.py": "", "pyproject.toml": "[project]"}, "fit.py"),
        ("fit.py", {"fit.py": "", "setup.py": ""}, "-m fit"),
        ("churn.fit", {"churn/fit.py": "", "setup.py": ""}, "-m churn.fit"),
        ("churn.fit.py", {"churn/fit.py": "", "setup.py": ""}, "-m churn.fit"),
        ("churn/fit.py", {"churn/fit.py": ""}, "churn/fit.py"),
        ("churn", {"churn/__main__.py": "", "setup.py": ""}, "-m churn"),
        ("fit.py", {"src/fit.py": "", "setup.py": ""}, "-m fit"),
        ("churn.fit", {"src/churn/fit.py": "", "setup.py": ""}, "-m churn.fit"),
        ("-m churn.fit", {"churn/fit.py": "", "pyproject.toml": ""}, "-m churn.fit"),
        ("fit.sh", {"fit.sh": ""}, "./fit.sh"),
        ("fit.sh", {"fit.sh": "", "setup.py": ""}, "./fit.sh"),
        ("jobs/fit.sh", {"jobs/fit.sh": ""}, "./jobs/fit.sh"),
        ("run", {"run": "#!/bin/sh\n"}, "./run"),
    ],
)
def test_the_kind_of_program_is_chosen_as_the_toolkit_does(
    tmp_path: Path, program: str, names: dict[str, str], shown: str
) -> None:
    assert entry_point.find(program, files(tmp_path, names), []).shown == shown


def test_a_python_program_is_run_by_the_images_python(tmp_path: Path) -> None:
    entry = entry_point.find("fit.py", files(tmp_path, {"fit.py": ""}), ["--a", "1"])

    assert (entry.command, entry.is_python) == ([sys.executable, "fit.py", "--a", "1"], True)


def test_a_command_is_made_executable_and_its_arguments_are_quoted(tmp_path: Path) -> None:
    entry = entry_point.find("fit.sh", files(tmp_path, {"fit.sh": ""}), ["--a", "b c'd;$(e)"])

    assert entry.command == ["/bin/sh", "-c", """exec ./fit.sh --a 'b c'"'"'d;$(e)'"""]
    assert os.access(tmp_path / "fit.sh", os.X_OK)


@pytest.mark.parametrize(
    ("program", "names", "message"),
    [
        ("fit.py", {}, "sagemaker_program is fit.py, and there is no such file in"),
        ("fit.sh", {}, "sagemaker_program is fit.sh, and there is no such file in"),
        ("fit", {}, "sagemaker_program is fit, and there is no such file in"),
        ("churn", {"churn/__init__.py": ""}, "a folder; name `-m churn` or add a setup.py to run it"),
        ("fit.py", {"setup.py": ""}, "run as `python -m fit`, and .* has neither fit.py nor fit/__main__.py"),
        *(
            (
                program,
                {"setup.py": "", "fit.py": "", "churn/fit.py": "", "src/churn/fit.py": ""},
                f"sagemaker_program is {program}; beside a setup.py .* a module's name: expected {name}[.]$",
            )
            for program, name in [
                ("churn/fit.py", "churn[.]fit"),
                ("churn/fit", "churn[.]fit"),
                ("./churn/fit.py", "churn[.]fit"),
                ("src/churn/fit.py", "churn[.]fit"),
                ("./fit.py", "fit"),
                ("-m churn.fit", "churn[.]fit"),
            ]
        ),
        ("-m churn", {"churn/__init__.py": ""}, "has neither churn.py nor churn/__main__.py"),
        ("fit.sh", {"fit.sh": "#!/bin/sh\r\necho\r\n"}, "ends its lines with CRLF; save it with LF"),
        ("fit.sh", {"fit.sh": "#!/opt/no/shell\n"}, "wants /opt/no/shell, which the image does not have"),
    ],
)
def test_what_could_not_run_is_refused_by_name(
    tmp_path: Path, program: str, names: dict[str, str], message: str
) -> None:
    with pytest.raises(ContainerProblem, match=message):
        entry_point.find(program, files(tmp_path, names), [])


@pytest.fixture(params=["toolkit", "scikit_learn_image"])
def image(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def job(folder: Path, program: str, texts: Mapping[str, str]) -> Path:
    """A job whose source is a folder of a channel."""
    submitted = "/opt/ml/input/data/code"
    hyperparameters = {"sagemaker_program": program, "sagemaker_submit_directory": submitted}
    encoded = {name: json.dumps(value) for name, value in hyperparameters.items()}
    write_job(folder, {**encoded, "name": json.dumps(NAME), "n": "5"}, {"code": "application/x-tar"})
    files(folder / "input" / "data" / "code", texts)
    return folder


def told(image: str, folder: Path) -> dict[str, object]:
    done = run_training(image, folder)
    assert done.code == 0, done.log
    return json.loads((folder / "model" / "told.json").read_text())  # type: ignore[no-any-return]


def test_a_folder_of_code_is_copied_to_code_where_the_program_runs(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "jobs/fit.py", {"jobs/fit.py": TELL})

    seen = told(image, folder)

    assert seen["arguments"] == ARGUMENTS
    assert seen["cwd"] == str(folder / "code")
    assert (folder / "code" / "jobs" / "fit.py").is_file()


def test_a_shell_script_runs_in_code_with_the_hyperparameters(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "fit.sh", {"fit.sh": SHELL})

    done = run_training(image, folder)

    assert done.code == 0, done.log
    lines = (folder / "model" / "told").read_text().splitlines()
    assert lines[:2] == [str(folder / "code"), "fit.sh"]
    assert lines[2:] == ARGUMENTS
    assert (folder / "output" / "success").exists()


def test_a_shell_script_without_a_first_line_may_call_python(tmp_path: Path, image: str) -> None:
    folder = job(tmp_path, "fit.sh", {"fit.sh": 'python fit.py "$@"\n', "fit.py": TELL})

    assert told(image, folder)["cwd"] == str(folder / "code")


def test_the_signal_that_stops_the_job_reaches_a_shell_script(tmp_path: Path, image: str) -> None:
    on_signal = "trap 'kill $!; touch $SM_MODEL_DIR/saved; exit 0' TERM\n"
    text = on_signal + "sleep 60 &\ntouch $SM_MODEL_DIR/begun\nwait\n"
    folder = job(tmp_path, "fit.sh", {"fit.sh": text})
    started = start(image, ["train"], folder)
    process = subprocess.Popen(
        started.command, env=started.environment, stderr=subprocess.DEVNULL, cwd=folder
    )

    wait_until((folder / "model" / "begun").exists)
    process.terminate()

    assert process.wait(timeout=PATIENCE) == 0
    assert (folder / "model" / "saved").exists()


def test_a_package_runs_as_a_module_that_may_import_its_own(tmp_path: Path, image: str) -> None:
    folder = job(
        tmp_path,
        "churn.fit",
        {
            "setup.py": "from setuptools import setup\nsetup(name='churn', packages=['churn'])\n",
            "src/helper.py": "VALUE = 1\n",
            "churn/__init__.py": "",
            "churn/rows.py": "ROWS = 2\n",
            "churn/fit.py": "from .rows import ROWS\nimport helper\n" + TELL,
        },
    )

    assert told(image, folder)["package"] == "churn"


def test_a_training_script_may_import_the_toolkits(tmp_path: Path, image: str) -> None:
    script = (
        "import sagemaker_containers\n"
        "from sagemaker_training import environment\n"
        "env = sagemaker_containers.training_env()\n"
        "assert env.hyperparameters['n'] == 5 == environment.Environment().hyperparameters['n']\n"
        "open(env.model_dir + '/model', 'w').close()\n"
    )
    folder = job(tmp_path, "fit.py", {"fit.py": script})

    done = run_training(image, folder)

    assert done.code == 0, done.log
    assert (folder / "model" / "model").exists()


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"fit.sh": "echo no rows >&2\nexit 3\n"}, "no rows\nExecuteUserScriptError: ./fit.sh"),
        ({"fit.sh": "exit 3\n"}, "fit.sh exited with code 3\nExecuteUserScriptError: ./fit.sh"),
        ({"fit.sh": "kill -9 $$\n"}, "fit.sh was ended by signal SIGKILL\n"),
        (
            {"fit.sh": "python fit.py\n", "fit.py": "raise ValueError('no label')\n"},
            "ValueError: no label\nExecuteUserScriptError: ./fit.sh",
        ),
        ({"fit.sh": "#!/bin/sh\r\n"}, "fit.sh ends its lines with CRLF"),
    ],
)
def test_a_shell_scripts_failure_is_the_jobs(
    tmp_path: Path, image: str, texts: dict[str, str], reason: str
) -> None:
    folder = job(tmp_path, "fit.sh", texts)

    assert run_training(image, folder).code == 1
    assert (folder / "output" / "failure").read_text().startswith(reason)


def test_a_module_that_a_training_script_misses_is_named_with_what_to_do(tmp_path: Path, image: str) -> None:
    folder = job(
        tmp_path,
        "fit.py",
        {"fit.py": "import nothing_of_this_name\n", "requirements.txt": "nothing-of-this-name\n"},
    )

    done = run_training(image, folder)

    assert (
        (folder / "output" / "failure")
        .read_text()
        .startswith(
            "ModuleNotFoundError: No module named 'nothing_of_this_name'. The image does not have it: put "
            "nothing_of_this_name beside the script, or into an image of your own. Nothing of "
            "requirements.txt is installed.\n"
        )
    )
    assert "requirements.txt is not installed: the image has no nothing-of-this-name" in done.log


def test_the_environment_may_name_the_program(tmp_path: Path, image: str) -> None:
    write_job(tmp_path, {"n": "5"}, {})
    files(tmp_path / "elsewhere", {"fit.py": TELL})
    variables = {"SAGEMAKER_PROGRAM": "fit.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(tmp_path / "elsewhere")}

    assert run_training(image, tmp_path, **variables).code == 0
    assert json.loads((tmp_path / "model" / "told.json").read_text())["cwd"] == str(tmp_path / "code")
