"""One page, complete in itself, on which a person can see how good the recommendations are."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import report_page
from emoji_answers import BEST, Answered
from svg_chart import Chart, Plot
from tweet_text import EMOJIS

_HARDEST = 20
_STYLE = """\
main, figure { margin-bottom: 1.5rem }
.confusion .cell { font-size: .85rem; min-width: 0; padding: .3rem .4rem }
.confusion small { font-size: .65rem }
.confusion th { font-size: .75rem; padding: .2rem .4rem }
.model { fill: #1f6fb2 } .baseline { fill: #9aa5b1 } .dots { fill: #1f6fb2; opacity: .8 }
.even { stroke: #9aa5b1; stroke-dasharray: 4 4; fill: none }
.examples th, .examples td { text-align: left; vertical-align: top }
.examples td:first-child { overflow-wrap: anywhere } .examples td:last-child { white-space: nowrap }
"""


def page(evaluation: Mapping[str, Any], answers: Sequence[Answered]) -> str:
    """The report of an evaluation as HTML; the answers are those that it was made from."""
    rows, top1 = evaluation["rows"], evaluation["top1"]
    error = math.sqrt(top1 * (1 - top1) / rows)
    recommended = evaluation["recommended"]
    body = f"""\
<p><b>{top1:.1%}</b> (standard error {error:.1%}) of the tweets have the emoji that is recommended first,
{evaluation["top5"]:.1%} one of the five. The linear model alone: {evaluation["baseline_top1"]:.1%} and
{evaluation["baseline_top5"]:.1%}.</p>
<p>{recommended["rows"]} answers say that their emoji is recommended; {recommended["top1"]:.1%} of those are
right. {evaluation["truncated"]} tweets are longer than the model reads.</p>
{report_page.grid([_top_k_figure(evaluation), _calibration_figure(evaluation["calibration"])])}
{_confusion_figure(evaluation)}
{_classes_figure(evaluation)}
<h2>Hard examples</h2>
{_hardest(answers)}"""
    return report_page.page("Emoji: evaluation", f"Emoji: {rows} tweets of the test part", body, _STYLE)


def _top_k_figure(evaluation: Mapping[str, Any]) -> str:
    plot = Plot("Top k", x_end=BEST + 1)
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        plot.horizontal(tick, "grid", f"{tick:g}")
    pairs = zip(evaluation["top_k"], evaluation["baseline_top_k"], strict=True)
    for k, (model, baseline) in enumerate(pairs, 1):
        plot.bar((k - 0.35, k), (0, model), "model", f"{model:.1%} among the first {k}")
        plot.bar((k, k + 0.35), (0, baseline), "baseline", f"the linear model: {baseline:.1%}")
        plot.text(plot.x(k), plot.bottom + 16, str(k), "middle")
    caption = "Share of tweets whose emoji is among the first k: the model in blue, the linear model in gray."
    return report_page.figure(plot.render(), caption, "The k best emojis")


def _calibration_figure(calibration: Mapping[str, Any]) -> str:
    chart = Chart("Reliability", "share of the best emoji", "how often it is right")
    chart.line([(0, 0), (1, 1)], "even")
    most = max(one["rows"] for one in calibration["bins"])
    for one in calibration["bins"]:
        hint = f"{one['rows']} tweets: mean share {one['share']:.1%}, right {one['right']:.1%}"
        chart.dot(one["share"], one["right"], 3 + 7 * math.sqrt(one["rows"] / most), "dots", hint)
    caption = (
        "Shares that are calibrated lie on the line; a dot's area grows with its tweets. "
        f"Expected calibration error {calibration['ece']:.3f}."
    )
    return report_page.figure(chart.render(), caption, "Reliability")


def _confusion_figure(evaluation: Mapping[str, Any]) -> str:
    matrix = report_page.confusion_matrix(EMOJIS, evaluation["confusion"])
    caption = "Tweets by their emoji and the one recommended first."
    return report_page.figure(f'<div class="confusion">{matrix}</div>', caption, "Confusion")


def _classes_figure(evaluation: Mapping[str, Any]) -> str:
    rows = [
        (one["emoji"], str(one["rows"]), *(f"{one[name]:.3f}" for name in ("recall", "precision", "top5")))
        for one in evaluation["classes"]
    ]
    table = report_page.table(("", "tweets", "recall", "precision", "among the five"), rows)
    return report_page.figure(
        table, "Recall is the share of an emoji's tweets that it comes first for.", "Emojis"
    )


def _hardest(answers: Sequence[Answered]) -> str:
    wrong = [one for one in answers if not one.right]
    if not wrong:
        return "<p>Every tweet has the emoji that is recommended first.</p>"
    rows = [
        (
            one.tweet,
            EMOJIS[one.label],
            " ".join(f"{EMOJIS[n]} {share:.0%}" for n, share in zip(one.best, one.shares, strict=True)),
        )
        for one in sorted(wrong, key=lambda one: (-one.shares[0], one.tweet))[:_HARDEST]
    ]
    table = report_page.table(("tweet", "its emoji", "answer"), rows)
    return f"""\
<p>Tweets with another emoji than the one recommended first, from the surest answer on. The page repeats what
people wrote: it is not for publication.</p>
<div class="examples">
{table}
</div>"""
