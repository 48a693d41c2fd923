"""A tuning job's ranges: what is searched, and what is refused by its name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.errors import JobError
from local.jobs.tuning.optimizer import Optimizer
from local.jobs.tuning.space import Categorical, Continuous, Integer, read_space


def interval(name: str, low: object, high: object, **more: str) -> dict[str, str]:
    return {"Name": name, "MinValue": str(low), "MaxValue": str(high), **more}


def test_each_kind_of_range_is_read() -> None:
    declared = {
        "IntegerParameterRanges": [interval("depth", 3, 8)],
        "ContinuousParameterRanges": [interval("eta", 0.01, 0.2, ScalingType="Logarithmic")],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    assert read_space(declared) == [
        Continuous("eta", 0.01, 0.2, True),
        Integer("depth", 3, 8, False),
        Categorical("booster", ("gbtree", "dart")),
    ]


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"AutoParameters": [{"Name": "eta"}]}, "AutoParameters is not supported, only Continuous"),
        ({}, "no parameter range to search"),
        (
            {"ContinuousParameterRanges": [interval("eta", 0.1, 0.2, ScalingType="ReverseLogarithmic")]},
            "range of eta: ScalingType 'ReverseLogarithmic' is not supported",
        ),
        (
            {"ContinuousParameterRanges": [interval("eta", 0.2, 0.1)]},
            "eta: MinValue 0.2 is above MaxValue 0.1",
        ),
        (
            {"IntegerParameterRanges": [interval("depth", 0, 9, ScalingType="Logarithmic")]},
            "depth: a logarithmic scale needs a MinValue above 0",
        ),
        ({"IntegerParameterRanges": [interval("depth", "three", 9)]}, "the range of depth: "),
        (
            {"CategoricalParameterRanges": [{"Name": "booster", "Values": []}]},
            "booster: expected at least one value",
        ),
    ],
)
def test_a_range_that_is_not_emulated_is_refused_by_name(declared: Any, fault: str) -> None:
    with pytest.raises(JobError, match=fault):
        read_space(declared)


def search(strategy: str, seed: int, values: list[float | None]) -> list[Any]:
    """What is tried in groups of two, where the trials come to these values."""
    ranges = [Continuous("eta", 0.01, 0.2, True), Integer("depth", 1, 9, False)]
    optimizer = Optimizer(ranges, strategy, maximize=True, seed=seed, group=2)
    tried: list[Any] = []
    for first in range(0, len(values), 2):
        tried += optimizer.ask(len(values[first : first + 2]))
        optimizer.tell(values[first : first + 2])
    return tried


def test_the_same_seed_and_results_give_the_same_trials() -> None:
    results = [0.1, 0.9, None, 0.4, 0.8, 0.2, 0.3]
    assert search("Bayesian", 0, results) == search("Bayesian", 0, results)
    assert search("Bayesian", 0, results) != search("Bayesian", 1, results)


def test_a_bayesian_search_learns_and_a_random_one_does_not() -> None:
    good, bad = [0.1, 0.9, 0.2, 0.8, 0.5, 0.6], [0.9, 0.1, 0.8, 0.2, 0.5, 0.6]
    assert search("Random", 0, good) == search("Random", 0, bad)
    assert search("Bayesian", 0, good)[:2] == search("Bayesian", 0, bad)[:2], "nothing is known yet"
    assert search("Bayesian", 0, good) != search("Bayesian", 0, bad)


def test_a_bayesian_search_ends_nearer_to_the_best_than_it_began() -> None:
    ranges = [Continuous("x", 0.0, 1.0, False)]
    optimizer = Optimizer(ranges, "Bayesian", maximize=False, seed=0, group=4)
    distances = []
    for _ in range(8):
        found = [abs(float(values["x"]) - 0.7) for values in optimizer.ask(4)]
        optimizer.tell(found)
        distances.append(sum(found) / 4)
    assert sum(distances[-2:]) < sum(distances[:2]) / 2


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.integers(1, 500), st.booleans())
def test_what_is_suggested_lies_in_its_range(low: float, width: float, top: int, logarithmic: bool) -> None:
    ranges = [Continuous("x", low, low + width, logarithmic), Integer("n", 1, top, logarithmic)]
    [values] = Optimizer(ranges, "Random", maximize=True, seed=0, group=1).ask(1)
    # Written to six digits.
    assert low * 0.99999 <= float(values["x"]) <= (low + width) * 1.00001
    assert 1 <= int(values["n"]) <= top
