"""The objective of a training: the last value of a metric in what its container has printed."""

import re
from pathlib import Path

from local.errors import JobError


def last_value(pattern: str, log: Path, metric: str) -> float:
    """The last value in the log; raises JobError if there is none or it is not a number."""
    found = re.findall(pattern, log.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise JobError(f"the metric {metric} is not in the log ({log})")
    try:
        return float(found[-1])
    except ValueError:
        raise JobError(f"the metric {metric} is {found[-1]!r} in the log, not a number ({log})") from None
