"""constraint_violations.json: in what data differ from their baseline."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import drift_distance
from column_profile import FRACTIONAL, INTEGRAL, STRING, ColumnProfile
from drift_distance import CHI_SQUARED, ROBUST
from quantile_sketch import QuantileSketch
from table_profile import TableProfile

_ENABLED = "Enabled"
# So many standard deviations fewer cells may be there than in a baseline that lacks some itself.
_DEVIATIONS = 3.0


@dataclass(frozen=True)
class Violation:
    feature: str
    check: str
    description: str

    def document(self) -> dict[str, str]:
        return {
            "feature_name": self.feature,
            "constraint_check_type": self.check,
            "description": self.description,
        }


class Baseline:
    """statistics.json and constraints.json of the data that a model was trained on.

    Raises ValueError for documents that do not belong together.
    """

    def __init__(self, statistics: Mapping[str, Any], constraints: Mapping[str, Any]) -> None:
        try:
            self._features = {one["name"]: one for one in statistics["features"]}
            self.constraints = {one["name"]: one for one in constraints["features"]}
            self.rows = int(statistics["dataset"]["item_count"])
            config = constraints["monitoring_config"]
            self.distribution = config["distribution_constraints"]
            self.match = float(config["datatype_check_threshold"])
            self.content = float(config["domain_content_threshold"])
            self.evaluates = config["evaluate_constraints"] == _ENABLED
            self.compares = self.distribution["perform_comparison"] == _ENABLED
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the baseline is not statistics.json and constraints.json: {error!r}") from None
        if [*self._features] != [*self.constraints]:
            raise ValueError("statistics.json and constraints.json describe different features")

    @property
    def names(self) -> list[str]:
        return [*self.constraints]

    def distance(self, column: ColumnProfile) -> tuple[float, float] | None:
        """How far a column has drifted, and the threshold; None where there is nothing to compare."""
        feature = self._features[column.name]
        method = self.distribution["comparison_method"]
        kll = feature.get("numerical_statistics", {}).get("distribution", {}).get("kll")
        if kll and column.numbers:
            sketch = QuantileSketch.of(kll)
            threshold = float(self.distribution["comparison_threshold"])
            return drift_distance.between_numbers(sketch, column.sketch, method), threshold
        texts = feature.get("string_statistics", {}).get("distribution", {}).get("categorical", {})
        before = {one["value"]: int(one["count"]) for one in texts.get("buckets", [])}
        if before and column.categories:
            threshold = float(self.distribution["categorical_comparison_threshold"])
            if self.distribution.get("categorical_drift_method") == CHI_SQUARED:
                return drift_distance.by_chi_squared(before, column.categories), 1 - threshold
            return drift_distance.between_categories(before, column.categories, method), threshold
        return None

    def distances(self, table: TableProfile) -> dict[str, tuple[float, float]]:
        """Distance and threshold of each column that can be compared."""
        if not self.compares:
            return {}
        found = {one.name: self.distance(one) for one in table.columns if one.present}
        return {name: one for name, one in found.items() if one is not None}


def violations(
    baseline: Baseline, table: TableProfile, distances: Mapping[str, tuple[float, float]]
) -> list[Violation]:
    """All violations of a table that has rows, in the order of its columns."""
    if not baseline.evaluates or not table.rows:
        return []
    missing = table.missing_columns
    found = [Violation(name, "missing_column_check", _columns(baseline, table, "fewer")) for name in missing]
    found += [
        Violation(
            name,
            "extra_column_check",
            f"{_columns(baseline, table, 'more')} in {table.with_extra} of {table.rows} rows",
        )
        for name in table.extra_columns
    ]
    for column in table.columns:
        if column.name not in missing:
            found += _of_column(baseline, column, distances.get(column.name))
    return found


def _columns(baseline: Baseline, table: TableProfile, what: str) -> str:
    expected = len(baseline.names)
    return f"There are {what} columns than in the baseline. Expected: {expected}. Observed: {table.widest}"


def _of_column(
    baseline: Baseline, column: ColumnProfile, drift: tuple[float, float] | None
) -> Iterator[Violation]:
    constraint = baseline.constraints[column.name]
    for check, description in (
        ("data_type_check", _data_type(column, constraint["inferred_type"], baseline.match)),
        ("completeness_check", _completeness(baseline, column, constraint["completeness"])),
        ("baseline_drift_check", _drift(drift)),
        ("categorical_values_check", _domain(column, constraint, baseline.content)),
    ):
        if description:
            yield Violation(column.name, check, description)


def _data_type(column: ColumnProfile, expected: str, threshold: float) -> str:
    # Any cell is text, and an integer is a number.
    matching = {INTEGRAL: column.integral, FRACTIONAL: column.numbers}.get(expected, column.present)
    if not column.present or expected == STRING or (share := matching / column.present) >= threshold:
        return ""
    return (
        f"Data type match requirement is not met. Expected data type: {expected}, Expected match: "
        f"{percent(threshold)}. Observed: Only {percent(share)} of data is {expected}."
    )


def _completeness(baseline: Baseline, column: ColumnProfile, expected: float) -> str:
    rows = column.present + column.missing
    share = column.present / rows
    chance = 0.0
    if baseline.distribution["comparison_method"] == ROBUST and baseline.rows:
        chance = _DEVIATIONS * math.sqrt(expected * (1 - expected) * (1 / rows + 1 / baseline.rows))
    if share >= expected - chance:
        return ""
    return (
        f"Completeness requirement is not met. Expected: {percent(expected)}. Observed: Only "
        f"{percent(share)}."
    )


def _drift(drift: tuple[float, float] | None) -> str:
    if drift is None or drift[0] <= drift[1]:
        return ""
    distance = math.ceil(round(1e4 * drift[0], 6)) / 1e4
    return f"Baseline drift distance: {distance:g} exceeds threshold: {drift[1]:g}"


def _domain(column: ColumnProfile, constraint: Mapping[str, Any], threshold: float) -> str:
    domain = constraint.get("string_constraints", {}).get("domains")
    if not domain or not column.present:
        return ""
    if column.categories is None:
        return (
            f"Categorical values requirement is not met. Expected: {len(domain)} values. Observed: far more."
        )
    unknown = {value: count for value, count in column.categories.items() if value not in {*domain}}
    share = 1 - sum(unknown.values()) / column.present
    if share >= threshold:
        return ""
    first = ", ".join(f"{value[:40]!r} ({count})" for value, count in [*unknown.items()][:3])
    return (
        f"Categorical values requirement is not met. Expected match: {percent(threshold)}. Observed: Only "
        f"{percent(share)} of values are known; unknown: {first}"
    )


def percent(share: float) -> str:
    """Two decimals, rounded down: what is short of everything is not said to be 100%."""
    # Without what floating point adds or takes, 0.57 would be 56.99%.
    return f"{math.floor(round(1e4 * share, 6)) / 100}%"
