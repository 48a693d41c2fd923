"""The image's entry point: `python -m tensorflow_training_image train`."""

from toolkit.command import run

run("tensorflow_training_image")
