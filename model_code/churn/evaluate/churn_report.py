"""One page, complete in itself, on which a person can see how good the model is."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from churn_curves import Bin, histogram, precision_recall
from svg_chart import Chart

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
       color: #1d2733; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 0 .3rem }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 2rem }
figure { margin: 0 } figcaption { color: #566; font-size: .85rem }
table { border-collapse: collapse } th, td { padding: .45rem .8rem; text-align: right; font-weight: normal }
th { color: #566 } .cell { font-size: 1.2rem; border: 1px solid #fff; min-width: 6rem }
.cell small { display: block; font-size: .75rem }
svg { width: 100%; height: auto } svg text { font-size: 11px; fill: #566 }
.grid { stroke: #e3e7eb } .ideal { stroke: #9aa5b1; stroke-dasharray: 4 4; fill: none }
.curve { stroke: #1f6fb2; stroke-width: 2; fill: none }
.stayed { fill: #9cc3e4 } .left { fill: #d9822b } .chosen { fill: #d9822b; stroke: #fff }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em }
"""


def page(evaluation: Mapping[str, Any], labels: Sequence[bool], scores: Sequence[float]) -> str:
    """The report of an evaluation as HTML; labels and scores are those that it was made from."""
    low, high = evaluation["f1_interval"]
    split = "" if evaluation.get("split") is None else f", split {evaluation['split']}"
    figures = [
        ("Who leaves", _confusion(evaluation["confusion"]), "Rows by what was observed and what was said."),
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
    return f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Churn: evaluation</title>
<style>{_STYLE}</style>
<h1>Churn: {evaluation["rows"]} customers of the test part{split}</h1>
<p><b>F1 {evaluation["f1"]:.3f}</b> (95 % of bootstrap samples: {low:.3f} to {high:.3f}),
accuracy {evaluation["accuracy"]:.3f}, precision {evaluation["precision"]:.3f},
recall {evaluation["recall"]:.3f}, area under the ROC curve {evaluation["auc"]:.3f}</p>
<main>
{"".join(_figure(*one) for one in figures)}</main>
</html>
"""


def _figure(title: str, content: str, caption: str) -> str:
    return f"<figure>\n<h2>{title}</h2>\n{content}\n<figcaption>{caption}</figcaption>\n</figure>\n"


def _confusion(confusion: Mapping[str, int]) -> str:
    """The confusion matrix, shaded by the share of the observed class."""
    rows = []
    for observed, names in (("stays", ("tn", "fp")), ("leaves", ("fn", "tp"))):
        total = sum(confusion[name] for name in names)
        cells = "".join(_cell(confusion[name], total) for name in names)
        rows.append(f'<tr><th scope="row">observed: {observed}</th>{cells}</tr>')
    head = '<tr><td></td><th scope="col">said: stays</th><th scope="col">said: leaves</th></tr>'
    return f"<table>\n{head}\n" + "\n".join(rows) + "\n</table>"


def _cell(count: int, total: int) -> str:
    share = count / total if total else 0.0
    return (
        f'<td class="cell" style="background:rgb(31 111 178 / {0.08 + 0.6 * share:.2f})">'
        f"{count}<small>{share:.1%}</small></td>"
    )


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
