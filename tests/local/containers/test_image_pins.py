"""The table of images beside what else names the same: the Python that their locks are compiled for."""

import importlib.util
import re
import tomllib
from pathlib import Path

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


def test_the_locks_of_a_folder_are_compiled_for_one_python() -> None:
    images = {"torch": {"requirements": "image/requirements-cpu.txt", "python": "3.11"}}

    assert script.python_of("image/requirements.txt", images) == "3.11"


def test_the_training_image_and_its_environment_differ_in_nothing_but_cuda() -> None:
    image, laptop = (
        _pins(ROOT / "containers/emoji_training" / name)
        for name in ("requirements.txt", "requirements-cpu.txt")
    )
    of_cuda = {name for name in image if name.startswith(("nvidia-", "cuda-")) or name == "triton"}

    assert of_cuda
    assert {name: version.removesuffix("+cpu") for name, version in laptop.items()} == {
        name: version for name, version in image.items() if name not in of_cuda
    }


def test_the_inference_image_has_no_training_framework() -> None:
    pins = _pins(ROOT / "containers/emoji_inference/requirements.txt")

    assert not {"torch", "tensorflow", "tensorflow-cpu", "transformers"} & set(pins)
    assert {"onnxruntime", "tokenizers", "numpy"} <= set(pins)


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))
