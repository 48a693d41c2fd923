"""`make demo`, the first command of the README, in a tree where nothing is trained; then `make serve`."""

import re
import signal
import subprocess

import pytest
from project import NOTHING_TO_INSTALL, Project

# Of 40 lines in all: five are of .venv, what is installed into it and node_modules, and the functions.
WITHOUT_INSTALLATION = 40 - 5
LOOKS_WRONG = re.compile(r"error|warning|traceback|program\.js|stack id|AWS::", re.IGNORECASE)


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stdout + done.stderr
    return (done.stderr + done.stdout).splitlines()


@pytest.fixture(scope="module")
def demo(fresh: Project) -> list[str]:
    return lines(fresh.make("demo"))


def test_it_is_short(demo: list[str]) -> None:
    assert len(demo) <= WITHOUT_INSTALLATION, "\n".join(demo)


def test_no_line_looks_like_an_error(demo: list[str]) -> None:
    assert [line for line in demo if LOOKS_WRONG.search(line)] == []


def test_it_names_its_phases_scores_serves_and_evaluates(demo: list[str]) -> None:
    said = "\n".join(demo)
    assert "training churn on build/data/churn.txt\n" in said
    assert re.search(r"scoring \d+ rows of the test part", said)
    assert re.search(r"^\d+ rows: f1 0\.\d+, accuracy", said, re.MULTILINE)
    assert '{"predictions":[{"churn":' in said
    assert "wrote build/reports/churn-evaluation.json" in said
    assert "build/demo/churn" in said


def test_its_logs_hold_what_it_did_not_print(demo: list[str], fresh: Project) -> None:
    logs = fresh.folder / "build"
    assert "Xgboost" in (logs / "demo" / "churn" / "train.log").read_text()
    assert "Successfully synthesized" in (logs / "logs" / "synth-dev.log").read_text()
    assert "ready after" in (logs / "demo" / "churn" / "serve.log").read_text()


def test_settings_that_are_wrong_end_a_synth_with_the_reason_first(fresh: Project) -> None:
    done = fresh.run("scripts/synth", "dev", "build/wrong", "--context", "regon=eu", PATH=path(fresh))
    reason, *_, last = done.stderr.splitlines()[1:]
    assert done.returncode == 1
    assert reason == "error: regon: there is no such setting"
    assert last.endswith("the log is build/logs/synth-dev.log")


def test_everything_is_served_until_it_is_told_to_stop(project: Project) -> None:
    """`make serve`, in the tree where churn and bank are trained."""
    errors = project.folder / "serve.err"
    with (
        errors.open("w") as stream,
        subprocess.Popen(
            ["make", NOTHING_TO_INSTALL, "serve"],
            cwd=project.folder,
            env=project.environment(),
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            start_new_session=True,
        ) as serving,
    ):
        assert serving.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = serving.stdout.readline()
            assert line, errors.read_text()
            said += line
        # As a terminal does, to everything in front.
        subprocess.run(["kill", "-INT", "--", f"-{serving.pid}"], check=True)
        assert serving.wait(60) in (0, -signal.SIGINT, 2, 130)
    assert ".venv/bin/slipway invoke churn" in said
    assert "error" not in errors.read_text().lower()


def path(project: Project) -> str:
    own = [str(project.folder / name) for name in (".venv/bin", "node_modules/.bin")]
    return ":".join([*own, project.environment()["PATH"]])
