"""The evaluation of scores as a job: evaluation.json, and a page that shows it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import report_page
from gate import shortfall
from job_files import write
from score_evaluation import FIGURES, as_text, evaluate, read_labels, read_scores, read_split


def run(description: str, title: str, classes: tuple[str, str], argv: Sequence[str] | None = None) -> None:
    """The job: --labels and --scores become evaluation.json and evaluation.html in --output."""
    parser = argparse.ArgumentParser(prog="evaluate", description=description.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--labels", type=Path, required=True, help="folder of labels.csv and split.json")
    parser.add_argument("--scores", type=Path, required=True, help="folder of the *.out files")
    parser.add_argument("--output", type=Path, required=True, help="folder for evaluation.json and .html")
    parser.add_argument("--minimum-auc", type=float, help="also say by how much AUC falls short of this")
    arguments = parser.parse_args(argv)
    try:
        labels = read_labels(arguments.labels / "labels.csv")
        evaluation = evaluate(labels, read_scores(arguments.scores), classes)
        evaluation["split"] = read_split(arguments.labels / "split.json")
        if arguments.minimum_auc is not None:
            evaluation["auc_shortfall"] = shortfall(evaluation["auc"], arguments.minimum_auc)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    write(arguments.output / "evaluation.html", page(title, evaluation, classes))
    write(arguments.output / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
    print(as_text("The model", evaluation, classes))


def page(title: str, evaluation: dict[str, Any], classes: tuple[str, str]) -> str:
    """The report of an evaluation as HTML."""
    figures = report_page.table(FIGURES, [[f"{evaluation[name]:.3f}" for name in FIGURES]])
    matrix = report_page.figure(confusion(evaluation, classes), "Rows by observed and predicted class.")
    heading = f"{title}: {evaluation['rows']} rows of the test part"
    return report_page.page(f"{title}: evaluation", heading, f"{figures}\n{report_page.grid([matrix])}")


def confusion(evaluation: dict[str, Any], classes: tuple[str, str]) -> str:
    counts = evaluation["confusion"]
    return report_page.confusion_matrix(classes, [[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]])
