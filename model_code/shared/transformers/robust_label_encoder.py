"""Labels as numbers, and back."""

from collections.abc import Sequence


class UnknownLabel(ValueError):
    """A label, or the number of one, that the encoder does not have; the message does not repeat it."""


class RobustLabelEncoder:
    """Numbers the labels by their places, from 0 on. Without labels the target is a number and stays one."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = [*labels]
        if len({*self.labels}) != len(self.labels) or len(self.labels) == 1:
            raise ValueError(f"expected two different labels or more, or none, got {self.labels}")
        self._numbers = {label: float(number) for number, label in enumerate(self.labels)}

    def encode(self, label: str) -> float:
        try:
            return self._numbers[label] if self.labels else float(label)
        except (KeyError, ValueError):
            expected = f"one of the {len(self.labels)} labels" if self.labels else "a number"
            raise UnknownLabel(f"expected {expected}") from None

    def decode(self, number: str) -> str:
        """The label of a number as algorithms write it, `1` or `1.0`."""
        if not self.labels:
            return number
        try:
            # A number with a fraction is no label's: 0.97 is a score that somebody asked for.
            return self.labels[_whole(number)]
        except (ValueError, IndexError, OverflowError):
            raise UnknownLabel(f"expected the number of a label, 0 to {len(self.labels) - 1}") from None


def _whole(number: str) -> int:
    """The number of `1.0` or `1e0`; ValueError for one that is negative or has a fraction."""
    value = float(number)
    if not value.is_integer() or value < 0:
        raise ValueError(number)
    return int(value)
