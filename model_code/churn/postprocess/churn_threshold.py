"""The score above which a customer is said to leave."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = "parameters.json"
# F1 on some hundred rows is no finer than this: what lies closer to the best is as good.
TOLERANCE = 0.01


def fit(
    labels: NDArray[np.float64], scores: NDArray[np.float64], tolerance: float = TOLERANCE
) -> tuple[float, float]:
    """A threshold and its F1: the middle of the widest range of thresholds that are as good as the best.

    Between two neighboring scores every threshold is the same, and the middle of a wide range stays good for
    rows that were not seen. Raises ValueError without rows of both labels or when all scores are equal.
    """
    if not {0.0, 1.0} == set(labels.tolist()):
        raise ValueError("choosing a threshold needs rows with label 0 and rows with label 1, and no others")
    edges = np.unique(scores)
    if len(edges) < 2:
        raise ValueError("choosing a threshold needs at least two different scores")
    f1 = np.array([_f1(labels, scores > edge) for edge in edges[:-1]])
    good = f1 >= f1.max() - tolerance
    first = np.flatnonzero(good & ~np.r_[False, good[:-1]])
    last = np.flatnonzero(good & ~np.r_[good[1:], False])
    widest = (edges[last + 1] - edges[first]).argmax()
    threshold = float((edges[first[widest]] + edges[last[widest] + 1]) / 2)
    return threshold, float(_f1(labels, scores > threshold))


def _f1(labels: NDArray[np.float64], leaves: NDArray[np.bool_]) -> float:
    return float(2 * labels[leaves].sum() / (labels.sum() + leaves.sum()))


def save(threshold: float, folder: Path) -> None:
    (folder / FILE).write_text(json.dumps({"threshold": threshold}) + "\n")


def load(folder: Path) -> float:
    return float(json.loads((folder / FILE).read_text())["threshold"])
