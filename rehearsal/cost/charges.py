"""What one resource adds to the bill."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from rehearsal.cost.prices import Prices


class Per(Enum):
    """What a sum is for."""

    MONTH = "a month"
    AT_MOST = "a month at most"  # every instance that scaling may add runs all month
    PREDICTIONS = "a million predictions"
    TRAINING = "a training run"
    SCORING = "a batch of files"
    BLUE_GREEN = "an hour of blue/green"  # the second fleet while a deployment replaces the first


@dataclass(frozen=True)
class Charge:
    """`usd` for something; `key` is the price that it was made of."""

    what: str
    per: Per
    usd: float
    key: str

    def times(self, count: float) -> "Charge":
        return replace(self, usd=self.usd * count)


def monthly(
    prices: Prices, what: str, key: str, quantity: float, most: float | None = None
) -> Iterable[Charge]:
    """`quantity` units all month, `most` of them at most."""
    usd = prices.usd(key)
    yield Charge(what, Per.MONTH, usd * quantity, key)
    yield Charge(what, Per.AT_MOST, usd * (quantity if most is None else most), key)
