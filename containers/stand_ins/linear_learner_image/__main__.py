"""The image's entry point: `python -m linear_learner_image serve|train`."""

from toolkit.command import run

run("linear_learner_image")
