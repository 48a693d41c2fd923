"""What is known of a metric when a job has ended: the statistics of the values that it printed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Statistics:
    """Of the values of one metric, at least one. The deviation is that of the values themselves, as of a
    whole population: SageMaker does not say which it is."""

    values: Sequence[float]
    last_at: str

    @property
    def summary(self) -> dict[str, Any]:
        """As DescribeTrialComponent gives them (TrialComponentMetricSummary), without the name."""
        mean = math.fsum(self.values) / len(self.values)
        variance = math.fsum((one - mean) ** 2 for one in self.values) / len(self.values)
        return {
            "Min": min(self.values),
            "Max": max(self.values),
            "Last": self.values[-1],
            "Count": len(self.values),
            "Avg": mean,
            "StdDev": math.sqrt(variance),
            "TimeStamp": self.last_at,
        }

    @classmethod
    def of(cls, emitted: Iterable[Mapping[str, Any]]) -> Self:
        """Of values with their times, `{"value", "at"}`, in the order in which they were printed."""
        series = list(emitted)
        return cls([one["value"] for one in series], series[-1]["at"])
