"""Figures of series and forecasts: matplotlib, as PNG and as one self-contained page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

import matplotlib as mpl
import numpy as np
from job_files import write as write_file
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from numpy.typing import NDArray

Values = NDArray[np.float64]

STEP = timedelta(hours=2)
POINTS_A_DAY = 12
_OBSERVED, _MODEL, _BAND, _ORANGE = "#1d2733", "#1f6fb2", "#9cc3e4", "#d9822b"


@dataclass(frozen=True)
class Line:
    """Values from a moment on, every two hours; NaN where missing."""

    start: datetime
    values: Values

    def times(self) -> list[datetime]:
        return [self.start + number * STEP for number in range(len(self.values))]

    def last(self, points: int) -> "Line":
        kept = self.values[-points:]
        return Line(self.start + (len(self.values) - len(kept)) * STEP, kept)


@dataclass(frozen=True)
class Forecast:
    """What the model says from `start` on: the median, and the ends of the interval of `confidence` percent;
    `paths` are sample paths, if any are drawn."""

    start: datetime
    low: Values
    median: Values
    high: Values
    confidence: int
    paths: Sequence[Values] = ()


def forecast_figure(
    title: str, history: Line, truth: Line, forecast: Forecast, feature: Line | None
) -> Figure:
    """History, truth, median and interval; below them the feature, where there is one."""
    figure = Figure(figsize=(12, 6.5 if feature else 5), layout="constrained")
    heights = [4, 1] if feature else [1]
    panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    axes = panels[0]
    times = Line(forecast.start, forecast.median).times()
    for number, path in enumerate(forecast.paths):
        label = "sample paths" if number == 0 else None
        axes.plot(times, path, color=_ORANGE, linewidth=0.5, alpha=0.5, label=label)
    interval = {"color": _BAND, "alpha": 0.6, "linewidth": 0, "label": f"{forecast.confidence} % interval"}
    axes.fill_between(times, forecast.low, forecast.high, **interval)
    axes.plot(
        history.times(), history.values, ".-", color=_OBSERVED, linewidth=1, markersize=2, label="observed"
    )
    axes.plot(truth.times(), truth.values, color=_OBSERVED, linewidth=1)
    axes.plot(times, forecast.median, color=_MODEL, linewidth=1.6, label="median")
    axes.axvline(times[0], color=_OBSERVED, linewidth=0.8, linestyle=":")
    axes.set_title(title)
    axes.set_ylabel("kW")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left", ncols=4, frameon=False)
    if feature:
        marked = {"step": "post", "color": _ORANGE, "alpha": 0.7, "linewidth": 0}
        panels[1].fill_between(feature.times(), feature.values, **marked)
        panels[1].set_ylabel("special day")
        panels[1].set_yticks([0, 1])
    _dates(panels[-1])
    return figure


def series_figure(names: Sequence[str], lines: Sequence[Line]) -> Figure:
    """Each series in a panel of its own, over the same days."""
    figure = Figure(figsize=(12, 1.3 * len(lines) + 0.8), layout="constrained")
    panels = figure.subplots(len(lines), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name, line in zip(panels, names, lines, strict=True):
        axes.plot(line.times(), line.values, color=_OBSERVED, linewidth=1)
        axes.set_ylabel(f"{name}\nkW", fontsize=8)
        axes.set_ylim(bottom=0)
    _dates(panels[-1])
    return figure


def write(figure: Figure, stem: Path, title: str) -> list[Path]:
    """Write `stem`.png and `stem`.html, which shows the same and loads nothing; returns both."""
    png, svg = io.BytesIO(), io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "slipway", "svg.fonttype": "path"}):
        figure.savefig(png, format="png", dpi=110)
        figure.savefig(svg, format="svg", metadata={"Date": None})
    drawing = svg.getvalue()
    page = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        "<style>body { margin: 1rem auto; max-width: 75rem } svg { width: 100%; height: auto }</style>\n"
        f"{drawing[drawing.index('<svg') :]}</html>\n"
    )
    contents = {stem.with_suffix(".png"): png.getvalue(), stem.with_suffix(".html"): page.encode()}
    for path, content in contents.items():
        write_file(path, content)
    return list(contents)


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
