"""A forecast as SVG that stands in a page: history, what was observed, median and interval."""

from collections.abc import Sequence
from html import escape

import numpy as np
from forecast_accuracy import QUANTILES, Forecast, Values

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 10, 30


def chart(forecast: Forecast, history_points: int) -> str:
    """The end of the history and the window; the band is between the quantiles 0.1 and 0.9."""
    history = forecast.history[-history_points:]
    points = len(history) + len(forecast.observed)
    low, median, high = (forecast.quantiles[QUANTILES.index(name)] for name in ("0.1", "0.5", "0.9"))
    top = float(
        np.nanmax([np.nanmax(history, initial=0), np.nanmax(forecast.observed, initial=0), high.max()])
    )
    top = top or 1.0
    before, window = np.arange(len(history), dtype=float), np.arange(len(history), points, dtype=float)

    def place(xs: Values, ys: Values) -> list[str]:
        x = LEFT + xs / (points - 1) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - ys / top * (HEIGHT - TOP - BOTTOM)
        return [f"{one:.1f},{other:.1f}" for one, other in zip(x, y, strict=True)]

    band = [*place(window, high), *reversed(place(window, low))]
    edge = place(np.array([len(history)]), np.array([0.0]))[0].split(",")[0]
    title = f"{forecast.client}, window {forecast.window} from {forecast.start}"
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        *(_tick(value, top) for value in (0.0, top / 2, top)),
        f'<line class="edge" x1="{edge}" y1="{TOP}" x2="{edge}" y2="{HEIGHT - BOTTOM}"/>',
        f'<polygon class="band" points="{" ".join(band)}"/>',
        *(_line(place(*run), "observed") for run in _runs(before, history)),
        *(_line(place(*run), "observed") for run in _runs(window, forecast.observed)),
        _line(place(window, median), "median"),
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{len(history) // 12} days before</text>',
        f'<text x="{edge}" y="{HEIGHT - 8}">{escape(forecast.start)}</text>',
        "</svg>",
    ]
    return "\n".join(parts)


def _runs(xs: Values, ys: Values) -> Sequence[tuple[Values, Values]]:
    """The pieces of a line between its missing values."""
    present = np.isfinite(ys)
    cuts = np.flatnonzero(np.diff(present)) + 1
    pieces = zip(np.split(xs, cuts), np.split(ys, cuts), np.split(present, cuts), strict=True)
    return [(x, y) for x, y, there in pieces if there.size and there[0]]


def _line(points: Sequence[str], style: str) -> str:
    return f'<polyline class="{style}" points="{" ".join(points)}"/>'


def _tick(value: float, top: float) -> str:
    y = HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)
    return (
        f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
    )
