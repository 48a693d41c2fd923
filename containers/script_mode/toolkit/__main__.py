"""Our image's entry point: `python -m toolkit serve|train`."""

from .command import run

run("toolkit")
