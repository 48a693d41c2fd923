"""What steps of .github/workflows do, run as the runner runs them, with `make` and `gh` played."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from assemblies import ROOT

from review.verdict.finding import Finding, Severity
from review.verdict_report import verdict_lines

WORKFLOWS = ROOT / ".github" / "workflows"


def workflow(name: str) -> Any:
    return yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())


class Runner:
    """Runs single steps; what a step writes to GitHub's files is there afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._tools = folder, folder / "tools"
        self._tools.mkdir()

    def play(self, tool: str, script: str) -> None:
        (self._tools / tool).write_text(f"#!/usr/bin/env bash\n{script}\n")
        (self._tools / tool).chmod(0o755)

    def run(self, name: str, job: str, step: str, **env: str) -> subprocess.CompletedProcess[str]:
        document = workflow(name)
        [found] = [one for one in document["jobs"][job]["steps"] if one.get("id") == step]
        shell = document.get("defaults", {}).get("run", {}).get("shell", "")
        # GitHub adds pipefail where the shell is named, and only there.
        flags = ["-eo", "pipefail"] if shell == "bash" else ["-e"]
        return subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", *flags, "-c", found["run"]],
            cwd=self._folder,
            env={
                "PATH": f"{self._tools}:{os.environ['PATH']}",
                "RUNNER_TEMP": str(self._folder),
                "GITHUB_OUTPUT": str(self._folder / "output"),
                "GITHUB_STEP_SUMMARY": str(self._folder / "summary"),
                **{key: str(value) for key, value in found.get("env", {}).items() if "${{" not in str(value)},
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def outputs(self) -> Mapping[str, str]:
        return dict(line.split("=", 1) for line in (self._folder / "output").read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def findings(*severities: Severity) -> str:
    return "\n".join(verdict_lines([Finding(one, "shop", "", "it is so") for one in severities], opens=False))


@pytest.mark.parametrize(
    ("severities", "labels"),
    [
        ((), []),
        ((Severity.REPLACES, Severity.FAILS), []),
        ((Severity.DELETES,), ["deletes data"]),
        ((Severity.WEAKENS, Severity.DELETES), ["deletes data", "weakens security"]),
    ],
)
def test_a_verdict_that_loses_or_weakens_needs_its_label(
    runner: Runner, tmp_path: Path, severities: tuple[Severity, ...], labels: list[str]
) -> None:
    (tmp_path / "whole.md").write_text(findings(*severities) + "\n")

    done = runner.run("diff", "diff", "labels")

    assert done.returncode == 0, done.stderr
    assert json.loads(runner.outputs["needed"]) == labels


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ([], ["deletes data", "weakens security"]),
        (["weakens security", "docs"], ["deletes data"]),
        (["deletes data", "weakens security"], []),
    ],
)
def test_a_label_that_is_missing_fails_the_check_and_is_named(
    runner: Runner, given: list[str], missing: list[str]
) -> None:
    needed = json.dumps(["deletes data", "weakens security"])

    done = runner.run("diff", "labels", "check", NEEDED=needed, GIVEN=json.dumps(given))

    assert (done.returncode == 0) == (not missing)
    assert [line.rpartition('label "')[2] for line in done.stdout.splitlines()] == [
        f'{one}".' for one in missing
    ]


def test_what_was_deployed_last_with_success_is_the_base(runner: Runner) -> None:
    nodes = [("a", "INACTIVE"), ("b", "SUCCESS"), ("c", "FAILURE")]
    runner.play("gh", f'{answer(nodes)} | jq --raw-output "${{@: -1}}"')

    done = runner.run("deploy", "rehearse", "deployed", ENVIRONMENT="prod")

    assert done.returncode == 0, done.stderr
    assert runner.outputs == {"commit": "b"}


def test_where_nothing_was_deployed_with_success_the_base_is_an_empty_account(runner: Runner) -> None:
    runner.play("gh", f'{answer([("c", "FAILURE")])} | jq --raw-output "${{@: -1}}"')

    runner.run("deploy", "rehearse", "deployed", ENVIRONMENT="prod")

    assert runner.outputs == {"commit": "empty"}


def answer(deployments: list[tuple[str, str]]) -> str:
    nodes = [{"commitOid": commit, "latestStatus": {"state": state}} for commit, state in deployments]
    return f"echo '{json.dumps({'data': {'repository': {'deployments': {'nodes': nodes}}}})}'"


def test_a_rehearsal_that_fails_keeps_the_assembly_from_being_handed_over(
    runner: Runner, tmp_path: Path
) -> None:
    runner.play("make", '[[ $2 != rehearse ]] || { echo "**It fails**"; exit 2; }')

    done = runner.run("deploy", "rehearse", "rehearse", BASE="empty", ENVIRONMENT="prod")

    assert done.returncode != 0
    assert (tmp_path / "summary").read_text() == "**It fails**\n"
    assert not (tmp_path / "assembly.tar.gz").exists()


def test_what_was_rehearsed_is_handed_over(runner: Runner, tmp_path: Path) -> None:
    runner.play("make", 'echo "$2 $3 $4"; mkdir -p cdk.out; touch package.json package-lock.json')

    done = runner.run("deploy", "rehearse", "rehearse", BASE="empty", ENVIRONMENT="prod")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "summary").read_text() == "rehearse BASE=empty ENV=prod\n"
    assert (tmp_path / "assembly.tar.gz").exists()


def test_prod_comes_after_dev_by_the_same_steps() -> None:
    jobs = workflow("promote")["jobs"]
    assert jobs["prod"]["needs"] == "dev"
    assert {name: (one["uses"], one["with"]) for name, one in jobs.items()} == {
        name: ("./.github/workflows/deploy.yml", {"environment": name}) for name in ("dev", "prod")
    }


def test_the_job_that_may_assume_a_role_runs_no_code_of_the_repository() -> None:
    jobs = workflow("deploy")["jobs"]
    trusted = {name for name, one in jobs.items() if "id-token" in one["permissions"]}
    assert trusted == {"deploy"}
    said = json.dumps(jobs["deploy"]["steps"])
    assert "actions/checkout" not in said
    assert "make" not in said
    assert "--ignore-scripts" in said
    assert jobs["deploy"]["environment"] == "${{ inputs.environment }}"
