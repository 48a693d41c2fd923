"""The accuracy that the image reports for its test channel."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def scores(pairs: Iterable[tuple[Values, Values]], quantiles: Sequence[float]) -> dict[str, float]:
    """RMSE of the mean forecast and the weighted quantile losses, over all observed points.

    A pair is a series' sample paths (paths, points) and what was observed (points, NaN where missing).
    wQuantileLoss[q] is twice the sum of the quantile losses over the sum of the absolute observations, as
    DeepAR's documentation defines it; without any observation other than 0 it is NaN.
    """
    squares, points, total = 0.0, 0, 0.0
    losses = np.zeros(len(quantiles))
    for paths, observed in pairs:
        seen = ~np.isnan(observed)
        truth = observed[seen].astype(np.float64)
        squares += float(((paths.mean(axis=0)[seen] - truth) ** 2).sum())
        points += int(seen.sum())
        total += float(np.abs(truth).sum())
        for index, quantile in enumerate(quantiles):
            error = truth - np.quantile(paths, quantile, axis=0)[seen]
            losses[index] += float(np.maximum(quantile * error, (quantile - 1) * error).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        weighted = 2 * losses / np.float64(total)
        error = np.sqrt(np.float64(squares) / points)
    return {
        "RMSE": float(error),
        "mean_absolute_QuantileLoss": float(2 * losses.mean()),
        "mean_wQuantileLoss": float(weighted.mean()),
        **{f"wQuantileLoss[{name}]": float(value) for name, value in zip(quantiles, weighted, strict=True)},
    }
