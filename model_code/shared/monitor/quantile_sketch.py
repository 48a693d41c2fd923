"""The distribution of a column of numbers in flat memory: a KLL sketch (Karnin, Lang, Liberty)."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

# As Deequ's: how much the upper compactors hold, and by which factor each one below holds less.
K, C = 2048.0, 0.64
_BUCKETS = 10

type Numbers = NDArray[np.float64]


class QuantileSketch:
    """Compactors: a number in the one of level i stands for 2**i numbers.

    Up to K numbers all are kept, so that what is asked is exact. Which of two neighbors goes on to the next
    level takes turns instead of following from chance: the same numbers in the same order give the same
    sketch.
    """

    def __init__(self) -> None:
        self._levels: list[Numbers] = [np.empty(0)]
        self._turns = [0]

    def add(self, numbers: Numbers) -> None:
        self._levels[0] = np.concatenate((self._levels[0], numbers))
        while (level := self._full()) is not None:
            self._compact(level)

    def weighted(self) -> tuple[Numbers, Numbers]:
        """The numbers that are kept in their order, and for how many each of them stands."""
        numbers = np.concatenate(self._levels)
        weights = np.concatenate([np.full(len(one), 2.0**i) for i, one in enumerate(self._levels)])
        order = np.argsort(numbers, kind="stable")
        return numbers[order], weights[order]

    def document(self) -> dict[str, Any]:
        """As `kll` in statistics.json: ten buckets of one width from the least to the largest number, and the
        sketch itself, level by level."""
        return {
            "buckets": self._buckets(),
            "sketch": {
                "parameters": {"c": C, "k": K},
                "data": [one.tolist() for one in self._levels],
            },
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """The sketch in `kll` of a statistics.json."""
        found = cls()
        levels: Sequence[Sequence[float]] = document["sketch"]["data"]
        found._levels = [np.asarray(one, dtype=np.float64) for one in levels] or found._levels
        found._turns = [0] * len(found._levels)
        return found

    def _buckets(self) -> list[dict[str, float]]:
        numbers, weights = self.weighted()
        if not len(numbers):
            return []
        # A quarter of the limits: the range of the limits themselves may be larger than any number.
        large = max(abs(numbers[0]), abs(numbers[-1])) > 1e300
        scale = 4.0 if large else 1.0
        edges = np.linspace(numbers[0] / scale, numbers[-1] / scale, _BUCKETS + 1) * scale
        edges = np.maximum.accumulate(np.clip(edges, numbers[0], numbers[-1]))
        counts, _ = (
            np.histogram(numbers, bins=edges, weights=weights)
            if numbers[0] < numbers[-1]
            else (
                np.array([weights.sum()] + [0.0] * (_BUCKETS - 1)),
                None,
            )
        )
        return [
            {"lower_bound": float(low), "upper_bound": float(high), "count": float(count)}
            for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        ]

    def _capacity(self, level: int) -> int:
        return max(2, int(np.ceil(K * C ** (len(self._levels) - 1 - level))))

    def _full(self) -> int | None:
        """The lowest level with too many numbers, None while all have room."""
        sizes = enumerate(map(len, self._levels))
        return next((level for level, size in sizes if size > self._capacity(level)), None)

    def _compact(self, level: int) -> None:
        if level + 1 == len(self._levels):
            self._levels.append(np.empty(0))
            self._turns.append(0)
        numbers = np.sort(self._levels[level])
        even = len(numbers) // 2 * 2
        kept = numbers[self._turns[level] : even : 2]
        self._turns[level] ^= 1
        self._levels[level + 1] = np.concatenate((self._levels[level + 1], kept))
        self._levels[level] = numbers[even:]
