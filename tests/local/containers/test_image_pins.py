"""The table of images beside what else names the same: the Makefile's Python for locks of images."""

import re
import tomllib

from runner import ROOT


def test_locks_are_compiled_for_the_python_that_their_images_run_on() -> None:
    images = tomllib.loads((ROOT / "versions.toml").read_text())["images"].values()
    makefile = (ROOT / "Makefile").read_text()

    pythons = {image["python"] for image in images if "requirements" in image}

    assert pythons == set(re.findall(r"^HEAVY_PYTHON := (.+)$", makefile, re.MULTILINE))
