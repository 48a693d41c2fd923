"""The environments that images have of their own, as they are installed on this machine."""

import subprocess

import pytest
from packaging.utils import canonicalize_name

from local.containers.images import Images

_ENVIRONMENTS = Images.load().own_environments()
_LIST = (
    "import importlib.metadata as m; print(*(f'{d.name} {d.version}' for d in m.distributions()), sep='\\n')"
)


@pytest.mark.parametrize("name", [environment.name for environment in _ENVIRONMENTS])
def test_an_environment_holds_the_pinned_versions_and_nothing_for_gpus(name: str) -> None:
    image = Images.load().named(name)

    listed = subprocess.run(
        [image.python, "-c", _LIST], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    installed = {canonicalize_name(name): version for name, version in (line.split() for line in listed)}

    assert image.packages.items() <= installed.items()
    assert not [package for package in installed if package.startswith(("nvidia-", "cuda-"))]
