"""The page of one look at the data of an endpoint; nothing is loaded."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from quality_checks import percent
from report_page import figure, page, table
from svg_chart import Chart

# Where a time without a beginning begins.
_BEGINNING = "1970-01-01T00:00:00Z"
_STYLE = """\
.good { color: #1a7f37 } .bad { color: #b42318 } .line { fill: none; stroke: #1f6fb2; stroke-width: 2 }
.point { fill: #1f6fb2 } .bar { background: #dbe7f1; width: 12rem; height: .7rem; position: relative }
.bar i { display: block; height: 100%; background: #1f6fb2 } .bar i.over { background: #b42318 }
.bar b { position: absolute; left: 50%; top: -.2rem; bottom: -.2rem; border-left: 2px solid #566 }
td { text-align: left }
"""


def write_page(document: Mapping[str, Any]) -> str:
    """The page of monitoring.json."""
    violations = document["violations"]
    said = f"{len(violations)} violations" if violations else "no violations"
    kind = "bad" if violations else "good"
    body = (
        f'<p class="{kind}">{escape(document["message"])}</p>\n'
        f"<p>{document['rows']:,} rows of {document['invocations']:,} invocations from "
        f"{_since(document['start'])} to {escape(document['end'])}, beside a baseline of "
        f"{document['baseline_rows']:,} rows.</p>\n"
    )
    if document["skipped"]:
        reasons = "; ".join(map(escape, document["skipped_because"]))
        body += f'<p class="bad">{document["skipped"]:,} captures were skipped: {reasons}</p>\n'
    for name, what in (
        ("labels_unmatched", "requests: labels not as many as answers, or neither yes nor no"),
        ("labels_unknown", "labels: no captured request has the id"),
    ):
        if document[name]:
            body += f'<p class="bad">{document[name]:,} unmatched {what}.</p>\n'
    if violations:
        head = ("feature", "check", "what was expected, and what came")
        rows = [(one["feature_name"], one["constraint_check_type"], one["description"]) for one in violations]
        body += f"<h2>Violations</h2>\n{table(head, rows)}\n"
    body += f"<h2>Features</h2>\n{_features(document['features'])}\n"
    if document["quality"]:
        body += _quality(document["quality"])
    title = f"Data of {document['endpoint']}: {said}"
    return page(title, title, body, _STYLE)


def _since(start: str) -> str:
    return "the first capture" if start == _BEGINNING else escape(start)


def _features(features: Sequence[Mapping[str, Any]]) -> str:
    head = ("feature", "type", "complete", "mean or values", "drift", "", "threshold")
    cells = "".join(f'<th scope="col">{one}</th>' for one in head)
    rows = "\n".join(map(_feature, features))
    return f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _feature(one: Mapping[str, Any]) -> str:
    drift, bar, threshold = "not compared", "", ""
    if one["drift"] is not None:
        drift, threshold = f"{one['drift']:.4f}", f"{one['threshold']:g}"
        over = one["drift"] > one["threshold"]
        # The line in the middle is the threshold.
        width = min(100.0, 50 * one["drift"] / one["threshold"]) if one["threshold"] else 100.0 * over
        style = ' class="over"' if over else ""
        bar = f'<div class="bar"><i{style} style="width:{width:.1f}%"></i><b></b></div>'
    texts = (one["name"], one["inferred_type"], percent(one["completeness"]), one["summary"], drift)
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f"<tr>{cells}<td>{bar}</td><td>{threshold}</td></tr>"


def _quality(times: Sequence[Mapping[str, Any]]) -> str:
    chart = Chart("F1 over time", "time", "F1")
    last = max(len(times) - 1, 1)
    points = [(position / last, one["f1"]) for position, one in enumerate(times)]
    chart.line(points, "line")
    for (x, y), one in zip(points, times, strict=True):
        chart.dot(x, y, 4, "point", f"{one['time']}: F1 {y:.3f} of {one['rows']} rows")
    head = ("time", "rows", "F1", "precision", "recall", "accuracy")
    measures = ("f1", "precision", "recall", "accuracy")
    rows = [(one["time"], str(one["rows"]), *(f"{one[name]:.3f}" for name in measures)) for one in times]
    caption = f"From {escape(times[0]['time'])} to {escape(times[-1]['time'])}, UTC"
    return f"<h2>Quality</h2>\n{figure(chart.render(), caption)}{table(head, rows)}\n"
