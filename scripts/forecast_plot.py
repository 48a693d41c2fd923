"""Serves the last training's model, asks it for one forecast and draws it, and draws the first ten series.

`make forecast-plot` calls it; the options are those of model_code/forecast/plot.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import assembly
from assembly.errors import SlipwayError
from assembly.program import ended
from local.pipeline.held_out import HeldOut
from local.storage.workspace import Workspace
from local.terminal import background

_WORKLOAD = "forecast"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", default="0")
    parser.add_argument("--day", default="7")
    for name, default in (("--confidence", "80"), ("--weeks", "2"), ("--missing", "0")):
        parser.add_argument(name, default=default)
    parser.add_argument("--samples", action="store_true")
    given = parser.parse_args()

    workspace = Workspace()
    folder = workspace.root / "forecast-plot"
    folder.mkdir(parents=True, exist_ok=True)
    held_out = HeldOut.of_last_training(assembly.load(Path("cdk.out")), workspace, _WORKLOAD)
    [windows] = held_out.rows
    # The preparation writes all series beside the windows that are evaluated.
    data = windows.parent.parent / "series" / "series.json"
    asked = [
        *(
            "--data",
            str(data),
            "--series",
            given.series,
            "--day",
            given.day,
            "--confidence",
            given.confidence,
        ),
        *("--weeks", given.weeks, "--missing", given.missing, *(["--samples"] if given.samples else [])),
    ]
    request, answer = folder / "request.json", folder / "answer.json"
    request.write_bytes(_output(_plot("request", *asked)))
    with background.serving(_WORKLOAD, folder=folder):
        answer.write_bytes(_output(background.command("invoke", _WORKLOAD, str(request))))
    drawn = workspace.reports / f"forecast-{given.series}-day-{given.day}"
    _run(_plot("draw", *asked, "--answer", str(answer), "--output", str(drawn)))
    _run(_plot("series", "--data", str(data), "--output", str(workspace.reports / "forecast-series")))
    return 0


def _plot(*arguments: str) -> list[str]:
    return [sys.executable, "scripts/model_code.py", "forecast/plot", *arguments]


def _output(command: list[str]) -> bytes:
    return _run(command, stdout=subprocess.PIPE).stdout


def _run(command: list[str], stdout: int | None = None) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run(command, stdout=stdout, check=False)
    if done.returncode:
        raise SlipwayError(f"{' '.join(command[1:])} ended with exit code {done.returncode}")
    return done


if __name__ == "__main__":
    sys.exit(ended(main))
