"""scripts/diff in a small repository whose `cdk` copies what the tree holds."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest
from assemblies import ROOT
from cloud_assemblies import STACK, Declared, data_rows, write

GIT = shutil.which("git") or "git"
# Leaves the assembly of the tree it stands in; a tree with a file `broken` does not synthesize. Given a GATE,
# it says there where and which process it is, and waits; when it is ended, it writes once more.
CDK = """#!/usr/bin/env bash
set -eu
[[ ! -e broken ]] || { echo "app.py: cannot be read" >&2; exit 1; }
while [[ $1 != --output ]]; do shift; done
if [[ -n ${GATE:-} ]]; then
	late() { while kill -0 $$ 2>/dev/null; do sleep 0.01; done; mkdir -p "$output"; exit; }
	output=$2
	(trap late TERM; echo "$PWD $BASHPID" >"$GATE"; sleep 3600) &
	wait
fi
mkdir "$2" && cp assembly/* "$2"
[[ $(cat build/artifacts/model) == "of the working tree" ]] || rm "$2/manifest.json"
"""


def queue(delay: int) -> Declared:
    return Declared({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}}})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit with a stack whose queue waits one second, and the tools that the script calls."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "diff", tmp_path / "scripts")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "cdk").write_text(CDK)
    (tools / "cdk").chmod(0o755)
    (tools / "python").write_text(f'#!/usr/bin/env bash\nexec {sys.executable} "$@"\n')
    (tools / "python").chmod(0o755)
    for name in ("cdk.json", "requirements.txt", "package-lock.json"):
        (tmp_path / name).write_text("{}\n")
    (tmp_path / ".gitignore").write_text("build/\n.venv/\n")
    write(tmp_path / "assembly", {STACK: queue(1)})
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    models = tmp_path / "build" / "artifacts"
    models.mkdir(parents=True)
    (models / "model").write_text("of the working tree")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(
        [GIT, *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A commit")


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


def environment(repository: Path, **more: str) -> dict[str, str]:
    path = "/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(repository), **more}


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
