"""Compare the whole model's answers on the test part with the labels: evaluation.json and evaluation.html.

Prints the confusion matrix too; the page shows it with curves. The scores are what a batch transform wrote
(*.out): JSON lines `{"churn": true, "score": 0.97}` in the order of the labels.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import evaluation_job
from churn_curves import f1_interval
from churn_report import page
from job_files import transform_outputs
from score_evaluation import of_classes, read_labels, read_split
from sklearn import metrics


def main(argv: Sequence[str] | None = None) -> None:
    parser = evaluation_job.parser(__doc__, "f1", labels="labels.csv and split.json")
    arguments = parser.parse_args(argv)
    with evaluation_job.refusing():
        labels = read_labels(arguments.labels / "labels.csv")
        answers = [answer for path in transform_outputs(arguments.scores) for answer in read_answers(path)]
        evaluation = evaluate(labels, answers)
        evaluation["split"] = read_split(arguments.labels / "split.json")
        evaluation_job.judge(evaluation, "f1", arguments.minimum)
        report = page(evaluation, labels, [answer.score for answer in answers])
    evaluation_job.publish(arguments.output, evaluation, report)
    print(as_text(evaluation))


@dataclass(frozen=True)
class Answer:
    churn: bool
    score: float


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


def evaluate(labels: list[bool], answers: list[Answer]) -> dict[str, Any]:
    """Metrics of the class that leaves; `auc` is of the scores, the others are of the answers.

    `f1_interval` is where 95 % of bootstrap samples of the rows have their F1.
    """
    if len(labels) != len(answers):
        raise ValueError(f"{len(answers)} answers for {len(labels)} labels; expected as many")
    if len({*labels}) != 2:
        raise ValueError("the labels are all the same; expected customers that stay and customers that leave")
    found = of_classes(labels, [answer.churn for answer in answers])
    return {
        **found,
        "f1_interval": f1_interval(found["confusion"]),
        "auc": float(metrics.roc_auc_score(labels, [answer.score for answer in answers])),
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
