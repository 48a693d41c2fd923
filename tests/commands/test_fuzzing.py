"""`make fuzz` for the same few inputs of each parser, and `python -m fuzz.keep` on what it found.

Looking for new faults is left to `make fuzz` itself: a test that might find one would fail by chance.
"""

import json

from project import Project


def test_every_parser_is_fuzzed_and_what_is_new_can_be_kept(project: Project) -> None:
    done = project.make("fuzz", "FUZZ_EXECUTIONS=500")

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((project.folder / "build" / "reports" / "fuzz.json").read_text())
    assert report["parsers_not_run"] == []
    assert report["faults"] == 0
    name = report["targets"][0]["target"]
    kept = project.run(".venv/bin/python", "-m", "fuzz.keep", name)
    assert kept.returncode == 0, kept.stderr
    assert kept.stdout.startswith(f"{name}: ")


def test_one_parser_is_fuzzed_alone(project: Project) -> None:
    python = str(project.folder / "build" / "fuzz" / "env" / "bin" / "python")
    site = next((project.folder / ".venv" / "lib").glob("python*/site-packages"))
    done = project.run(python, "-m", "fuzz", "csv", "--seconds", "1", PYTHONPATH=str(site))
    assert done.returncode in (0, 2), done.stderr
