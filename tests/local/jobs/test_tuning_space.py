"""A tuning job's ranges: what is searched, and what is refused by its name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.errors import JobError
from local.jobs.tuning.definition import Definition
from local.jobs.tuning.optimizer import Search
from local.jobs.tuning.request import TuningRequest
from local.jobs.tuning.space import (
    Categorical,
    Continuous,
    Integer,
    Range,
    ReverseLogarithmic,
    read_space,
)


def interval(name: str, low: object, high: object, **more: str) -> dict[str, str]:
    return {"Name": name, "MinValue": str(low), "MaxValue": str(high), **more}


def test_each_kind_of_range_is_read() -> None:
    declared = {
        "IntegerParameterRanges": [interval("depth", 3, 8)],
        "ContinuousParameterRanges": [
            interval("eta", 0.01, 0.2, ScalingType="Logarithmic"),
            interval("momentum", 0, 0.99, ScalingType="ReverseLogarithmic"),
        ],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    assert read_space(declared) == [
        Continuous("eta", 0.01, 0.2, True),
        ReverseLogarithmic("momentum", 0.0, 0.99),
        Integer("depth", 3, 8, False),
        Categorical("booster", ("gbtree", "dart")),
    ]


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ({"AutoParameters": [{"Name": "eta"}]}, "AutoParameters is not supported, only Continuous"),
        ({}, "no parameter range to search"),
        (
            {"ContinuousParameterRanges": [interval("eta", 0.1, 0.2, ScalingType="Cubic")]},
            "range of eta: ScalingType 'Cubic' is not supported, only Auto, Linear, Log",
        ),
        (
            {"ContinuousParameterRanges": [interval("eta", 0.1, 1, ScalingType="ReverseLogarithmic")]},
            "range of eta: a reverse logarithmic scale lies in 0 <= x < 1, got 0.1 to 1.0",
        ),
        (
            {"IntegerParameterRanges": [interval("depth", 0, 0, ScalingType="ReverseLogarithmic")]},
            "depth: ScalingType ReverseLogarithmic is for continuous ranges",
        ),
        ({"IntegerParameterRanges": [interval("depth", 1, 2)] * 2}, "depth has 2 ranges; expected one"),
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


class Low:
    """Suggests an end of each interval."""

    def __init__(self, end: str) -> None:
        self.end = end

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return low if self.end == "low" else high

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        return low if self.end == "low" else high

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return choices[0]


def test_a_reverse_logarithmic_scale_is_logarithmic_below_one() -> None:
    momentum = ReverseLogarithmic("momentum", 0.0, 0.999999)
    assert momentum.suggest(Low("low")) == "0.999999"
    assert momentum.suggest(Low("high")) == "0"
    values = Optimizing([momentum]).ask(200)
    near = [one for one in values if float(one["momentum"]) > 0.99]
    assert 100 < len(near) < 180, "four of its six decades"


@pytest.mark.parametrize(
    ("one", "text", "known"),
    [
        (Continuous("x", 0.1, 0.2, True), "0.15", 0.15),
        (Continuous("x", 0.1, 0.2, True), "0.3", None),
        (Continuous("x", 0.1, 0.2, True), "much", None),
        (Integer("n", 1, 9, False), "9", 9),
        (Integer("n", 1, 9, False), "10", None),
        (Integer("n", 1, 9, False), "1.5", None),
        (Categorical("c", ("red", "blue")), "blue", "blue"),
        (Categorical("c", ("red", "blue")), "green", None),
        (ReverseLogarithmic("m", 0.0, 0.75), "0.5", 0.5),
        (ReverseLogarithmic("m", 0.0, 0.75), "0.25", 0.75),
        (ReverseLogarithmic("m", 0.0, 0.75), "0.8", None),
    ],
)
def test_a_text_is_known_by_its_value_where_it_lies_in_the_range(
    one: Range, text: str, known: object
) -> None:
    assert one.known(text) == known


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.integers(1, 500), st.booleans())
def test_what_is_suggested_lies_in_its_range(low: float, width: float, top: int, logarithmic: bool) -> None:
    ranges = [Continuous("x", low, low + width, logarithmic), Integer("n", 1, top, logarithmic)]
    [values] = Optimizing(ranges).ask(1)
    # Written to six digits.
    assert low * 0.99999 <= float(values["x"]) <= (low + width) * 1.00001
    assert 1 <= int(values["n"]) <= top


@given(st.floats(0, 0.9999), st.floats(0, 0.9999))
def test_what_is_suggested_on_a_reverse_logarithmic_scale_lies_in_its_range(one: float, two: float) -> None:
    low, high = sorted((one, two))
    [values] = Optimizing([ReverseLogarithmic("m", low, high)]).ask(1)
    assert low - 1e-11 <= float(values["m"]) <= high + 1e-11


class Optimizing:
    """A random search over ranges."""

    def __init__(self, ranges: Any) -> None:
        definition = Definition(None, "m", True, ranges, {}, {})
        self._search = Search(TuningRequest([definition], "Random", 1, 1, 0, False, None, [], None))

    def ask(self, count: int) -> list[Any]:
        return [one.values for one in self._search.ask(count)]
