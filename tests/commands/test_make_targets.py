"""Targets of the Makefile that README and docs name, each in its smallest form, in a copy of the tree."""

import json
import os
import re
import shutil
import subprocess

import pytest
from project import Project


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """What it printed to standard output and standard error."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_help_names_every_target(project: Project) -> None:
    said = succeeded(project.make("help"))
    targets = re.findall(r"^([a-z-]+):.*## ", (project.folder / "Makefile").read_text(), re.MULTILINE)
    assert [line.split()[0] for line in said.splitlines()] == targets


def test_train_publishes_a_model_and_functions_are_packaged(project: Project) -> None:
    said = succeeded(project.make("train"))
    assert "wrote build/artifacts/churn/postprocess/model.tar.gz" in said
    assert "registered slipway-dev-churn/" in said
    succeeded(project.make("functions"))


def test_synth_says_in_words_what_is_not_ready(project: Project) -> None:
    said = succeeded(project.make("synth"))
    assert "slipway-dev-translation-serving is not ready to be deployed: no trained seq2seq" in said
    assert "ERROR" not in said


@pytest.mark.parametrize(
    ("variable", "fault"),
    [
        ("ENV=staging", "ENV: expected dev or prod, got staging"),
        ("DATA=/nonexistent", "DATA=/nonexistent: no such file or folder"),
        ("WORKLOAD=", "WORKLOAD is empty; expected one of "),
    ],
)
def test_a_variable_that_cannot_be_meant_is_refused_in_one_line(
    project: Project, variable: str, fault: str
) -> None:
    done = project.make("demo", variable)
    assert done.returncode != 0
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert fault in line


def test_a_version_that_is_approved_is_released(project: Project) -> None:
    missing = project.make("release")
    assert missing.returncode != 0
    assert "error: VERSION is missing; see: .venv/bin/slipway models churn" in missing.stderr

    versions = succeeded(project.slipway("models", "churn")).splitlines()[1:]
    version = versions[-1].split("\t")[0]
    succeeded(project.slipway("models", "churn", "approve", version))
    assert "wrote releases/churn.json" in succeeded(project.make("release", f"VERSION={version}"))
    release = json.loads((project.folder / "releases" / "churn.json").read_text())
    assert str(release["version"]) == version
    (project.folder / "releases" / "churn.json").unlink()


def test_weights_that_a_training_begins_with_are_fetched_once(project: Project) -> None:
    fetches = project.folder / "scripts" / "fetch_weights.py"
    published = fetches.read_text()
    weights = project.folder / "build" / "data" / "weights" / "minilm"
    shutil.rmtree(weights, ignore_errors=True)
    # Another time it would fail: the folder is there.
    fetches.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).mkdir()\n")
    try:
        succeeded(project.make("pretrained", "WORKLOAD=emoji"))
        assert weights.is_dir()
        succeeded(project.make("pretrained", "WORKLOAD=emoji"))
        weights.rmdir()
    finally:
        fetches.write_text(published)
    succeeded(project.make("pretrained", "WORKLOAD=churn"))
    assert not weights.exists()


def test_weights_are_packed(project: Project) -> None:
    folder = project.folder / "weights"
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "source.spm"):
        (folder / name).write_text("{}")

    assert project.make("weights").returncode != 0
    succeeded(project.make("weights", "WEIGHTS=weights"))

    assert list((project.folder / "build" / "artifacts" / "translation").rglob("model.tar.gz"))


def test_one_lock_is_compiled_and_stays_as_it_is(project: Project) -> None:
    lock = project.folder / "requirements-bootstrap.txt"
    before = lock.read_text()

    succeeded(project.make("lock", "LOCKS=requirements-bootstrap", "HEAVY_LOCKS="))

    assert lock.read_text() == before


def test_a_diff_with_the_same_tree_is_safe(project: Project) -> None:
    assert "## Cost\n\nThe cost does not change.\n" in succeeded(project.make("diff", "BASE=HEAD"))


def test_a_change_is_tested_by_its_folders_tests(project: Project) -> None:
    planted = project.folder / "tests" / "assembly" / "test_planted.py"
    planted.write_text("def test_that_fails() -> None:\n    assert not __name__\n")
    try:
        done = project.make("test-fast", "BASE=HEAD")
    finally:
        planted.unlink()
    assert done.returncode != 0
    assert "tests/assembly/test_planted.py:2: AssertionError" in done.stdout
    assert re.search(r"^1 failed, \d+ passed", done.stdout, re.MULTILINE), done.stdout


def test_our_policies_read_an_assembly(project: Project) -> None:
    done = project.run(".venv/bin/python", "-m", "stacks.policies", "dev", "cdk.out")
    assert re.search(r"^dev: \d+ findings of \d+ rules$", done.stderr, re.MULTILINE), done.stderr


def test_clean_removes_what_was_built_and_nothing_else(fresh: Project) -> None:
    (fresh.folder / "cdk.out").mkdir()
    succeeded(fresh.make("clean"))
    assert not (fresh.folder / "build").exists()
    assert not (fresh.folder / "cdk.out").exists()
    assert (fresh.folder / ".venv" / "bin" / "python").exists()


@pytest.mark.parametrize("engine", ["podman", "docker", "buildah"])
def test_images_are_asked_of_the_engine_that_is_named(project: Project, engine: str) -> None:
    """With one that does not work: what is built in one is for .ci/run, where there is one."""
    engines = project.folder / "engines"
    engines.mkdir(exist_ok=True)
    (engines / engine).write_text("#!/bin/sh\nexit 1\n")
    (engines / engine).chmod(0o755)

    done = project.make("images", f"ENGINE={engine}", PATH=f"{engines}:{os.environ['PATH']}")

    assert done.returncode != 0
    assert f"error: no container engine can be used: `{engine} info` says" in done.stderr
