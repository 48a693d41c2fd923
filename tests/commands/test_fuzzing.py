"""`make fuzz` for the same few inputs of each parser, and `python -m quality.fuzz.keep` on what it found.

Looking for new faults is left to `make fuzz` itself: a test that might find one would fail by chance.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from project import Project


def test_every_parser_is_fuzzed(project: Project) -> None:
    done = project.make("fuzz", "FUZZ_EXECUTIONS=500")

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((project.folder / "build" / "reports" / "fuzz.json").read_text())
    assert report["parsers_not_run"] == []
    assert report["faults"] == 0


def test_one_parser_is_fuzzed_alone(project: Project) -> None:
    python = str(project.folder / "build" / "fuzz" / "env" / "bin" / "python")
    site = next((project.folder / ".venv" / "lib").glob("python*/site-packages"))
    done = project.run(python, "-m", "quality.fuzz", "csv", "--seconds", "1", PYTHONPATH=str(site))
    assert done.returncode in (0, 2), done.stderr


def keep(project: Project, name: str, found: Mapping[str, bytes]) -> list[Path]:
    """The corpus of a parser, after fuzzing has found some inputs and those that are new have been kept."""
    folder = project.folder / "build" / "fuzz" / name / "corpus"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, data in found.items():
        (folder / path).write_bytes(data)
    done = project.run(".venv/bin/python", "-m", "quality.fuzz.keep", name)
    assert done.returncode == 0, done.stderr
    corpus = sorted((project.folder / "quality" / "fuzz" / "corpus" / name).iterdir())
    assert done.stdout == f"{name}: {len(corpus)} inputs\n"
    return corpus


@pytest.fixture
def corpus(project: Project) -> Path:
    """The corpus of hop-csv with one input, which no reader takes; atheris is installed."""
    assert project.make("build/fuzz/.installed").returncode == 0
    folder = project.folder / "quality" / "fuzz" / "corpus" / "hop-csv"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "no-number").write_bytes(b"x")
    return folder


def test_the_shortest_input_that_reaches_something_new_is_kept(project: Project, corpus: Path) -> None:
    found = {"longer": b"0.5000\n", "shorter": b"0.5\n", "nothing-new": b"y"}
    assert [path.read_bytes() for path in keep(project, "hop-csv", found)] == [b"0.5\n", b"x"]


def test_no_input_that_is_kept_is_long(project: Project, corpus: Path) -> None:
    kept = keep(project, "hop-csv", {"long": b"0.5\n" * 1000})
    assert [path.stat().st_size for path in kept] == [1024, 1]


def test_a_full_corpus_takes_no_more(project: Project, corpus: Path) -> None:
    for number in range(63):
        (corpus / f"full-{number}").write_bytes(b"x")
    assert len(keep(project, "hop-csv", {"new": b"0.5\n"})) == 64
