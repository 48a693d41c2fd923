"""One page, complete in itself, on which a person can see how good the forecasts are."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from forecast_accuracy import QUANTILES, Forecast
from forecast_chart import chart

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem;
       color: #1d2733; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem }
table { border-collapse: collapse } th, td { padding: .3rem .8rem; text-align: right; font-weight: normal }
th { color: #566 } thead th { border-bottom: 1px solid #e3e7eb }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1.5rem }
figure { margin: 0 } figcaption { color: #566; font-size: .85rem }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: #566 }
.grid { stroke: #e3e7eb } .edge { stroke: #9aa5b1; stroke-dasharray: 4 4 }
.band { fill: #9cc3e4; opacity: .6 } .median { stroke: #1f6fb2; stroke-width: 1.5; fill: none }
.observed { stroke: #1d2733; stroke-width: 1; fill: none }
"""
_SHOWN = 6
_HISTORY_POINTS = 168


def page(evaluation: Mapping[str, Any], forecasts: Sequence[Forecast]) -> str:
    """The report of an evaluation as HTML; the forecasts are those that it was made from."""
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Forecast: evaluation</title>
<style>{_STYLE}</style>
<h1>Electricity loads: {evaluation["forecasts"]} forecasts of {evaluation["series"]} clients</h1>
<p><b>Mean weighted quantile loss {evaluation["mean_wql"]:.4f}</b>, where the week before gives
{evaluation["naive_mean_wql"]:.4f}: {evaluation["skill"]:.0%} of that loss is avoided.
The 80 % interval covers {evaluation["coverage_80"]:.1%} of what was observed.</p>
<h2>Windows</h2>
{_windows(evaluation)}
<h2>Quantiles</h2>
{_quantiles(evaluation)}
<h2>Forecasts of the last window</h2>
<main>
{"".join(_figure(one) for one in _examples(forecasts))}</main>
</html>
"""


def _windows(evaluation: Mapping[str, Any]) -> str:
    rows = [
        (one["start"], one["mean_wql"], one["naive_mean_wql"], one["nd"], one["naive_nd"], one["coverage_80"])
        for one in evaluation["by_window"]
    ]
    head = ("from", "mean wQL", "a week ago", "ND", "a week ago", "within 80 %")
    return _table(head, [(start, *(f"{value:.4f}" for value in values)) for start, *values in rows])


def _quantiles(evaluation: Mapping[str, Any]) -> str:
    return _table(QUANTILES, [[f"{evaluation['wql'][name]:.4f}" for name in QUANTILES]])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    return f"<table>\n<thead>{line(head, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


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
    return (
        f"<figure>\n{chart(forecast, _HISTORY_POINTS)}\n<figcaption>{caption}; ND {_deviation(forecast):.3f}"
        "</figcaption>\n</figure>\n"
    )
