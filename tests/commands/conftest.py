"""Copies of the tree, one for the tests of a file."""

import pytest
from assemblies import ROOT
from project import BUILT, Project, copy_of_the_tree


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tree and all that was built from it, up to date."""
    if not (ROOT / "cdk.out" / ".dev").exists():
        pytest.fail("commands go on from what is built: run `make synth` (`make test` does)")
    built = {f"build/{name}": ROOT / "build" / name for name in BUILT}
    return copy_of_the_tree(
        tmp_path_factory.mktemp("project") / "tree", {**built, "cdk.out": ROOT / "cdk.out"}
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tree as a clone has it, but that everything is installed and the functions are packaged."""
    return copy_of_the_tree(
        tmp_path_factory.mktemp("fresh") / "tree", {"build/lambda": ROOT / "build" / "lambda"}
    )
