"""scripts/rehearse_history in a small repository whose `cdk` copies what the tree holds."""

import subprocess
from pathlib import Path

import pytest
from cloud_assemblies import STACK, Declared, write
from small_repositories import commit, environment, git, queue, small_repository

SUBJECT = "A commit"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A history of two commits that change what the script takes for templates."""
    folder = small_repository(tmp_path, "rehearse_history", "trees.bash")
    change(folder, {"Queue": queue(2).resources["Queue"], "Topic": {"Type": "AWS::SNS::Topic"}})
    return folder


def change(folder: Path, resources: dict[str, object]) -> None:
    write(folder / "assembly", {STACK: Declared(resources)})
    (folder / "app.py").write_text(repr(resources))
    commit(folder)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    finished = subprocess.run(
        [str(folder / "scripts" / "rehearse_history"), *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(git(folder, "worktree", "list").splitlines()) == 1
    return finished


def outcomes(finished: subprocess.CompletedProcess[str]) -> list[list[str]]:
    """What each row says after its commit."""
    rows = finished.stdout.splitlines()[2:]
    return [row.strip("| ").split(" | ")[1:] for row in rows]


def test_each_commit_is_deployed_onto_nothing_and_over_its_predecessor(repository: Path) -> None:
    finished = run(repository)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert outcomes(finished) == [
        [SUBJECT, "create 1", "-"],
        [SUBJECT, "create 2", "create 1, update 1"],
    ]
    assert run(repository, "1").stdout.splitlines()[-1].endswith("| create 2 | - |")


def test_a_deployment_that_fails_is_in_the_table_with_its_kind(repository: Path) -> None:
    change(repository, {"Queue": {"Type": "AWS::SNS::Topic"}})

    finished = run(repository)

    assert finished.returncode == 1
    assert outcomes(finished)[-1][1] == "create 1"
    assert outcomes(finished)[-1][2].startswith("**type-changed** at shop: Update of resource type")
    assert "expected every commit to be deployed" in finished.stderr


def test_a_commit_that_does_not_synthesize_is_named_and_its_successor_compared_with_the_one_before(
    repository: Path,
) -> None:
    (repository / "broken").touch()
    change(repository, {"Queue": queue(3).resources["Queue"]})
    (repository / "broken").unlink()
    change(repository, {"Queue": queue(4).resources["Queue"]})

    finished = run(repository)

    assert finished.returncode == 0
    assert "does not synthesize with today's packages, and is left out: A commit" in finished.stderr
    assert [row[2] for row in outcomes(finished)] == ["-", "create 1, update 1", "update 1, delete 1"]


def test_what_was_synthesized_is_kept(repository: Path) -> None:
    first = run(repository)
    (repository / ".venv" / "bin" / "cdk").write_text("exit 1")

    assert run(repository).stdout == first.stdout
