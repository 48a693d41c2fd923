"""How well scores tell two classes apart: what is read, the metrics, and the text that shows them.

The labels are 0 or 1 a line. The scores are what a batch transform (a number a line) or the endpoint (JSON
lines `{"score": 0.3}`) answered, in the order of the labels.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from job_files import transform_outputs
from sklearn import metrics

THRESHOLD = 0.5
FIGURES = ("auc", "accuracy", "f1", "precision", "recall")


def read_labels(path: Path) -> list[bool]:
    return [label(line, where) for line, where in lines(path)]


def read_scores(folder: Path) -> list[float]:
    return [score(line, where) for path in transform_outputs(folder) for line, where in lines(path)]


def read_split(path: Path) -> int | None:
    """The random_state of the split, if the labels come from one."""
    return int(json.loads(path.read_text())["random_state"]) if path.exists() else None


def lines(path: Path) -> list[tuple[str, str]]:
    """The lines of a file, each with its place for messages."""
    return [(line, f"{path}, line {number}") for number, line in enumerate(path.read_text().splitlines(), 1)]


def label(line: str, where: str) -> bool:
    if line not in ("0", "1"):
        raise ValueError(f"{where}: not a label; expected 0 or 1")
    return line == "1"


def score(line: str, where: str) -> float:
    try:
        answer = json.loads(line)
        found = float(answer["score"] if isinstance(answer, dict) else answer)
    except (ValueError, TypeError, KeyError):
        found = math.nan
    if not 0 <= found <= 1:
        raise ValueError(f'{where}: expected a score from 0 to 1, or {{"score": one}}')
    return found


def evaluate(labels: Sequence[bool], scores: Sequence[float], classes: tuple[str, str]) -> dict[str, Any]:
    """Metrics of the second class, which labels of 1 are of: what scores above THRESHOLD counts as it.

    `by_observed` has the shares of what was predicted, for each observed class: where one class is rare,
    accuracy is that of always predicting the other, near enough.
    """
    if len(labels) != len(scores):
        raise ValueError(f"{len(scores)} scores for {len(labels)} labels; expected as many")
    no, yes = classes
    if len({*labels}) != 2:
        raise ValueError(f"the labels are all the same; expected {no} and {yes}")
    predicted = [score > THRESHOLD for score in scores]
    found = of_classes(labels, predicted)
    tn, fp, fn, tp = (found["confusion"][name] for name in ("tn", "fp", "fn", "tp"))
    return {
        **found,
        "auc": float(metrics.roc_auc_score(labels, scores)),
        "by_observed": {
            no: {no: tn / (tn + fp), yes: fp / (tn + fp)},
            yes: {no: fn / (fn + tp), yes: tp / (fn + tp)},
        },
    }


def of_classes(labels: Sequence[bool], predicted: Sequence[bool]) -> dict[str, Any]:
    """Metrics of the second class from what was predicted, without the scores."""
    (tn, fp), (fn, tp) = metrics.confusion_matrix(labels, predicted, labels=[False, True]).tolist()
    return {
        "rows": len(labels),
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "precision": float(metrics.precision_score(labels, predicted, zero_division=0)),
        "recall": float(metrics.recall_score(labels, predicted)),
        "f1": float(metrics.f1_score(labels, predicted)),
        "confusion": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
    }


def as_text(title: str, evaluation: dict[str, Any], classes: tuple[str, str]) -> str:
    """The figures and the confusion matrix, its axes named, with shares of each observed class."""
    confusion, shares = evaluation["confusion"], evaluation["by_observed"]
    figures = ", ".join(f"{name} {evaluation[name]:.3f}" for name in FIGURES)
    width = max(4, *map(len, classes))

    def row(observed: str, *counts: int) -> str:
        cells = zip(counts, shares[observed].values(), strict=True)
        return f"{observed:>{width}}  " + "  ".join(f"{count:7} ({share:6.1%})" for count, share in cells)

    no, yes = classes
    indent = " " * (len("observed ") + width)
    return f"""\
{title}, {evaluation["rows"]} rows: {figures}

{indent}{"predicted":>17}
{indent}  {no:>15}   {yes:>15}
observed {row(no, confusion["tn"], confusion["fp"])}
         {row(yes, confusion["fn"], confusion["tp"])}"""
