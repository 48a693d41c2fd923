"""The time-outs of serving: SageMaker's own, which tests shorten by one factor."""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True)
class Timing:
    """Seconds. The first four are SageMaker's; it does not document how it goes on from there.

    A container that misses `missed_pings` in a row is killed and started again: at once, then after
    `first_delay`, doubled every time up to `longest_delay`. Once it has run for `settled`, that is forgotten.
    """

    answer: float = 60
    ping: float = 2
    ready: float = 240
    grace: float = 30
    between_pings: float = 2
    first_delay: float = 0.5
    longest_delay: float = 30
    settled: float = 10
    missed_pings: int = 3

    def scaled(self, factor: float) -> "Timing":
        """The same times `factor` as long; how many pings may be missed stays."""
        times = {one.name: getattr(self, one.name) * factor for one in fields(self) if one.type is float}
        return Timing(**times)


SAGEMAKER: Final = Timing()
