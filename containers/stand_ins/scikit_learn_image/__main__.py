"""The image's entry point: `python -m scikit_learn_image serve|train`."""

from toolkit.command import run

run("scikit_learn_image")
