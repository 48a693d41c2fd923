"""constraints.json: what later data have to be like, suggested from the statistics of a baseline."""

from collections.abc import Mapping
from typing import Any

from drift_distance import L_INFINITY, ROBUST

# More values than these, or one for fewer rows than these, are no domain.
_MOST_VALUES = 100
_ROWS_A_VALUE = 20
MONITORING_CONFIG: Mapping[str, Any] = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": ROBUST,
        "categorical_comparison_threshold": 0.1,
        "categorical_drift_method": L_INFINITY,
    },
}


def suggest(statistics: Mapping[str, Any], config: Mapping[str, Any] = MONITORING_CONFIG) -> dict[str, Any]:
    """Constraints that the baseline itself meets."""
    return {
        "version": 0.0,
        "features": [_feature(one) for one in statistics["features"]],
        "monitoring_config": dict(config),
    }


def _feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    numbers, texts = feature.get("numerical_statistics"), feature.get("string_statistics")
    common = (numbers or texts or {})["common"]
    rows = common["num_present"] + common["num_missing"]
    found: dict[str, Any] = {
        "name": feature["name"],
        "inferred_type": feature["inferred_type"],
        "completeness": common["num_present"] / rows if rows else 0.0,
    }
    if numbers and "min" in numbers:
        found["num_constraints"] = {"is_non_negative": numbers["min"] >= 0}
    if texts and (domain := _domain(texts, rows)):
        found["string_constraints"] = {"domains": domain}
    return found


def _domain(statistics: Mapping[str, Any], rows: int) -> list[str]:
    """The values, where they are few and all of them came again: by Good and Turing the share of values that
    are still to come is that of those that came once."""
    buckets = statistics["distribution"]["categorical"]["buckets"]
    if len(buckets) > min(_MOST_VALUES, rows // _ROWS_A_VALUE) or any(one["count"] < 2 for one in buckets):
        return []
    return [one["value"] for one in buckets]
