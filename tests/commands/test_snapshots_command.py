"""`make snapshots`: both environments, written as they are committed."""

import subprocess

from project import Project


def test_the_committed_snapshots_are_what_it_writes(project: Project) -> None:
    done = project.make("snapshots")

    assert done.returncode == 0, done.stdout + done.stderr
    changed = subprocess.run(
        ["git", "status", "--porcelain", "tests/snapshots"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert changed.stdout == ""
