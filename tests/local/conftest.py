"""Its presence puts this folder on the path: the tests of each room import what is shared here."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from runner import Serving
from shop import Project, container


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def serving(project: Project) -> Iterator[Serving]:
    """Two containers as `serve` serves them; their example needs quoting."""
    project.declare(container("first", TAG="a"), container("second", TAG="b"), example="1,2'3")
    serving = Serving(project)
    yield serving
    if serving.process.poll() is None:
        serving.end(signal.SIGINT)
