"""The report of a run, as a table and as JSON."""

from collections.abc import Sequence
from typing import Any

from local.chaos.load import Verdict
from local.chaos.run import Found

HEADER = ("fault", "container", "times", *(one.value for one in Verdict), "p50 s", "p99 s", "max s", "")


def row(found: Found) -> tuple[str, ...]:
    """A line of the table under HEADER."""
    counts = (str(found.verdicts[one]) for one in Verdict)
    times = (f"{percentile(found.recoveries, share):.2f}" for share in (0.5, 0.99, 1))
    state = "" if found.holds else "BROKEN"
    return (found.fault, found.container, str(found.times), *counts, *times, state)


def document(found: Sequence[Found], **about: Any) -> dict[str, Any]:
    """The report: every fault at every container with its verdicts and recoveries, in seconds."""
    return {
        **about,
        "holds": all(one.holds for one in found),
        "faults": [
            {
                "fault": one.fault,
                "container": one.container,
                "times": one.times,
                "never_recovered": one.never,
                **{verdict.value: one.verdicts[verdict] for verdict in Verdict},
                "recoveries": [round(each, 4) for each in one.recoveries],
            }
            for one in found
        ],
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed; NaN without values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
