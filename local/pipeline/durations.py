"""Durations as ISO 8601 writes them (`P30D`, `PT1H30M`), and without the P, as SageMaker takes them too."""

import re
from typing import Any

_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE | re.ASCII,
)
_DAY = 86_400
# A calendar's months differ; what is cached does not need to know.
_SECONDS = {
    "years": 365 * _DAY,
    "months": 30 * _DAY,
    "weeks": 7 * _DAY,
    "days": _DAY,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}


def seconds_of(text: Any) -> float:
    """The seconds of a duration, a month being 30 days and a year 365; raises ValueError for other text."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    if not parts:
        raise ValueError(f"{text!r} is not a duration such as P30D or PT12H")
    return float(sum(_SECONDS[name] * value for name, value in parts.items()))
