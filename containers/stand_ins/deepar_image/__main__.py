"""The image's entry point: `python -m deepar_image serve|train`."""

from toolkit.command import run

run("deepar_image")
