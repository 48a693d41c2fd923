"""A sample, its parts, and a chain trained on it, made once a session; an endpoint that is monitored."""

from pathlib import Path

import pytest
from model_scripts import load
from monitored_data import Watched, describe
from whole_way import Chain, Part, split, train


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "churn.txt"
    path.write_bytes(load("churn/sample/__main__").sample(2000, seed=1))
    return path


@pytest.fixture(scope="session")
def parts(sample_file: Path) -> tuple[Part, Part, Part]:
    return split(sample_file, 1729)


@pytest.fixture(scope="session")
def chain(parts: tuple[Part, Part, Part]) -> Chain:
    return train(parts[0], parts[1])


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a baseline of customers."""
    return describe(tmp_path_factory.mktemp("baseline"))


@pytest.fixture
def watched(tmp_path: Path, described: Path) -> Watched:
    return Watched(tmp_path, described)
