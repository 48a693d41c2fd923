"""How good forecasts are, beside what the week before says: losses, deviation and coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

QUANTILES = ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9")
# Points of a week, in steps of two hours.
SEASON = 84


@dataclass(frozen=True)
class Forecast:
    """One forecast: what was observed in its window, NaN where missing, the quantiles that the model gave
    (as QUANTILES lists them), and the weekly seasonal naive forecast."""

    client: str
    window: int
    start: str
    history: Values
    observed: Values
    quantiles: Values
    naive: Values


def seasonal_naive(history: Values, points: int, season: int = SEASON) -> Values:
    """What was observed one season earlier, or as many seasons earlier as it takes; NaN where it never was.

    Points of a window that is longer than a season repeat its first one.
    """
    weeks = -(-len(history) // season)
    padded = np.concatenate([np.full(weeks * season - len(history), np.nan), history]).reshape(weeks, season)
    last = np.full(season, np.nan)
    for week in padded[::-1]:
        last = np.where(np.isnan(last), week, last)
    return np.resize(last, points)


def accuracy(forecasts: Sequence[Forecast]) -> dict[str, Any]:
    """The metrics over all points that were observed and that the naive forecast knows.

    `mean_wql` is the mean over the quantiles of the weighted quantile loss: twice the sum of the quantile
    losses over the sum of the absolute observations. `nd` is the sum of the absolute errors of the median
    over the same. The naive forecast is the same for every quantile. `coverage_80` is the share of points
    between the quantiles 0.1 and 0.9; `skill` what of the naive forecast's loss is avoided. Raises ValueError
    when there is no such point, or no load other than 0.
    """
    observed, naive = (
        np.concatenate([getattr(one, name) for one in forecasts]) for name in ("observed", "naive")
    )
    quantiles = np.concatenate([one.quantiles for one in forecasts], axis=1)
    compared = np.isfinite(observed) & np.isfinite(naive)
    observed, naive, quantiles = observed[compared], naive[compared], quantiles[:, compared]
    total = np.abs(observed).sum()
    if not total > 0:
        raise ValueError("no load other than 0 was observed in the windows: there is nothing to compare with")
    losses = [
        2 * _loss(observed, row, float(name)) / total for name, row in zip(QUANTILES, quantiles, strict=True)
    ]
    naive_losses = [2 * _loss(observed, naive, float(name)) / total for name in QUANTILES]
    mean, naive_mean = float(np.mean(losses)), float(np.mean(naive_losses))
    low, median, high = (quantiles[QUANTILES.index(name)] for name in ("0.1", "0.5", "0.9"))
    return {
        "mean_wql": mean,
        "naive_mean_wql": naive_mean,
        "skill": 1 - mean / naive_mean if naive_mean else 0.0,
        "nd": float(np.abs(observed - median).sum() / total),
        "naive_nd": float(np.abs(observed - naive).sum() / total),
        "coverage_80": float(((observed >= low) & (observed <= high)).mean()),
        "points": int(compared.sum()),
        "wql": dict(zip(QUANTILES, map(float, losses), strict=True)),
    }


def by_window(forecasts: Sequence[Forecast]) -> list[dict[str, Any]]:
    """The metrics of each window, in their order."""
    numbers = sorted({one.window for one in forecasts})
    found: list[dict[str, Any]] = []
    for number in numbers:
        mine = [one for one in forecasts if one.window == number]
        found.append({"window": number, "start": mine[0].start, **accuracy(mine)})
    return found


def _loss(observed: Values, forecast: Values, quantile: float) -> float:
    error = observed - forecast
    return float(np.maximum(quantile * error, (quantile - 1) * error).sum())


def summary(evaluation: Mapping[str, Any]) -> str:
    """The figures as lines of text, the model's beside the naive forecast's."""
    rows = [
        ("", "model", "a week ago"),
        ("mean wQL", f"{evaluation['mean_wql']:.4f}", f"{evaluation['naive_mean_wql']:.4f}"),
        ("ND", f"{evaluation['nd']:.4f}", f"{evaluation['naive_nd']:.4f}"),
        ("within 80 %", f"{evaluation['coverage_80']:.1%}", ""),
    ]
    return "\n".join(f"{name:<12}{model:>10}{naive:>12}".rstrip() for name, model, naive in rows)
