"""The forecasting stand-in's contract, without its network: hyperparameters, series, requests, refusals."""

import json
import math
from typing import Any

import numpy as np
import pytest
from built_in.hyperparameters import Refused
from deepar_image import hyperparameters, preparation, requests
from deepar_image.requests import Wanted
from deepar_image.series import Series, SeriesError, parse
from deepar_image.shape import Shape
from hypothesis import given
from hypothesis import strategies as st
from toolkit.errors import CallerProblem

REQUIRED = {"time_freq": "2H", "epochs": "3", "context_length": "4", "prediction_length": "2"}


# Objects, which no set takes, and whole numbers that no float holds, are what readers forget.
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text()
    | st.integers()
    | st.sampled_from([10**400, -(10**400)]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def made(target: Any = (1.0, 2.0, 3.0, 4.0, 5.0), **members: Any) -> Series:
    return parse({"start": "2014-01-01 00:00:00", "target": list(target), **members})


def shaped(*series: Series, **given: str) -> Shape:
    return preparation.shape(hyperparameters.validated({**REQUIRED, **given}), series)


def test_what_is_not_given_has_the_images_default() -> None:
    found = hyperparameters.validated(REQUIRED)

    assert found["num_cells"] == 40
    assert found["num_layers"] == 2
    assert found["likelihood"] == "student-t"
    assert found["mini_batch_size"] == 128
    assert found["early_stopping_patience"] is None
    assert found["test_quantiles"] == [tenth / 10 for tenth in range(1, 10)]


@pytest.mark.parametrize("name", hyperparameters.REQUIRED)
def test_a_required_hyperparameter_is_missed_by_name(name: str) -> None:
    given = {key: value for key, value in REQUIRED.items() if key != name}

    with pytest.raises(Refused, match=f"Missing required hyperparameter: {name}"):
        hyperparameters.validated(given)


@pytest.mark.parametrize("frequency", ["H", "1H", "2H", "5min", "D", "W", "M"])
def test_a_frequency_is_a_number_and_a_unit(frequency: str) -> None:
    assert shaped(made(), time_freq=frequency).frequency


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_freq", "2X"),
        ("time_freq", "0H"),
        ("epochs", "0"),
        ("learning_rate", "0"),
        ("dropout_rate", "1"),
        ("likelihood", "poisson"),
        ("cardinality", "[0]"),
        ("cardinality", "many"),
        ("num_dynamic_feat", "-1"),
        ("test_quantiles", "[0.5, 1.5]"),
        ("early_stopping_patience", "0"),
        ("color", "red"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Refused, match=name):
        hyperparameters.validated({**REQUIRED, name: value})


def test_auto_takes_cardinality_and_features_from_the_training_series() -> None:
    found = shaped(
        made(cat=[0, 3], dynamic_feat=[[0, 0, 1, 0, 0]]), made(cat=[2, 1], dynamic_feat=[[0, 0, 1, 0, 0]])
    )

    assert found.cardinality == (3, 4)
    assert found.categories == ((0, 2), (1, 3))
    assert found.num_dynamic_feat == 1


def test_ignored_categories_and_features_are_no_part_of_the_network() -> None:
    series = made(cat=[1], dynamic_feat=[[0, 0, 1, 0, 0]])

    found = shaped(series, cardinality="ignore", num_dynamic_feat="")

    assert found.cardinality == ()
    assert found.num_dynamic_feat == 0
    assert sorted(found.entry(series)) == ["start", "target"]


@pytest.mark.parametrize(
    ("channel", "series", "given", "reason"),
    [
        ("train", [made([None, "NaN"])], {}, "train channel: series 1: `target` has no observed value"),
        ("train", [made([])], {}, "series 1: `target` has no observed value"),
        ("train", [made(dynamic_feat=[[1]])], {}, "series 1: `dynamic_feat` has 1 values instead of 5"),
        ("train", [made([1.0, 2.0])], {}, "longer than prediction_length = 2"),
        ("train", [made([1.0, 2.0, -1.0])], {"likelihood": "negative-binomial"}, r"not within \[0, inf\]"),
        ("test", [made(), made([1.0, 2.0])], {}, "test channel: series 2: it has no point before the 2"),
    ],
)
def test_series_that_cannot_be_trained_on_are_refused_by_number(
    channel: str, series: list[Series], given: dict[str, str], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        preparation.check(channel, series, shaped(*series, **given))


def test_a_test_series_may_not_have_a_category_that_training_has_not_seen() -> None:
    shape = shaped(made(cat=0), made(cat=2))

    with pytest.raises(Refused, match="series 2: `cat` names at position 0 a category"):
        preparation.check("test", [made(cat=2), made(cat=1)], shape)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": [1.0, None, None, "NaN", None]}, "no observed value among its last 4 points"),
        ({"cat": 0}, "trained without categories"),
        ({"dynamic_feat": [[0.0] * 7]}, "trained without features"),
        ({"start": "2014-01-01T00:00:00Z"}, "time zone"),
        ({"start": 5}, "not a timestamp"),
        ({"target": "12"}, "not an array of numbers"),
        ({"target": [1.0, True]}, "something else than numbers"),
        ({"target": [1.0, [2.0]]}, "something else than numbers"),
        ({"target": [1.0, 1e99]}, "infinite"),
        ({"cat": [0.5]}, "whole numbers"),
        ({"dynamic_feat": [[1.0], [1.0, 2.0]]}, "differ in length"),
        ({"dynamic_feat": [[1.0, "NaN"]]}, "missing or infinite"),
        ({"dynamic_feat": 7}, "not an array of arrays"),
    ],
)
def test_a_series_that_cannot_be_forecast_is_refused_by_its_index(
    changes: dict[str, Any], reason: str
) -> None:
    whole = {"start": "2014-01-01", "target": [1.0] * 5}
    body = json.dumps({"instances": [whole, {**whole, **changes}]}).encode()

    with pytest.raises(CallerProblem, match=reason) as refusal:
        requests.read(body, "application/json", shaped(made()), Wanted())
    assert refusal.value.status == 400
    assert str(refusal.value).startswith("instances[1]: ")


@given(st.lists(st.none() | st.just("NaN") | st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_every_gap_is_a_nan_and_every_number_stays(values: list[Any]) -> None:
    target = made(values).target

    assert len(target) == len(values)
    for value, found in zip(values, target.tolist(), strict=True):
        assert math.isnan(found) if value in (None, "NaN") else found == value


@given(JSON_VALUES)
def test_whatever_stands_in_a_series_is_read_or_refused(value: Any) -> None:
    for name in ("start", "target", "cat", "dynamic_feat"):
        document = {"start": "2014-01-01", "target": [1.0], name: value}
        try:
            parse(document)
        except SeriesError as error:
            assert name in str(error)


@pytest.mark.parametrize("name", ["target", "dynamic_feat"])
@pytest.mark.parametrize("item", ["", "nan", True, {}, [], [1.0], [[1.0]], [None], 10**400, -(10**400)])
def test_what_is_no_number_in_an_array_of_numbers_is_refused(name: str, item: object) -> None:
    for row in ([item], [1.0, item]):
        with pytest.raises(SeriesError, match=f"`{name}` holds"):
            parse({"start": "2014-01-01", "target": [1.0], name: row if name == "target" else [row, row]})


@pytest.mark.parametrize(
    "rows", [[[1.0], [[1.0]]], [[[1.0]], [1.0]], [[1.0], {}], [[1.0], 1.0], [[1.0], [1, 2]]]
)
def test_features_of_several_shapes_are_refused(rows: object) -> None:
    with pytest.raises(SeriesError, match="dynamic_feat"):
        parse({"start": "2014-01-01", "target": [1.0], "dynamic_feat": rows})


def test_quantiles_keep_the_callers_spelling_in_the_answer() -> None:
    wanted = Wanted.parse({"quantiles": ["0.10", "0.5"], "output_types": ["quantiles"]})

    answer = wanted.of(np.array([[1.0], [2.0], [3.0]], dtype=np.float32))

    assert json.loads(requests.write([answer], lines=True)) == {"quantiles": {"0.10": [1.2], "0.5": [2.0]}}


@given(JSON_VALUES)
def test_whatever_stands_in_a_configuration_is_read_or_refused(value: Any) -> None:
    for name in ("num_samples", "output_types", "quantiles"):
        try:
            Wanted.parse({name: value})
        except ValueError as error:
            assert name in str(error)


@pytest.mark.parametrize("quantiles", [[10**400], [-(10**400)], [{}], [[]], [None], [True], "0.5", {}, 0.5])
def test_other_quantiles_are_refused(quantiles: object) -> None:
    with pytest.raises(ValueError, match="`quantiles` holds something else than numbers between 0 and 1"):
        Wanted.parse({"quantiles": quantiles})


@pytest.mark.parametrize("output_types", ["mean", ["median"], [["mean"]], [{}], [None], 1, None])
def test_other_output_types_are_refused(output_types: object) -> None:
    with pytest.raises(ValueError, match="expected `output_types` of mean, quantiles, samples"):
        Wanted.parse({"output_types": output_types})
