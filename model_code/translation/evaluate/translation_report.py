"""One page, complete in itself, on which a person can see how good the translations are."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import report_page

_SHOWN = 20
_STYLE = """\
table { width: 100% } th, td { text-align: left; vertical-align: top; border-top: 1px solid #e3e7eb }
td:last-child, th:last-child { text-align: right }
.same { color: #1f6fb2 } .other { color: #b3541e }
"""


class Example(NamedTuple):
    """A sentence of the test part, its reference, what was answered, and the BLEU of that alone."""

    source: str
    reference: str
    answer: str
    bleu: float


def page(evaluation: Mapping[str, Any], examples: Sequence[Example]) -> str:
    """The report of an evaluation as HTML: the figures, the worst answers, and the first ones."""
    worst = sorted(
        (one for one in examples if one.answer != one.reference), key=lambda one: (one.bleu, one.source)
    )
    differing = f"{len(worst)} of {len(examples)} answers differ from the reference"
    worst_part = (
        f"<h2>The worst answers: {differing}</h2>\n{_table(worst[:_SHOWN])}\n"
        if worst
        else "<p>Every answer is the reference, word for word.</p>\n"
    )
    body = f"""\
<p><b>BLEU {evaluation["bleu"]:.2f}</b>, {evaluation["exact"]:.1%} of the sentences as the reference has them,
brevity penalty {evaluation["brevity_penalty"]:.3f}. {escape(evaluation["signature"])}</p>
{worst_part}<h2>The first answers</h2>
{_table(examples[:_SHOWN])}"""
    heading = f"Translation: {evaluation['sentences']} sentences of the test part"
    return report_page.page("Translation: evaluation", heading, body, _STYLE)


def _table(examples: Sequence[Example]) -> str:
    head = "<tr><th>sentence</th><th>reference</th><th>answer</th><th>BLEU</th></tr>"
    rows = [
        f"<tr><td>{escape(one.source)}</td><td>{escape(one.reference)}</td>"
        f'<td class="{"same" if one.answer == one.reference else "other"}">{escape(one.answer)}</td>'
        f"<td>{one.bleu:.1f}</td></tr>"
        for one in examples
    ]
    return "<table>\n" + "\n".join([head, *rows]) + "\n</table>"
