"""Token buckets, as API Gateway throttles by them."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """Requests a second, and how many may come at once."""

    rate: float
    burst: int


class Bucket:
    """Holds `burst` tokens at first and at most; `rate` of them come back a second."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._tokens = float(limit.burst)
        self._filled = clock()

    def take(self) -> bool:
        """Take one token; False when there is none."""
        now = self._clock()
        self._tokens = min(self._limit.burst, self._tokens + (now - self._filled) * self._limit.rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
