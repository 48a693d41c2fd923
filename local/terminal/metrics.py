"""Metrics as columns of a table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def scalars(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The plain numbers and texts among the metrics, those of a nested object under their own names."""
    found = {}
    for name, value in metrics.items():
        if isinstance(value, Mapping) and name[:1].isupper():
            found.update(scalars(value))
        elif isinstance(value, int | float | str):
            found[name] = value
    return found


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names that occur in any of the rows, in the order in which they are first seen."""
    return list(dict.fromkeys(name for row in rows for name in row))


def cells(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The values under these names as text, fractions to three digits."""
    return [_text(row.get(name, "")) for name in names]


def _text(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
