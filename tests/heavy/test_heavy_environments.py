"""The environments that images have of their own, as they are installed on this machine."""

import subprocess

import pytest

from local.containers.images import Images

_ENVIRONMENTS = Images.load().own_environments()


@pytest.mark.parametrize("name", [environment.name for environment in _ENVIRONMENTS])
def test_an_environment_holds_the_pinned_versions_and_nothing_for_gpus(name: str) -> None:
    image = Images.load().named(name)

    listed = subprocess.run(
        [image.python, "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert set(image.packages) <= set(listed)
    assert not [package for package in listed if package.startswith(("nvidia-", "cuda-"))]
