"""What measures, each with little of everything: that it runs to its end, and what it writes."""

import json

from project import Project


def run(project: Project, *arguments: str) -> str:
    done = project.make(*arguments, "SMALLEST=--smallest")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_promise_is_measured(project: Project) -> None:
    said = run(project, "resilience")

    report = json.loads((project.folder / "build" / "reports" / "resilience-smallest.json").read_text())
    names = [one["name"] for one in report["promises"]]
    assert names == ["abuse", "kills", "spoilt", "overload", "replacement", "archives"]
    assert "BROKEN" not in said


def test_one_promise_is_measured_alone(project: Project) -> None:
    assert "abuse" not in run(project, "resilience", "PROMISE=archives")


def test_the_containers_are_measured_beside_the_usual_way(project: Project) -> None:
    page = (project.folder / "docs" / "performance.md").read_text()

    said = run(project, "bench")

    report = json.loads((project.folder / "build" / "bench" / "smallest.json").read_text())
    assert {"usual", "ours", "ours npy", "floor"} <= {one["side"] for one in report["figures"]}
    assert "four containers ready" in said
    assert (project.folder / "docs" / "performance.md").read_text() == page


def test_a_synth_is_measured(project: Project) -> None:
    done = project.make("bench-synth", "SMALLEST=--smallest")
    # One repetition on a busy machine says nothing of the limit.
    assert done.returncode in (0, 2), done.stderr
    assert "repetition 1 of 1: prod" in done.stderr
    assert (project.folder / "build" / "reports" / "bench-synth.json").exists()


def test_the_loop_is_measured_beside_one_bucket(project: Project) -> None:
    run(project, "bench-loop")

    report = json.loads((project.folder / "build" / "reports" / "bench-loop.json").read_text())
    bucket, synth = report["figures"]
    assert (bucket["step"], bucket["ratio"]) == ("one bucket", 1)
    assert (synth["step"], synth["limit"]) == ("make synth", 4)
    assert 0 < bucket["median"] < synth["median"]


def test_a_file_goes_through_batch_and_is_counted(project: Project) -> None:
    done = project.run(".venv/bin/python", "-m", "quality.bench.batch", "--rows", "2000")
    assert done.returncode == 0, done.stderr
    assert json.loads((project.folder / "build" / "reports" / "batch.json").read_text())["rows"] == 2000
