"""The image's entry point: `python -m hugging_face_image serve`."""

from toolkit.command import run

run("hugging_face_image")
