"""How good the recommendations are, as numbers: accuracy of the k best, confusion, calibration."""

from collections.abc import Sequence
from typing import Any

from emoji_answers import BEST, Answered
from tweet_text import EMOJIS

_BINS = 10


def evaluate(answers: Sequence[Answered], baseline: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The evaluation of one or more answers; `baseline` has another model's labels for each, best first."""
    labels = [one.label for one in answers]
    top_k, baseline_top_k = _top_k(labels, [one.best for one in answers]), _top_k(labels, baseline)
    recommended = [one for one in answers if one.recommended]
    return {
        "rows": len(answers),
        "top1": top_k[0],
        "top5": top_k[-1],
        "baseline_top1": baseline_top_k[0],
        "baseline_top5": baseline_top_k[-1],
        "top_k": top_k,
        "baseline_top_k": baseline_top_k,
        "recommended": {"rows": len(recommended), "top1": _share([one.right for one in recommended])},
        "truncated": sum(one.truncated for one in answers),
        "calibration": _calibration(answers),
        "emojis": list(EMOJIS),
        "confusion": _confusion(answers),
        "classes": [_of_class(label, answers) for label in range(len(EMOJIS))],
    }


def _top_k(labels: Sequence[int], best: Sequence[Sequence[int]]) -> list[float]:
    """The share of labels that are among the first, the first two, ... the first five."""
    return [
        _share([label in one[:k] for label, one in zip(labels, best, strict=True)])
        for k in range(1, BEST + 1)
    ]


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _confusion(answers: Sequence[Answered]) -> list[list[int]]:
    """Counts by label (rows) and best emoji."""
    counts = [[0] * len(EMOJIS) for _ in EMOJIS]
    for one in answers:
        counts[one.label][one.best[0]] += 1
    return counts


def _of_class(label: int, answers: Sequence[Answered]) -> dict[str, Any]:
    own = [one for one in answers if one.label == label]
    said = [one for one in answers if one.best[0] == label]
    return {
        "emoji": EMOJIS[label],
        "rows": len(own),
        "recall": _share([one.right for one in own]),
        "precision": _share([one.right for one in said]),
        "top5": _share([label in one.best for one in own]),
    }


def _calibration(answers: Sequence[Answered]) -> dict[str, Any]:
    """The answers by the share of their best emoji, in intervals of one width; ECE is the mean distance
    between that share and how often the emoji was right, weighted by rows."""
    bins = []
    for number in range(_BINS):
        inside = [one for one in answers if min(int(one.shares[0] * _BINS), _BINS - 1) == number]
        if inside:
            share = sum(one.shares[0] for one in inside) / len(inside)
            bins.append({"rows": len(inside), "share": share, "right": _share([one.right for one in inside])})
    error = sum(one["rows"] * abs(one["share"] - one["right"]) for one in bins) / len(answers)
    return {"ece": error, "bins": bins}
