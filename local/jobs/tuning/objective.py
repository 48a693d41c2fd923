"""The objective of a training, as SageMaker finds it: in what the container has printed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.containers.images import Image
from local.errors import JobError


def pattern_of(metric: str, algorithm: Mapping[str, Any], image: Image) -> str:
    """The regular expression whose one group is the metric's value.

    It is that of the definition's MetricDefinitions, or of the image where its own algorithm has the metric
    `<part>:<name>`. Raises JobError where neither has it, or it is no such expression.
    """
    for one in algorithm.get("MetricDefinitions", []):
        if one["Name"] == metric:
            return _checked(metric, one["Regex"])
    part, colon, name = metric.partition(":")
    if not image.metrics or not colon:
        raise JobError(f"no definition of the metric {metric}: add it to MetricDefinitions")
    return _checked(metric, image.metrics.format(part=re.escape(part), name=re.escape(name)))


def last_value(pattern: str, log: Path, metric: str) -> float:
    """The last value in the log; raises JobError if there is none or it is not a number."""
    found = re.findall(pattern, log.read_text(encoding="utf-8", errors="replace"))
    if not found:
        raise JobError(f"the metric {metric} is not in the log ({log})")
    try:
        return float(found[-1])
    except ValueError:
        raise JobError(f"the metric {metric} is {found[-1]!r} in the log, not a number ({log})") from None


def _checked(metric: str, pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise JobError(f"the regular expression of {metric} is malformed: {error}") from None
    if groups != 1:
        raise JobError(f"the regular expression of {metric} has {groups} groups; expected 1, the value")
    return pattern
