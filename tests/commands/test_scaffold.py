"""make workload: both kinds of a new workload are written into a copy of the tree, and run there."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from assemblies import ROOT
from project import Project

from scaffold.__main__ import KINDS, rendered, write
from stacks.workloads.shared.record import WorkloadError, workloads

NAMES: Mapping[str, str] = {"xgboost": "fraud", "script": "claims"}
# Written anew by what make workload ends with, from the templates and the records.
GENERATED = {"README.md", "docs/acknowledged-findings.md", "docs/api.md", "docs/cost.md"}
# The stacks whose roles list the prefixes of every workload.
EXPLORING = {
    str(path.relative_to(ROOT))
    for path in (ROOT / "tests" / "snapshots").rglob("*.yaml")
    if all(f"/{one.name}/*" in path.read_text(encoding="utf-8") for one in workloads())
}


def git(project: Project, *arguments: str) -> list[str]:
    done = project.run("git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def extended(project: Project) -> Project:
    """The copy with a workload of each kind; the first is written as a user writes it."""
    first, *others = KINDS
    for kind in others:
        done = project.run(sys.executable, "-m", "scaffold", NAMES[kind], "--kind", kind)
        assert done.returncode == 0, done.stderr
    done = project.make("workload", f"NAME={NAMES[first]}", f"KIND={first}")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_each_kind_is_tried() -> None:
    assert set(NAMES) == set(KINDS)


def test_no_source_line_is_changed_only_generated_pages_and_snapshots(extended: Project) -> None:
    changed = {line.split("\t")[2]: line.split("\t")[1] for line in git(extended, "diff", "--numstat")}
    assert set(changed) == GENERATED | EXPLORING
    assert changed["README.md"] == "0"


@pytest.mark.parametrize("name", NAMES.values())
def test_a_new_workload_trains_serves_and_answers_through_its_api(extended: Project, name: str) -> None:
    done = extended.make("demo", f"WORKLOAD={name}")
    assert done.returncode == 0, done.stdout + done.stderr
    [answer] = [line for line in done.stdout.splitlines() if line.startswith('{"predictions"')]
    [prediction] = json.loads(answer)["predictions"]
    assert 0 < prediction["score"] < 1
    report = json.loads((extended.folder / "build" / "reports" / f"{name}-evaluation.json").read_text())
    assert report["auc"] > 0.8


def test_what_is_written_is_formatted_and_without_findings(extended: Project) -> None:
    for command in (["format", "--check"], ["check"]):
        done = extended.run(sys.executable, "-m", "ruff", *command, "--quiet", ".")
        assert done.returncode == 0, done.stdout


def test_its_own_tests_and_those_that_read_the_records_pass(extended: Project) -> None:
    own = [str(path.relative_to(extended.folder)) for path in _tests(extended.folder)]
    assert len(own) == 7
    records = ["tests/stacks/workloads/shared/test_record.py", "tests/test_workload_lists.py"]
    generated = [f"tests/quality/checks/test_{name}.py" for name in ("workload_table", "checks", "teardown")]
    platform = ["tests/stacks/platform/test_workbench.py"]
    done = extended.run(sys.executable, "-m", "pytest", "-q", *own, *records, *generated, *platform)
    assert done.returncode == 0, done.stdout[-5000:]


def _tests(folder: Path) -> list[Path]:
    return sorted(path for name in NAMES.values() for path in (folder / "tests").rglob(f"test_{name}*.py"))


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["NAME="], "error: NAME is missing"),
        (["NAME=my-fraud"], "error: a workload cannot be called 'my-fraud'"),
        (["NAME=lambda"], "error: a workload cannot be called 'lambda'"),
        ([f"NAME={workloads()[0].name}"], f"error: there is a workload {workloads()[0].name} already"),
        (["NAME=fresh", "KIND=forest"], "invalid choice: 'forest'"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused_and_nothing_is_written(
    project: Project, arguments: list[str], fault: str
) -> None:
    before = git(project, "status", "--porcelain")
    done = project.make("workload", *arguments)
    assert done.returncode != 0
    assert fault in done.stderr
    assert git(project, "status", "--porcelain") == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_is_kept_and_nothing_is_written_beside_it(tmp_path: Path, kind: str) -> None:
    texts = rendered("fraud", kind)
    taken = tmp_path / list(texts)[-1]
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")

    with pytest.raises(FileExistsError, match="is there already; choose another name, or remove it"):
        write(tmp_path, texts)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [taken]
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("name", ["test_serve.py", "test_serve_api.py", "test_serve_stacks.py"])
def test_a_test_module_of_that_name_anywhere_keeps_the_workload_from_it(tmp_path: Path, name: str) -> None:
    taken = tmp_path / "tests" / "elsewhere" / name
    taken.parent.mkdir(parents=True)
    taken.touch()
    with pytest.raises(FileExistsError, match=f"tests/elsewhere/{name} is there already"):
        write(tmp_path, rendered("serve", "xgboost"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [taken]


def test_a_name_that_is_taken_is_refused_before_anything_is_rendered() -> None:
    with pytest.raises(WorkloadError, match="choose another name"):
        rendered(workloads()[0].name, "xgboost")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a", "averyverylongname20"])
def test_whatever_its_name_the_modules_are_python(tmp_path: Path, kind: str, name: str) -> None:
    write(tmp_path, rendered(name, kind))
    compiled = subprocess.run(
        [sys.executable, "-m", "compileall", "-q", tmp_path], capture_output=True, text=True, check=False
    )
    assert compiled.returncode == 0, compiled.stdout
