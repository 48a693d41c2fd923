"""An evaluation as a job: what it is told, and what it writes."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from job_files import write


def parser(description: str, metric: str, **folders: str) -> argparse.ArgumentParser:
    """The parser of its arguments: `folders` of what is compared, each with its content, --scores, --output,
    and as `minimum` the least value of the metric that the pipeline's condition asks for."""
    found = argparse.ArgumentParser(prog="evaluate", description=description.split("\n\n", maxsplit=1)[0])
    for name, content in folders.items():
        found.add_argument(f"--{name}", type=Path, required=True, help=f"folder of {content}")
    found.add_argument("--scores", type=Path, required=True, help="folder of the transform's *.out files")
    found.add_argument("--output", type=Path, required=True, help="folder for evaluation.json and .html")
    about = f"also say by how much {metric} falls short of this"
    found.add_argument(f"--minimum-{metric}", dest="minimum", type=float, metavar="VALUE", help=about)
    return found


@contextmanager
def refusing() -> Iterator[None]:
    """Ends the process with the message where files are missing or wrong (OSError, ValueError)."""
    try:
        yield
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")


def judge(evaluation: dict[str, Any], metric: str, minimum: float | None) -> None:
    """Add by how much the metric falls short, for the condition of the pipeline, if there is a minimum."""
    if minimum is not None:
        evaluation[f"{metric}_shortfall"] = shortfall(evaluation[metric], minimum)


def shortfall(value: float, minimum: float) -> float:
    """How much is missing, to three digits and never 0 unless nothing is."""
    return float(f"{max(minimum - value, 0.0):.3g}")


def publish(folder: Path, evaluation: dict[str, Any], page: str) -> None:
    """Write evaluation.html and evaluation.json."""
    write(folder / "evaluation.html", page)
    write(folder / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
