"""Trial components as rows of a table: one column a parameter, and one a statistic of a metric."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from assembly.errors import UsageError

# How SageMaker Studio calls the columns of a metric: `<metric>_min` and so on.
STATISTICS = {"min": "Min", "max": "Max", "last": "Last", "count": "Count", "avg": "Avg", "stddev": "StdDev"}
# What a tuning job compares its trainings by is the value that each printed last.
OBJECTIVE = "ObjectiveMetric_last"
type Row = dict[str, str | float]


def row(component: Mapping[str, Any]) -> Row:
    """The columns of a component: what it is, its parameters, and the statistics of its metrics."""
    return {
        "component": component["DisplayName"],
        "step": component["Step"],
        "status": component["Status"]["PrimaryStatus"],
        "seconds": _seconds(component),
        **parameters(component),
        **metrics(component),
    }


def parameters(component: Mapping[str, Any]) -> Row:
    return {name: next(iter(one.values())) for name, one in component["Parameters"].items()}


def metrics(component: Mapping[str, Any]) -> Row:
    return {
        f"{one['MetricName']}_{column}": one[member]
        for one in component["Metrics"]
        for column, member in STATISTICS.items()
    }


def names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns that occur in any of the rows, in the order in which they are first seen."""
    return list(dict.fromkeys(name for one in rows for name in one))


def differing(rows: Sequence[Row]) -> list[str]:
    """The columns that do not have one value in all of the rows that have them."""
    return [name for name in names(rows) if len({one[name] for one in rows if name in one}) > 1]


def sort(components: Sequence[Mapping[str, Any]], column: str) -> list[Mapping[str, Any]]:
    """The components by a column of theirs, the largest first, those without it last; raises UsageError
    for a column that none has."""
    rows = [row(one) for one in components]
    check(column, names(rows), "column")

    def key(index: int) -> tuple[bool, bool, float, str]:
        value = rows[index].get(column)
        number = isinstance(value, int | float)
        return value is None, not number, -float(value or 0) if number else 0.0, str(value)

    return [components[index] for index in sorted(range(len(rows)), key=key)]


def check(name: str, known: Sequence[str], what: str) -> None:
    """Raise UsageError for a name that is not among the known ones."""
    if name not in known:
        existing = f"there are: {', '.join(known)}" if known else "none exist yet"
        raise UsageError(f"no {what} {name}; {existing}")


def _seconds(component: Mapping[str, Any]) -> float | str:
    if not component["EndTime"]:
        return ""
    started, ended = (datetime.fromisoformat(component[name]) for name in ("StartTime", "EndTime"))
    return round((ended - started).total_seconds(), 1)
