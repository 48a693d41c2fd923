"""What is written and said of the templates of both environments, which are synthesized once for it."""

import json
import re

import pytest
from project import NOTHING_TO_INSTALL, Project


def said_by(project: Project, *command: str) -> str:
    """What a command that succeeds prints, to standard output and standard error."""
    done = project.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def written(project: Project) -> Project:
    """The copy after `make snapshots`."""
    said_by(project, "make", NOTHING_TO_INSTALL, "snapshots")
    return project


def test_the_committed_snapshots_are_what_it_writes(written: Project) -> None:
    assert said_by(written, "git", "status", "--porcelain", "tests/snapshots") == ""


def test_destroying_dev_leaves_what_is_expected(written: Project) -> None:
    said = said_by(written, "make", NOTHING_TO_INSTALL, "destroy-check")
    assert re.search(r"^\d+ stay, 0 of them unexpected;", said, re.MULTILINE)


def test_what_an_environment_costs_is_printed(written: Project) -> None:
    said = said_by(written, "make", NOTHING_TO_INSTALL, "cost")
    assert re.search(r"^\| churn \| \d+\.\d\d \|", said, re.MULTILINE)
    report = json.loads((written.folder / "build/reports/cost.json").read_text())
    assert report["usd"]["churn"]["month"] > 0


def test_the_committed_policies_of_the_deploying_role_are_what_it_writes(written: Project) -> None:
    said = said_by(written, "make", NOTHING_TO_INSTALL, "deploy-policy")
    assert re.search(
        r"^deploy/dev/deploy-slipway-dev-1.json: \d,\d+ of 6,144 characters$", said, re.MULTILINE
    )
    assert said_by(written, "git", "status", "--porcelain", "deploy") == ""


def test_a_first_deployment_is_rehearsed(written: Project) -> None:
    said = said_by(written, "make", NOTHING_TO_INSTALL, "rehearse", "BASE=empty")
    assert re.search(r"^\*\*It works:\*\* \d+ stacks are created", said, re.MULTILINE)
