"""Compare the model's scores on the test part with what the clients did, and write evaluation.json
and evaluation.html.

The scores are what a batch transform (a number a line) or the endpoint (JSON lines `{"score": 0.3}`)
answered, in the order of the labels. --baseline adds the same figures of another model: `label,score` lines.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bank_report import page
from gate import shortfall
from job_files import transform_outputs, write
from sklearn import metrics

# As in the workshop, which rounds the scores.
THRESHOLD = 0.5


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--labels", type=Path, required=True, help="folder of labels.csv and split.json")
    parser.add_argument("--scores", type=Path, required=True, help="folder of the *.out files")
    parser.add_argument("--baseline", type=Path, help="folder of the other model's scores.csv")
    parser.add_argument("--output", type=Path, required=True, help="folder for evaluation.json and .html")
    parser.add_argument("--minimum-auc", type=float, help="also say by how much AUC falls short of this")
    arguments = parser.parse_args(argv)
    try:
        labels = [_label(line, where) for line, where in _lines(arguments.labels / "labels.csv")]
        evaluation = evaluate(labels, read_scores(arguments.scores))
        if arguments.baseline:
            evaluation["baseline"] = evaluate(
                labels, read_baseline(arguments.baseline / "scores.csv", labels)
            )
        evaluation["split"] = read_split(arguments.labels / "split.json")
        if arguments.minimum_auc is not None:
            evaluation["auc_shortfall"] = shortfall(evaluation["auc"], arguments.minimum_auc)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    write(arguments.output / "evaluation.html", page(evaluation))
    write(arguments.output / "evaluation.json", json.dumps(evaluation, indent=2) + "\n")
    print(as_text("The model", evaluation))
    if "baseline" in evaluation:
        print("\n" + as_text("The workshop's features and settings", evaluation["baseline"]))


def read_scores(folder: Path) -> list[float]:
    return [_score(line, where) for path in transform_outputs(folder) for line, where in _lines(path)]


def read_baseline(path: Path, labels: Sequence[bool]) -> list[float]:
    """The scores of `label,score` lines; raises ValueError where the labels are not these."""
    lines = [(*line.partition(",")[::2], where) for line, where in _lines(path)]
    if [_label(label, where) for label, _, where in lines] != list(labels):
        raise ValueError(f"{path}: its labels are not those of the test part")
    return [_score(score, where) for _, score, where in lines]


def read_split(path: Path) -> int | None:
    """The random_state of the split, if the labels come from one."""
    return int(json.loads(path.read_text())["random_state"]) if path.exists() else None


def _lines(path: Path) -> list[tuple[str, str]]:
    return [(line, f"{path}, line {number}") for number, line in enumerate(path.read_text().splitlines(), 1)]


def _label(line: str, where: str) -> bool:
    if line not in ("0", "1"):
        raise ValueError(f"{where}: not a label; expected 0 or 1")
    return line == "1"


def _score(line: str, where: str) -> float:
    try:
        answer = json.loads(line)
        score = float(answer["score"] if isinstance(answer, dict) else answer)
    except (ValueError, TypeError, KeyError):
        score = math.nan
    if not 0 <= score <= 1:
        raise ValueError(f'{where}: expected a score from 0 to 1, or {{"score": one}}')
    return score


def evaluate(labels: Sequence[bool], scores: Sequence[float]) -> dict[str, Any]:
    """Metrics of the class that says yes.

    `by_observed` has the shares of what was predicted, for each observed class: with 11 % of the clients
    saying yes, accuracy is that of always predicting no, near enough.
    """
    if len(labels) != len(scores):
        raise ValueError(f"{len(scores)} scores for {len(labels)} labels; expected as many")
    if len({*labels}) != 2:
        raise ValueError("the labels are all the same; expected clients that say yes and clients that say no")
    says_yes = [score > THRESHOLD for score in scores]
    (tn, fp), (fn, tp) = metrics.confusion_matrix(labels, says_yes, labels=[False, True]).tolist()
    return {
        "rows": len(labels),
        "accuracy": float(metrics.accuracy_score(labels, says_yes)),
        "precision": float(metrics.precision_score(labels, says_yes, zero_division=0)),
        "recall": float(metrics.recall_score(labels, says_yes)),
        "f1": float(metrics.f1_score(labels, says_yes)),
        "auc": float(metrics.roc_auc_score(labels, scores)),
        "confusion": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        "by_observed": {
            "no": {"no": tn / (tn + fp), "yes": fp / (tn + fp)},
            "yes": {"no": fn / (fn + tp), "yes": tp / (fn + tp)},
        },
    }


def as_text(title: str, evaluation: dict[str, Any]) -> str:
    """The figures and the confusion matrix, its axes named, with shares of each observed class."""
    confusion, shares = evaluation["confusion"], evaluation["by_observed"]
    figures = ", ".join(
        f"{name} {evaluation[name]:.3f}" for name in ("auc", "accuracy", "f1", "precision", "recall")
    )
    no = f"{confusion['tn']:7} ({shares['no']['no']:6.1%})  {confusion['fp']:7} ({shares['no']['yes']:6.1%})"
    yes = (
        f"{confusion['fn']:7} ({shares['yes']['no']:6.1%})  {confusion['tp']:7} ({shares['yes']['yes']:6.1%})"
    )
    return f"""\
{title}, {evaluation["rows"]} rows: {figures}

                      predicted
                          no               yes
observed   no  {no}
          yes  {yes}"""


if __name__ == "__main__":
    main()
