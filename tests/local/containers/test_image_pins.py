"""The table of images beside what else names the same: the Python that their locks are compiled for."""

import importlib.util
import tomllib

import pytest
from runner import ROOT

_SPEC = importlib.util.spec_from_file_location("python_of_lock", ROOT / "scripts" / "python_of_lock.py")
assert _SPEC and _SPEC.loader
script = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(script)

IMAGES = tomllib.loads((ROOT / "versions.toml").read_text())["images"]
LOCKS = sorted({image["requirements"] for image in IMAGES.values() if "requirements" in image})


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_compiled_for_the_python_that_its_images_run_on(lock: str) -> None:
    python = script.python_of(lock, IMAGES)

    assert {image["python"] for image in IMAGES.values() if image.get("requirements") == lock} == {python}
    assert (ROOT / lock).with_suffix(".in").exists()


@pytest.mark.parametrize(("pythons", "found"), [((), "none"), (("3.11", "3.12"), "3.11, 3.12")])
def test_a_lock_without_one_python_is_refused(pythons: tuple[str, ...], found: str) -> None:
    images = {python: {"requirements": "lock.txt", "python": python} for python in pythons}

    with pytest.raises(
        ValueError, match=f"expected one Python for the images that run on lock.txt, got {found}"
    ):
        script.python_of("lock.txt", images)
