"""scripts/model_code.py, which make calls."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from assemblies import MODELS
from patience import PATIENCE

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "model_code.py"


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_workload_that_does_not_exist_is_an_error_that_names_those_that_do() -> None:
    done = call("nosuch/sample", "--output", "nothing.txt")
    assert done.returncode == 1
    known = ", ".join(MODELS)
    assert done.stderr == f"error: there is no folder model_code/nosuch/sample; workloads: {known}\n"


def test_without_arguments_the_usage_is_printed() -> None:
    done = call()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: model_code.py [-h] folder")


@pytest.mark.parametrize("folder", ["emoji", "shared/tweets", ""])
def test_a_folder_that_is_no_program_is_an_error(folder: str) -> None:
    done = call(folder)
    assert done.returncode == 1
    assert done.stderr == f"error: model_code/{folder} cannot be run: it has no __main__.py\n"


def test_options_behind_the_folder_are_those_of_what_is_run() -> None:
    done = call("emoji/one_tweet", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: one_tweet ")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_ends_it_without_a_word(tmp_path: Path, unbuffered: str) -> None:
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n")
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, SCRIPT, "emoji/one_tweet", "I am good", "--weights", tmp_path],
            stdout=nobody,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
