"""The image's entry point: `python -m seq2seq_image serve|train`."""

from toolkit.command import run

run("seq2seq_image")
