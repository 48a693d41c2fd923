"""The evaluation of scores as a job: evaluation.json, and a page that shows it."""

from collections.abc import Sequence
from typing import Any

import evaluation_job
import report_page
from score_evaluation import FIGURES, as_text, evaluate, read_labels, read_scores, read_split


def run(description: str, title: str, classes: tuple[str, str], argv: Sequence[str] | None = None) -> None:
    """The job: --labels and --scores become evaluation.json and evaluation.html in --output."""
    parser = evaluation_job.parser(description, "auc", labels="labels.csv and split.json")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        labels = read_labels(arguments.labels / "labels.csv")
        evaluation = evaluate(labels, read_scores(arguments.scores), classes)
        evaluation["split"] = read_split(arguments.labels / "split.json")
    evaluation_job.judge(evaluation, "auc", arguments.minimum)
    evaluation_job.publish(arguments.output, evaluation, page(title, evaluation, classes))
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
