"""Compare the whole model's answers on the test part with the labels: evaluation.json and evaluation.html.

Prints the confusion matrix too; the page shows it with curves. The scores are what a batch transform wrote
(*.out): JSON lines `{"churn": true, "score": 0.97}` in the order of the labels.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn_curves import f1_interval
from churn_report import page
from gate import shortfall
from job_files import transform_outputs, write
from sklearn import metrics


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--labels", type=Path, required=True, help="folder of labels.csv and split.json")
    parser.add_argument("--scores", type=Path, required=True, help="folder of the transform's *.out files")
    parser.add_argument("--output", type=Path, required=True, help="folder for evaluation.json and .html")
    parser.add_argument("--minimum-f1", type=float, help="also say by how much F1 falls short of this")
    arguments = parser.parse_args(argv)
    try:
        labels = read_labels(arguments.labels / "labels.csv")
        answers = [answer for path in transform_outputs(arguments.scores) for answer in read_answers(path)]
        evaluation = evaluate(labels, answers)
        evaluation["split"] = read_split(arguments.labels / "split.json")
        if arguments.minimum_f1 is not None:
            evaluation["f1_shortfall"] = shortfall(evaluation["f1"], arguments.minimum_f1)
        report = page(evaluation, labels, [answer.score for answer in answers])
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    write(arguments.output / "evaluation.html", report)
    write(arguments.output / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
    print(as_text(evaluation))


@dataclass(frozen=True)
class Answer:
    churn: bool
    score: float


def read_labels(path: Path) -> list[bool]:
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line not in ("0", "1"):
            raise ValueError(f"{path}, line {number}: not a label; expected 0 or 1")
    return [line == "1" for line in lines]


def read_answers(path: Path) -> list[Answer]:
    answers = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            answer = Answer(**json.loads(line))
        except (ValueError, TypeError):
            answer = Answer(False, float("nan"))
        if not (
            isinstance(answer.churn, bool) and isinstance(answer.score, float) and 0 <= answer.score <= 1
        ):
            raise ValueError(
                f'{path}, line {number}: expected {{"churn": true or false, "score": 0.0 to 1.0}}'
            )
        answers.append(answer)
    return answers


def read_split(path: Path) -> int | None:
    """The random_state of the split, if the labels come from one."""
    return int(json.loads(path.read_text())["random_state"]) if path.exists() else None


def evaluate(labels: list[bool], answers: list[Answer]) -> dict[str, Any]:
    """Metrics of the class that leaves; `auc` is of the scores, the others are of the answers.

    `f1_interval` is where 95 % of bootstrap samples of the rows have their F1.
    """
    if len(labels) != len(answers):
        raise ValueError(f"{len(answers)} answers for {len(labels)} labels; expected as many")
    if len({*labels}) != 2:
        raise ValueError("the labels are all the same; expected customers that stay and customers that leave")
    churn = [answer.churn for answer in answers]
    (tn, fp), (fn, tp) = metrics.confusion_matrix(labels, churn, labels=[False, True]).tolist()
    confusion = {"tn": tn, "fp": fp, "fn": fn, "tp": tp}
    return {
        "rows": len(labels),
        "accuracy": float(metrics.accuracy_score(labels, churn)),
        "precision": float(metrics.precision_score(labels, churn, zero_division=0)),
        "recall": float(metrics.recall_score(labels, churn)),
        "f1": float(metrics.f1_score(labels, churn)),
        "f1_interval": f1_interval(confusion),
        "auc": float(metrics.roc_auc_score(labels, [answer.score for answer in answers])),
        "confusion": confusion,
    }


def as_text(evaluation: dict[str, Any]) -> str:
    """The figures and the confusion matrix, its axes named."""
    confusion = evaluation["confusion"]
    figures = ", ".join(
        f"{name} {evaluation[name]:.3f}" for name in ("f1", "accuracy", "precision", "recall", "auc")
    )
    return f"""\
{evaluation["rows"]} rows: {figures}

                  predicted
                  stays  leaves
observed  stays  {confusion["tn"]:6}  {confusion["fp"]:6}
         leaves  {confusion["fn"]:6}  {confusion["tp"]:6}"""


if __name__ == "__main__":
    main()
