"""What a person should look at first in an analysis."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from column_types import CONSTANT, ID
from cross_columns import REDUNDANT

type Analysis = Mapping[str, Any]

RARE_LABEL = 0.05
LEAKS = 0.95
OFTEN_MISSING = 0.5
# Of rows for each column: with fewer, something correlates with the target by chance.
ROWS_A_COLUMN = 10
_NAMED = 10


class Insight(NamedTuple):
    """Severity `high` or `low`, a name, and what was found and what to do."""

    severity: str
    name: str
    text: str


def insights(analysis: Analysis) -> list[dict[str, str]]:
    """The insights of an analysis (`table_analysis`), those of high severity first."""
    found = [*_of_target(analysis), *_of_rows(analysis), *_of_columns(analysis)]
    return [insight._asdict() for insight in sorted(found, key=lambda one: one.severity != "high")]


def _of_target(analysis: Analysis) -> Iterator[Insight]:
    target = analysis["target"]
    if target["missing"]:
        share = target["missing"] / analysis["rows"]
        yield Insight(
            "high" if share >= OFTEN_MISSING / 5 else "low",
            "Missing target values",
            f'{target["missing"]} rows ({share:.1%}) have no "{target["name"]}". Nothing is trained on them; '
            "find out why it is missing, since the others may not be like them.",
        )
    for label in target["labels"]:
        if label["share"] < RARE_LABEL:
            yield Insight(
                "high",
                "Rare target label",
                f'{label["count"]} rows ({label["share"]:.1%}) have the label "{label["label"]}". It will be '
                "predicted poorly; add rows with it if you can.",
            )


def _of_rows(analysis: Analysis) -> Iterator[Insight]:
    duplicates = analysis["duplicate_rows"]
    if duplicates["count"]:
        yield Insight(
            "high",
            "Duplicate rows",
            f"{duplicates['count']} rows ({duplicates['share']:.1%}) repeat an earlier one in all columns. "
            "Rows that are in two parts of a split make a model look better than it is; remove them unless "
            "they are different cases.",
        )
    features = analysis["columns"] - 1
    if analysis["rows"] < ROWS_A_COLUMN * features:
        yield Insight(
            "high",
            "Many columns for the rows",
            f"{features} features for {analysis['rows']} rows: some of them go with the target by chance. "
            "Leave out those that cannot matter, or add rows.",
        )


def _of_columns(analysis: Analysis) -> Iterator[Insight]:
    features = analysis["features"]
    leaking = [one["name"] for one in features if one["prediction_power"] >= LEAKS]
    if leaking:
        yield Insight(
            "high",
            "Target leakage",
            f"{_listed(leaking)}: alone all but enough to tell the target. Check that the value is known "
            "before the target is.",
        )
    empty = [one["name"] for one in features if one["missing"] >= OFTEN_MISSING * analysis["rows"]]
    if empty:
        yield Insight("low", "Often missing", f"{_listed(empty)}: missing in half of the rows or more.")
    for type, name, what in (
        (CONSTANT, "Constant columns", "the same in every row; no candidate uses what says nothing"),
        (ID, "Identifiers", "its own in every row; no candidate uses what only counts rows"),
    ):
        if names := [one["name"] for one in features if one["type"] == type]:
            yield Insight("low", name, f"{_listed(names)}: {what}.")
    if pairs := analysis["correlations"]["redundant"]:
        told = [f"{one['first']} and {one['second']} ({one['correlation']:.3f})" for one in pairs[:_NAMED]]
        yield Insight(
            "low",
            "Redundant columns",
            f"{_listed(told, len(pairs))}: correlated by {REDUNDANT} or more; one of each pair may do.",
        )


def _listed(names: Sequence[str], count: int | None = None) -> str:
    count = len(names) if count is None else count
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
