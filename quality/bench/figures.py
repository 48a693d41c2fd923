"""The figures of a run: samples of each repetition, their medians, and ratios within a repetition."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

BASELINE = "usual"


@dataclass(frozen=True)
class Figure:
    """What is measured. `more` says whether more of it is better."""

    key: str
    title: str
    unit: str
    more: bool = False


SIZES = (10, 100, 1_000, 10_000)
FIGURES = (
    Figure("row.1.cpu", "one row, 1 client: CPU of the four containers", "ms"),
    Figure("row.1.p50", "one row, 1 client: p50", "ms"),
    Figure("row.1.p99", "one row, 1 client: p99", "ms"),
    Figure("row.16.cpu", "one row, 16 clients: CPU of the four containers", "ms"),
    Figure("row.16.p50", "one row, 16 clients: p50", "ms"),
    Figure("row.16.p99", "one row, 16 clients: p99", "ms"),
    *(Figure(f"body.{size}", f"bodies of {size:,} rows", "rows/s", more=True) for size in SIZES),
    Figure("bulk.1MB", "100,000 rows in bodies of 1 MB", "rows/s", more=True),
    Figure("bulk.1MB.cpu", "the same: CPU of the four containers", "us a row"),
    Figure("bulk.6MiB", "100,000 rows in bodies of 6 MiB", "rows/s", more=True),
    Figure("during.p50", "one row while 1 MB bodies pass: p50", "ms"),
    Figure("during.p99", "one row while 1 MB bodies pass: p99", "ms"),
    Figure("ready", "four containers ready", "s"),
    Figure("pss.idle", "PSS of four, idle", "MB"),
    Figure("pss.bulk", "PSS of four, after bulk", "MB"),
)


@dataclass
class Samples:
    """Values by figure and side, one for each repetition."""

    values: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, key: str, side: str, value: float) -> None:
        self.values[key][side].append(value)

    def median(self, key: str, side: str) -> float:
        return statistics.median(self.values[key][side])

    def ratio(self, key: str, side: str, baseline: str = BASELINE) -> float:
        """How many times better than the baseline: the median of the repetitions' own ratios.

        What disturbs the machine for a while disturbs both sides of one repetition.
        """
        more = next(figure.more for figure in FIGURES if figure.key == key)
        pairs = zip(self.values[key][side], self.values[key][baseline], strict=True)
        return statistics.median(mine / base if more else base / mine for mine, base in pairs)

    def report(self) -> list[dict[str, Any]]:
        """One entry for each figure and side."""
        return [
            {
                "figure": figure.key,
                "title": figure.title,
                "unit": figure.unit,
                "side": side,
                "median": round(statistics.median(values), 4),
                "low": round(min(values), 4),
                "high": round(max(values), 4),
                "baseline": BASELINE,
                "times_better": round(self.ratio(figure.key, side), 2)
                if BASELINE in self.values[figure.key]
                else None,
            }
            for figure in FIGURES
            for side, values in self.values[figure.key].items()
        ]


@dataclass(frozen=True)
class Target:
    """What the containers must reach, and what they did."""

    title: str
    limit: float
    measured: float
    at_least: bool

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def as_row(self) -> Sequence[str]:
        sign = "at least" if self.at_least else "at most"
        return (
            self.title,
            f"{sign} {self.limit:g}",
            f"{self.measured:.3g}" if self.measured < 100 else f"{self.measured:.0f}",
            "holds" if self.holds else "MISSED",
        )


def targets(samples: Samples) -> list[Target]:
    """The targets of the issue that ordered this benchmark."""
    sizes = [f"body.{size}" for size in SIZES] + ["bulk.1MB", "bulk.6MiB"]
    worst = min(samples.ratio(key, side) for key in sizes for side in ("ours", "ours npy"))
    found = [
        Target("one row, 1 client: times less CPU", 17, samples.ratio("row.1.cpu", "ours"), True),
        Target("one row, 1 client: times shorter p50", 14, samples.ratio("row.1.p50", "ours"), True),
        Target(
            "one row, 1 client: p50 over the floor's",
            1.4,
            1 / samples.ratio("row.1.p50", "ours", "floor"),
            False,
        ),
        Target("one row, 16 clients: times less CPU", 30, samples.ratio("row.16.cpu", "ours"), True),
        Target("100,000 rows, CSV everywhere: times the rate", 6, samples.ratio("bulk.1MB", "ours"), True),
        Target(
            "100,000 rows, npy between our two: times the rate",
            10,
            samples.ratio("bulk.1MB", "ours npy"),
            True,
        ),
        Target("any size from 10 rows up: times the rate", 3, worst, True),
        Target("row p99 during bulk, ms", 120, samples.median("during.p99", "ours"), False),
        Target("four ready, s", 1.5, samples.median("ready", "ours"), False),
        Target("PSS of four idle, MB", 150, samples.median("pss.idle", "ours"), False),
        Target("PSS of four after bulk, MB", 300, samples.median("pss.bulk", "ours"), False),
    ]
    if samples.values["transform.peak"]:
        peak = samples.median("transform.peak", "ours")
        growth = samples.median("transform.growth", "ours")
        found.append(Target("1,000,000 rows by transform: peak PSS with the runner, MB", 350, peak, False))
        found.append(Target("the same: peak of the second half over the first's", 1.1, growth, False))
    return found
