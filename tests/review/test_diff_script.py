"""scripts/diff in a small repository whose `cdk` copies what the tree holds."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest
from cloud_assemblies import STACK, data_rows, write
from small_repositories import commit, environment, git, queue, small_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path, "diff", "trees.bash")


@pytest.fixture
def run(repository: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the script, which must leave neither a worktree nor a folder behind."""

    def call(*arguments: str, quiet_seconds: int = 3600) -> subprocess.CompletedProcess[str]:
        finished = subprocess.run(
            [str(repository / "scripts" / "diff"), *arguments],
            env=environment(repository, QUIET_SECONDS=str(quiet_seconds)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert_nothing_is_left(repository)
        return finished

    return call


def assert_nothing_is_left(repository: Path) -> None:
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert [path.name for path in (repository / "build").iterdir()] == ["artifacts"]


def test_uncommitted_work_is_compared_with_the_commit(
    repository: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    write(repository / "assembly", {STACK: queue(2)})

    finished = run("main")

    assert finished.returncode == 0, finished.stderr
    assert data_rows(finished.stdout) == [["`Queue` SQS Queue", "`DelaySeconds`", "`1`", "`2`"]]
    assert finished.stderr == ""


def test_each_step_that_takes_its_time_is_told_with_how_long_it_took(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    finished = run("main", quiet_seconds=0)

    assert finished.returncode == 0
    lines = [re.sub(r"\d+ s$", "N s", line) for line in finished.stderr.splitlines()]
    steps = {
        "packaging the functions of main",
        "synthesizing main",
        "synthesizing the working tree",
        "asking the policies",
        "rehearsing the deployment",
        "comparing them",
        "adding up the cost",
    }
    # One that ends at once may end before it is told; none is told by half.
    begun = {line.removesuffix(" ...") for line in lines if line.endswith(" ...")}
    ended = {line.removesuffix(": N s") for line in lines if line.endswith(": N s")}
    assert begun == ended
    assert begun <= steps
    assert "comparing them" in begun


@pytest.mark.parametrize("signal", [SIGINT, SIGTERM])
def test_an_interrupted_run_ends_what_it_started_and_leaves_nothing(
    repository: Path, signal: Signals
) -> None:
    gate = repository / "build" / "artifacts" / "gate"
    os.mkfifo(gate)
    started = subprocess.Popen(
        [str(repository / "scripts" / "diff"), "main"],
        env=environment(repository, GATE=str(gate)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Open for writing as well, so that it does not end between the two.
    with os.fdopen(os.open(gate, os.O_RDWR)) as told:
        waiting = [told.readline().split() for _ in range(2)]
    gate.unlink()
    started.send_signal(signal)
    output, _ = started.communicate()

    assert output == ""
    assert started.returncode != 0
    assert_nothing_is_left(repository)
    assert {folder for folder, _ in waiting} > {str(repository)}
    assert not [process for _, process in waiting if is_running(process)]


def is_running(process: str) -> bool:
    status = Path("/proc", process, "status")
    # Ended, but not waited for by the process that adopted it.
    return status.exists() and "\nState:\tZ" not in status.read_text()


def test_a_tree_that_cannot_be_synthesized_is_named_with_the_reason(
    repository: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (repository / "broken").touch()

    working_tree = run("main")
    commit(repository)
    (repository / "broken").unlink()
    base = run("main")

    assert (working_tree.returncode, base.returncode) == (1, 1)
    assert "error: the working tree cannot be synthesized: app.py: cannot be read" in working_tree.stderr
    assert "error: main cannot be synthesized: app.py: cannot be read" in base.stderr
    assert working_tree.stdout + base.stdout == ""


def test_other_packages_in_the_base_are_told(
    repository: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (repository / "requirements.txt").write_text("newer\n")

    finished = run("main")

    assert finished.returncode == 0
    assert "note: main locks other packages" in finished.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give the git ref that is deployed, as in: make diff BASE=main"),
        ([""], "give the git ref"),
        (["elsewhere"], "elsewhere is not a git ref here"),
        (["--upload-pack=x"], "--upload-pack=x is not a git ref here"),
    ],
)
def test_what_is_no_commit_is_refused(
    run: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str], message: str
) -> None:
    finished = run(*arguments)

    assert finished.returncode == 1
    assert finished.stderr.startswith(f"error: {message}")
