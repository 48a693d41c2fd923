"""A forecast as SVG that stands in a page: history, what was observed, median and interval."""

from collections.abc import Iterator

import numpy as np
from forecast_accuracy import QUANTILES, Forecast, Values
from svg_chart import Margins, Plot, Point


def chart(forecast: Forecast, history_points: int) -> str:
    """The end of the history and the window; the band is between the quantiles 0.1 and 0.9."""
    history = forecast.history[-history_points:]
    points = len(history) + len(forecast.observed)
    low, median, high = (forecast.quantiles[QUANTILES.index(name)] for name in ("0.1", "0.5", "0.9"))
    top = max(np.nanmax(history, initial=0), np.nanmax(forecast.observed, initial=0), high.max())
    plot = Plot(
        f"{forecast.client}, window {forecast.window} from {forecast.start}",
        x_end=points - 1,
        y_end=float(top) or 1.0,
        size=(640, 220),
        margins=Margins(right=10, top=10, bottom=30),
    )
    for tick in (0.0, plot.y_end / 2, plot.y_end):
        plot.horizontal(tick, "grid", f"{tick:.3g}")
    plot.vertical(len(history), "edge")
    before, window = np.arange(len(history), dtype=float), np.arange(len(history), points, dtype=float)
    plot.area([*_points(window, high), *reversed([*_points(window, low)])], "band")
    for xs, ys in ((before, history), (window, forecast.observed)):
        for run in _runs(xs, ys):
            plot.line(run, "observed")
    plot.line(_points(window, median), "median")
    plot.text(plot.left, plot.height - 8, f"{len(history) // 12} days before")
    plot.text(plot.x(len(history)), plot.height - 8, forecast.start)
    return plot.render()


def _points(xs: Values, ys: Values) -> Iterator[Point]:
    return zip(xs.tolist(), ys.tolist(), strict=True)


def _runs(xs: Values, ys: Values) -> Iterator[Iterator[Point]]:
    """The pieces of a line between its missing values."""
    present = np.isfinite(ys)
    cuts = np.flatnonzero(np.diff(present)) + 1
    pieces = zip(np.split(xs, cuts), np.split(ys, cuts), np.split(present, cuts), strict=True)
    return (_points(x, y) for x, y, there in pieces if there.size and there[0])
