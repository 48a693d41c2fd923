"""The templates of both environments, rehearsed once a test run."""

import pytest
from assemblies import Assembly

from assembly import load
from rehearsal.iam.rehearsal import Rehearsal


@pytest.fixture(scope="session")
def rehearsed_dev(dev: Assembly) -> Rehearsal:
    return Rehearsal(load(dev.folder))


@pytest.fixture(scope="session")
def rehearsed_prod(prod: Assembly) -> Rehearsal:
    return Rehearsal(load(prod.folder))


@pytest.fixture(scope="session", params=["dev", "prod"])
def rehearsed(request: pytest.FixtureRequest) -> Rehearsal:
    found: Rehearsal = request.getfixturevalue(f"rehearsed_{request.param}")
    return found
