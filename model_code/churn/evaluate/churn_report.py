"""One page, complete in itself, on which a person can see how good the model is."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import report_page
from churn_curves import Bin, histogram, precision_recall
from svg_chart import Chart

_STYLE = """\
.ideal { stroke: #9aa5b1; stroke-dasharray: 4 4; fill: none }
.curve { stroke: #1f6fb2; stroke-width: 2; fill: none }
.stayed { fill: #9cc3e4 } .left { fill: #d9822b } .chosen { fill: #d9822b; stroke: #fff }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em }
"""


def page(evaluation: Mapping[str, Any], labels: Sequence[bool], scores: Sequence[float]) -> str:
    """The report of an evaluation as HTML; labels and scores are those that it was made from."""
    low, high = evaluation["f1_interval"]
    split = "" if evaluation.get("split") is None else f", split {evaluation['split']}"
    figures = [
        ("Who leaves", _confusion(evaluation["confusion"]), "Rows by observed and predicted class."),
        (
            "Precision and recall",
            _precision_recall(evaluation, labels, scores),
            "Every threshold; the dot is the one that the model answers with.",
        ),
        (
            "Scores",
            _scores(histogram(labels, scores, 20)),
            'Rows by score (square root scale):<span class="key" style="background:#9cc3e4"></span>stayed'
            '<span class="key" style="background:#d9822b"></span>left',
        ),
        (
            "Calibration",
            _calibration(histogram(labels, scores, 10)),
            "How many of those with a score left; on the dashed line a score is a probability. "
            "A larger dot stands for more rows.",
        ),
    ]
    summary = f"""\
<p><b>F1 {evaluation["f1"]:.3f}</b> (95 % of bootstrap samples: {low:.3f} to {high:.3f}),
accuracy {evaluation["accuracy"]:.3f}, precision {evaluation["precision"]:.3f},
recall {evaluation["recall"]:.3f}, area under the ROC curve {evaluation["auc"]:.3f}</p>
"""
    shown = report_page.grid(
        report_page.figure(content, caption, title) for title, content, caption in figures
    )
    heading = f"Churn: {evaluation['rows']} customers of the test part{split}"
    return report_page.page("Churn: evaluation", heading, summary + shown, _STYLE)


def _confusion(confusion: Mapping[str, int]) -> str:
    counts = [[confusion["tn"], confusion["fp"]], [confusion["fn"], confusion["tp"]]]
    return report_page.confusion_matrix(("stays", "leaves"), counts)


def _precision_recall(evaluation: Mapping[str, Any], labels: Sequence[bool], scores: Sequence[float]) -> str:
    chart = Chart("Precision against recall", "recall", "precision")
    chart.line(precision_recall(labels, scores), "curve")
    precision, recall = evaluation["precision"], evaluation["recall"]
    chart.dot(recall, precision, 5, "chosen", f"precision {precision:.3f}, recall {recall:.3f}")
    return chart.render()


def _scores(bins: Sequence[Bin]) -> str:
    # Most customers are far from leaving: on a plain scale the others would not be seen.
    top = math.sqrt(max(one.rows for one in bins))
    chart = Chart("Rows by score", "score", "square root of rows", top)
    for one in bins:
        hint = f"{one.low:g} to {one.high:g}: {one.stayed} stayed, {one.left} left"
        middle, height = math.sqrt(one.left), math.sqrt(one.rows)
        chart.bar((one.low, one.high), (0, middle), "left", hint)
        chart.bar((one.low, one.high), (middle, height), "stayed", hint)
    return chart.render()


def _calibration(bins: Sequence[Bin]) -> str:
    chart = Chart("Share that left against score", "mean score", "share that left")
    chart.line([(0, 0), (1, 1)], "ideal")
    filled = [one for one in bins if one.rows]
    chart.line([(one.mean_score, one.left / one.rows) for one in filled], "curve")
    for one in filled:
        radius = 2.5 + math.log10(one.rows)
        hint = f"mean score {one.mean_score:.3f}: {one.left} of {one.rows} left"
        chart.dot(one.mean_score, one.left / one.rows, radius, "left", hint)
    return chart.render()
