"""A verdict as the first lines of a report, each reason linked to the section that tells more."""

import re
from collections.abc import Iterable, Sequence

from assembly.markdown import code
from review.verdict.finding import Finding, Severity

_MOST = 10
# Only of these, and only those without weight, are some left out of a long list.
_CUT = (Severity.WEAKENS, Severity.REPLACES)
_TITLES = {
    Severity.FAILS: "Will fail",
    Severity.DENIES: "Calls that will be denied",
    Severity.UNREAD: "Cannot be judged",
    Severity.UNDOES: "Deletes what it creates",
    Severity.DELETES: "Deletes data",
    Severity.WEAKENS: "Weakens security",
    Severity.REPLACES: "Replaces or removes",
}


def verdict_lines(findings: Sequence[Finding], *, opens: bool) -> list[str]:
    """The verdict in words, and its reasons by severity. `opens` is whether something is granted or reached
    that was not, in which no rule sees harm."""
    lines = [f"**Verdict: {_words(findings)}**"]
    if opens and not findings:
        lines += ["", "What is newly granted or can be reached stands below."]
    for severity in Severity:
        found = [one for one in findings if one.severity is severity]
        reasons = [_reason(one) for one in found]
        most = max(_MOST, sum(one.weight > 0 for one in found)) if severity in _CUT else len(found)
        if len(reasons) > most:
            reasons = [*reasons[:most], f"- and {len(reasons) - most} more, in the sections below"]
        lines += ["", f"**{_TITLES[severity]}**", "", *reasons] if reasons else []
    return lines


def anchor(stack: str, section: str = "") -> str:
    """The id of a section, or of a stack's part of the report, for links within it."""
    return re.sub(r"[^a-z0-9]+", "-", f"{stack} {section}".lower()).strip("-")


def _words(findings: Iterable[Finding]) -> str:
    severities = [one.value for one in Severity if one in {finding.severity for finding in findings}]
    if not severities:
        return "safe. Nothing fails, loses data, protects less, is replaced or removed."
    first, *others = severities
    if first == Severity.FAILS.value and others:
        return f"this deployment {first}. Once that is fixed, it {_listed(others)}."
    return (
        f"this deployment {first}." if not others else f"this deployment {first}; it also {_listed(others)}."
    )


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _reason(one: Finding) -> str:
    subject = f" {one.subject}" if one.subject else ""
    link = f" ([{one.section}](#{anchor(one.stack, one.section)}))" if one.section else ""
    return f"- {code(one.stack)}{subject}: {one.reason}{link}"
