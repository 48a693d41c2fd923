"""The image's entry point: `python -m xgboost_image serve|train`."""

from toolkit.command import run

run("xgboost_image")
