"""Hyperparameter ranges as the candidate notebook declares them."""

from typing import Any

import pytest
from model_scripts import load

tuning = load("automl/candidate_run/candidate_tuning")


@pytest.mark.parametrize(
    ("one", "kind", "declared"),
    [
        ({"low": 2, "high": 8, "scaling": "Logarithmic"}, "Integer", ("2", "8", "Logarithmic")),
        ({"low": 1e-6, "high": 64, "scaling": "Linear"}, "Continuous", ("1e-06", "64", "Linear")),
        ({"low": 0.5, "high": 1.0}, "Continuous", ("0.5", "1.0", "Auto")),
    ],
)
def test_a_range_is_declared_by_its_kind(one: Any, kind: str, declared: tuple[str, ...]) -> None:
    [range_] = tuning.parameter_ranges({"eta": one})[f"{kind}ParameterRanges"]
    assert (range_["MinValue"], range_["MaxValue"], range_["ScalingType"]) == declared


def test_values_are_a_categorical_range() -> None:
    declared = tuning.parameter_ranges({"mult": {"values": ["balanced", 1.0]}})
    assert declared == {"CategoricalParameterRanges": [{"Name": "mult", "Values": ["balanced", "1.0"]}]}


@pytest.mark.parametrize("one", [{"low": 1}, {"low": 2, "high": 1}, {}, {"values": [1], "low": 1}])
def test_a_range_that_is_none_is_refused(one: Any) -> None:
    with pytest.raises(ValueError, match="eta: expected low below high, or values"):
        tuning.parameter_ranges({"eta": one})
