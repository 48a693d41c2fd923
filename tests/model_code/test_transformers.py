"""The transformers of AutoML's candidates against scikit-learn's, where it has the like."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from model_scripts import load
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

pipelines = load("shared/transformers/feature_pipeline")
imputer = load("shared/transformers/robust_imputer")
encoder = load("shared/transformers/threshold_one_hot_encoder")
vectorizer = load("shared/transformers/multi_column_tfidf_vectorizer")
extreme = load("shared/transformers/quantile_extreme_values_transformer")
pca = load("shared/transformers/robust_pca")
scaler = load("shared/transformers/robust_standard_scaler")
dates = load("shared/transformers/date_time_vectorizer")
labels = load("shared/transformers/robust_label_encoder")

NUMBERS = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.just(math.nan),
)


# Beside the many parameters that each of them has.
FEWER = settings(max_examples=30)


def tables(least: int = 2, elements: Any = NUMBERS) -> Any:
    shapes = st.tuples(st.integers(least, 12), st.integers(1, 4))
    return arrays.arrays(np.float64, shapes, elements=elements)


WHOLE = tables(
    elements=st.one_of(st.integers(-3, 3).map(float), st.floats(-99, 99).map(lambda one: round(one, 3)))
)
CATEGORIES = st.lists(st.sampled_from(["", "no", "yes", "KS", "ÄÖ\n", "no "]), min_size=1, max_size=12)
WORDS = st.text(st.sampled_from("abcAB1_ -'é\n"), max_size=14)


def fitted(one: Any, numbers: Any, pieces: int = 2) -> Any:
    one.fit(np.array_split(numbers, pieces))
    return one


@pytest.mark.parametrize("strategy", ["median", "mean", "constant"])
@pytest.mark.parametrize("indicator", [False, True])
@FEWER
@given(tables())
def test_the_imputer_does_what_simple_imputer_does(strategy: str, indicator: bool, table: Any) -> None:
    theirs = SimpleImputer(
        strategy=strategy, fill_value=7.5, add_indicator=indicator, keep_empty_features=True
    )
    expected = theirs.fit_transform(table)
    ours = fitted(imputer.RobustImputer(strategy=strategy, fill_value=7.5, add_indicator=indicator), table)
    assert np.allclose(ours.transform(table), expected, rtol=1e-12, atol=0)
    assert ours.width == expected.shape[1]


def test_a_constant_of_nan_leaves_what_is_missing_to_the_algorithm() -> None:
    table = np.array([[1.0, math.nan], [math.nan, 2.0]])
    ours = fitted(imputer.RobustImputer(strategy="constant", fill_value=math.nan), table)
    assert np.array_equal(ours.transform(table), table, equal_nan=True)


@pytest.mark.parametrize("threshold", [1, 2, 3])
@FEWER
@given(CATEGORIES, CATEGORIES)
def test_categories_are_encoded_as_one_hot_encoder_does(
    threshold: int, training: list[str], asked: list[str]
) -> None:
    ours = encoder.ThresholdOneHotEncoder(threshold=threshold)
    ours.fit([training])
    [kept] = ours.categories
    assert kept == sorted({one for one in training if training.count(one) >= threshold})
    if kept:
        theirs = OneHotEncoder(categories=[kept], handle_unknown="ignore", sparse_output=False)
        theirs.fit(np.array(kept, dtype=object)[:, None])
        assert np.array_equal(
            ours.transform([asked]), theirs.transform(np.array(asked, dtype=object)[:, None])
        )


def test_of_too_many_categories_the_most_frequent_have_a_feature() -> None:
    ours = encoder.ThresholdOneHotEncoder(threshold=1, max_categories=2)
    ours.fit([["b", "c", "a", "c", "b", "d"]])
    assert ours.categories == [["b", "c"]]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"min_df": 2},
        {"min_df": 0.3, "max_df": 0.8},
        {"ngram_range": (1, 2)},
        {"analyzer": "char_wb"},
        {"analyzer": "char_wb", "ngram_range": (2, 4)},
    ],
    ids=str,
)
@FEWER
@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS, min_size=1, max_size=4))
def test_words_weigh_what_they_do_in_tfidf_vectorizer(
    parameters: dict[str, Any], training: list[str], asked: list[str]
) -> None:
    theirs = TfidfVectorizer(**{"min_df": 0.0, **parameters})
    ours = vectorizer.MultiColumnTfidfVectorizer(**parameters)
    ours.fit([training])
    try:
        theirs.fit(training)
    except ValueError:
        assert ours.width == 0, "scikit-learn refuses a column without a term"
        return
    assert ours.terms == [theirs.get_feature_names_out().tolist()]
    assert np.allclose(ours.transform([asked]), theirs.transform(asked).toarray(), rtol=1e-12, atol=0)


def test_of_too_many_words_the_most_frequent_are_kept_in_each_column() -> None:
    ours = vectorizer.MultiColumnTfidfVectorizer(max_features=2)
    ours.fit([["cc bb aa bb", "cc dd"], ["xx", "yy zz zz"]])
    assert ours.terms == [["bb", "cc"], ["xx", "zz"]]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("1970-01-02", [1, 1, 2, 4, 0]),
        ("1969-12-31T12:00", [-0.5, 12, 31, 2, 12]),
        ("2024-02-29 23:59:59", [19782 + 86399 / 86400, 2, 29, 3, 23]),
        ("2024-03-01T01:00+02:00", [19782 + 23 / 24, 2, 29, 3, 23]),
        ("2/29/2024", [19782, 2, 29, 3, 0]),
        ("29/2/2024", [19782, 2, 29, 3, 0]),
        ("", [math.nan] * 5),
        ("2024-02-30", [math.nan] * 5),
    ],
)
def test_a_date_has_its_parts_as_numbers_alone_and_in_a_column(cell: str, parts: list[float]) -> None:
    ours = dates.DateTimeVectorizer()
    ours.fit([[cell], ["2000-01-01"]])
    expected = [*parts, 10957, 1, 1, 5, 0]
    assert np.allclose(ours.transform([[cell], ["2000-01-01"]])[0], expected, equal_nan=True)
    places, values = ours.row([cell, "2000-01-01"])
    assert places == [*range(ours.width)]
    assert np.allclose(values, expected, equal_nan=True)


@FEWER
@given(tables(), st.floats(0, 1))
def test_features_are_scaled_as_standard_scaler_does(table: Any, empty: float) -> None:
    table[: round(empty * len(table)), 0] = 0
    ours = fitted(scaler.RobustStandardScaler(), table)
    with np.errstate(invalid="ignore", divide="ignore"):
        theirs = StandardScaler().fit(table)
        sparse = StandardScaler(with_mean=False).fit(table)
    for place, column in enumerate(table.T):
        known = column[~np.isnan(column)]
        if not len(known) or np.ptp(known) < 1e-6 * np.abs(known).max():
            continue  # what is constant is tested below
        is_sparse = (column == 0).sum() >= 0.7 * len(column)
        expected = (sparse if is_sparse else theirs).transform(table)[:, place]
        assert np.allclose(ours.transform(table)[:, place], expected, rtol=1e-6, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("zeros", range(11))
def test_a_feature_of_seven_zeros_in_ten_is_not_centered(zeros: int) -> None:
    table = np.array([[0.0]] * zeros + [[float(row)] for row in range(1, 11 - zeros)])
    ours = fitted(scaler.RobustStandardScaler(), table)
    assert (ours.center[0] == 0) == (zeros >= 7)


@pytest.mark.parametrize("column", [[3.0, 3.0, 3.0], [0.1, 0.1, 0.1], [math.nan] * 3, [0.0, 0.0, 0.0]])
def test_a_constant_feature_is_not_divided(column: list[float]) -> None:
    table = np.array(column)[:, None]
    ours = fitted(scaler.RobustStandardScaler(), table)
    assert ours.scale.tolist() == [1.0]
    assert np.allclose(np.nan_to_num(ours.transform(table)), 0)


@FEWER
@given(WHOLE)
def test_only_a_heavy_tailed_column_is_made_uniform_as_quantile_transformer_does(table: Any) -> None:
    # The last row of the first column lies far away from all others.
    table = np.vstack([table] * 4)
    table[-1, 0] = 1e9
    ours = extreme.QuantileExtremeValuesTransformer(quantile=100, threshold_std=3.0)
    fitted(ours, table)
    theirs = QuantileTransformer(n_quantiles=min(1000, len(table)), subsample=None).fit(table)
    transformed = ours.transform(table)
    for place in range(table.shape[1]):
        expected = theirs.transform(table)[:, place] if place in ours.extreme else table[:, place]
        assert np.allclose(transformed[:, place], expected, atol=1e-7)
    assert len(table) < 12 or 0 in ours.extreme


def test_a_missing_number_of_a_heavy_tailed_column_stays_missing() -> None:
    table = np.array([[float(row % 7)] for row in range(99)] + [[1e9], [math.nan]])
    ours = fitted(extreme.QuantileExtremeValuesTransformer(quantile=100), table)
    assert ours.extreme.tolist() == [0]
    assert np.isnan(ours.transform(table)[:, 0]).tolist() == [False] * 100 + [True]


@pytest.mark.parametrize(("rows", "columns", "components"), [(30, 4, 2), (30, 4, 9), (3, 8, 5), (40, 600, 6)])
def test_components_are_those_of_pca(rows: int, columns: int, components: int) -> None:
    """Of more features than are decomposed at once, the first components of a table of low rank."""
    random = np.random.default_rng(rows)
    scales = 2.0 ** -np.arange(min(columns, 12))
    table = random.normal(size=(rows, len(scales))) * scales @ random.normal(size=(len(scales), columns)) + 3
    ours = fitted(pca.RobustPCA(n_components=components), table)
    expected = PCA(n_components=min(rows, columns, components), svd_solver="full").fit(table)
    count = min(ours.width, rows - 1)
    assert ours.width == min(rows, columns, components)
    signs = np.sign((ours.components * expected.components_).sum(axis=1))[:count]
    assert np.allclose(
        ours.transform(table)[:, :count], expected.transform(table)[:, :count] * signs, atol=1e-6
    )
    assert (
        ours.components[np.arange(len(ours.components)), np.abs(ours.components).argmax(axis=1)] > 0
    ).all()


def test_components_of_missing_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="put a RobustImputer before it"):
        fitted(pca.RobustPCA(), np.array([[1.0, math.nan], [2.0, 3.0]]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: imputer.RobustImputer(strategy="mode"), "expected median, mean, constant, got 'mode'"),
        (lambda: extreme.QuantileExtremeValuesTransformer(quantile=2), "expected 50 to 100, got 2"),
        (lambda: pca.RobustPCA(n_components=0), "expected 1 or more, got 0"),
        (lambda: vectorizer.MultiColumnTfidfVectorizer(analyzer="char"), "expected word or char_wb"),
        (lambda: vectorizer.MultiColumnTfidfVectorizer(ngram_range=(2, 1)), "expected two lengths from 1 on"),
        (lambda: labels.RobustLabelEncoder(["a"]), "expected two different labels or more"),
        (lambda: labels.RobustLabelEncoder(["a", "a"]), "expected two different labels or more"),
        (lambda: pipelines.FeaturePipeline([]), "expected at least one group of columns"),
        (lambda: pipelines.ColumnGroup([], [scaler.RobustStandardScaler()]), "expected at least one column"),
        (
            lambda: pipelines.FeaturePipeline(
                [pipelines.ColumnGroup(["a"], [scaler.RobustStandardScaler()])],
                [encoder.ThresholdOneHotEncoder()],
            ),
            "ThresholdOneHotEncoder: expected a transformer of numbers in this place",
        ),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("known", [["False.", "True."], ["0", "1", "2"], ["ja", "nein", "ñ"]])
def test_a_label_has_the_number_of_its_place_and_comes_back_from_it(known: list[str]) -> None:
    ours = labels.RobustLabelEncoder(known)
    numbers = [ours.encode(label) for label in known]
    assert numbers == [*range(len(known))]
    for spell in (str, lambda number: str(int(number)), lambda number: f"{number:e}"):
        assert [ours.decode(spell(number)) for number in numbers] == known


@pytest.mark.parametrize("number", ["2", "-1", "0.97", "nan", "inf", "", "True.", "1e99"])
def test_what_is_no_labels_number_is_refused(number: str) -> None:
    with pytest.raises(labels.UnknownLabel, match="expected the number of a label, 0 to 1"):
        labels.RobustLabelEncoder(["False.", "True."]).decode(number)


def test_a_target_without_labels_is_a_number() -> None:
    ours = labels.RobustLabelEncoder([])
    assert ours.encode("2.5") == 2.5
    assert ours.decode("2.5") == "2.5"
    with pytest.raises(labels.UnknownLabel, match="expected a number"):
        ours.encode("much")
