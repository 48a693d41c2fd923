"""The image's entry point: `python -m tensorflow_inference_image serve`."""

from toolkit.command import run

run("tensorflow_inference_image")
