"""One page, complete in itself, on which a person can see how good the forecasts are."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import report_page
from forecast_accuracy import QUANTILES, Forecast
from forecast_chart import chart

_STYLE = """\
.edge { stroke: #9aa5b1; stroke-dasharray: 4 4 }
.band { fill: #9cc3e4; opacity: .6 } .median { stroke: #1f6fb2; stroke-width: 1.5; fill: none }
.observed { stroke: #1d2733; stroke-width: 1; fill: none }
"""
_SHOWN = 6
_HISTORY_POINTS = 168


def page(evaluation: Mapping[str, Any], forecasts: Sequence[Forecast]) -> str:
    """The report of an evaluation as HTML; the forecasts are those that it was made from."""
    body = f"""\
<p><b>Mean weighted quantile loss {evaluation["mean_wql"]:.4f}</b>, where the week before gives
{evaluation["naive_mean_wql"]:.4f}: {evaluation["skill"]:.0%} of that loss is avoided.
The 80 % interval covers {evaluation["coverage_80"]:.1%} of what was observed.</p>
<h2>Windows</h2>
{_windows(evaluation)}
<h2>Quantiles</h2>
{_quantiles(evaluation)}
<h2>Forecasts of the last window</h2>
{report_page.grid(_figure(one) for one in _examples(forecasts))}"""
    heading = f"Electricity loads: {evaluation['forecasts']} forecasts of {evaluation['series']} clients"
    return report_page.page("Forecast: evaluation", heading, body, _STYLE)


def _windows(evaluation: Mapping[str, Any]) -> str:
    rows = [
        (one["start"], one["mean_wql"], one["naive_mean_wql"], one["nd"], one["naive_nd"], one["coverage_80"])
        for one in evaluation["by_window"]
    ]
    head = ("from", "mean wQL", "a week ago", "ND", "a week ago", "within 80 %")
    return report_page.table(
        head, [(start, *(f"{value:.4f}" for value in values)) for start, *values in rows]
    )


def _quantiles(evaluation: Mapping[str, Any]) -> str:
    return report_page.table(QUANTILES, [[f"{evaluation['wql'][name]:.4f}" for name in QUANTILES]])


def _examples(forecasts: Sequence[Forecast]) -> Sequence[Forecast]:
    """Clients from the best to the worst forecast of the last window, evenly spread."""
    last = [one for one in forecasts if one.window == forecasts[-1].window]
    ranked = sorted(last, key=_deviation)
    positions = np.unique(np.linspace(0, len(ranked) - 1, _SHOWN).astype(int))
    return [ranked[position] for position in positions]


def _deviation(forecast: Forecast) -> float:
    median = forecast.quantiles[QUANTILES.index("0.5")]
    total = float(np.nansum(np.abs(forecast.observed)))
    return float(np.nansum(np.abs(forecast.observed - median))) / total if total else np.inf


def _figure(forecast: Forecast) -> str:
    caption = f"{escape(forecast.client)}: observed in black, the median and the 80 % interval in blue"
    return report_page.figure(chart(forecast, _HISTORY_POINTS), f"{caption}; ND {_deviation(forecast):.3f}")
