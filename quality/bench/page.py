"""docs/performance.md: what a report of `python -m quality.bench` says, for readers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_TEXT = """\
# What the containers cost

`make bench` wrote this page, `docs/bench.svg` and `build/reports/bench.json`: {repetitions} repetitions, each
of which measures every side in turn, in {seconds} s on {cpus} CPUs with Python {python}. Times drift with
what else the machine does; a ratio is the median of the repetitions' own ratios.

| side | what it is |
| --- | --- |
| usual | pandas and joblib handlers, four times gunicorn, gevent and Flask, threads pinned to one |
| usual on ours | the same handlers on our server |
| ours | the template's four containers, CSV at every hop |
| ours npy | the same with npy between preprocess and pca |
| empty | four servers of ours that give each body back |
| floor | one row: four hops to empty servers, and the computation of all four in one process |

One worker a container on every side. All sides answer the same, to the last bit of the scores: each
repetition begins with that. The rows are generated; a row that is sent by itself is sent once.

![times better than the usual way](bench.svg)

## Targets

{targets}

## Figures

Median (lowest to highest), and how many times better than the usual way.

{figures}

## A batch transform and the Lambda function

{others}
"""


def page(document: Mapping[str, Any]) -> str:
    """The page of a report, as Markdown."""
    machine = document["machine"]
    return _TEXT.format(
        repetitions=document["repetitions"],
        seconds=document["seconds"],
        cpus=machine["cpus"],
        python=machine["python"],
        targets=_targets(document["targets"]),
        figures=_figures(document["figures"]),
        others=_others(document["transform"], document["lambda"]),
    )


def _targets(targets: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        (
            one["title"],
            f"{'at least' if one['at_least'] else 'at most'} {one['limit']:g}",
            f"{one['measured']:.3g}",
            "yes" if one["holds"] else "**no**",
        )
        for one in targets
    ]
    return _table(("target", "limit", "measured", "holds"), rows)


def _figures(figures: Iterable[Mapping[str, Any]]) -> str:
    by_figure: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in figures:
        by_figure.setdefault(f"{one['title']}, {one['unit']}", {})[one["side"]] = one
    sides = list(dict.fromkeys(side for found in by_figure.values() for side in found))
    rows = [(title, *(_cell(found.get(side)) for side in sides)) for title, found in by_figure.items()]
    return _table(("figure", *sides), rows)


def _cell(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "-"
    text = f"{_short(figure['median'])} ({_short(figure['low'])} to {_short(figure['high'])})"
    better = figure["times_better"]
    return text if figure["side"] == figure["baseline"] or better is None else f"{text}, {better:.1f} times"


def _others(transform: Mapping[str, Any], function: Mapping[str, Any]) -> str:
    rows = [
        (f"{transform['rows']:,} rows through a transform job", f"{transform['seconds']} s"),
        ("its peak PSS, runner and containers", f"{transform['peak_mb']} MB"),
        (f"{function['function']}: zipped asset", f"{function['zipped_bytes'] / 1e6:.1f} MB"),
        ("CPU of its import", f"{function['import_cpu_ms']} ms"),
        ("the same over that of `import boto3`", f"{function['import_ratio']}"),
    ]
    return _table(("figure", "measured"), rows)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))
