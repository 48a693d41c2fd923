"""The threshold of a binary classifier, by each criterion, beside a search through all thresholds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear_learner_image import hyperparameters, metrics, thresholds
from linear_learner_image.thresholds import Criterion

ROWS = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=40)


def criterion(name: str, **given: str) -> Criterion:
    found = thresholds.choose(
        hyperparameters.validated(
            {
                "predictor_type": "binary_classifier",
                "binary_classifier_model_selection_criteria": name,
                **given,
            }
        )
    )
    assert found is not None
    return found


def scores_and_labels(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score / 4 for score, _ in rows]), np.array([float(label) for _, label in rows])


def measured(scores: np.ndarray, labels: np.ndarray, threshold: float, beta: float = 1) -> dict[str, float]:
    """Accuracy, F score, precision and recall by their definitions, 0 where they are none."""
    positive, taken = labels > 0, scores >= threshold
    hits, claimed, actual = (int(each.sum()) for each in (positive & taken, taken, positive))
    weighted = beta**2 * actual + claimed
    return {
        "accuracy": float(np.mean(positive == taken)),
        "f_beta": (1 + beta**2) * hits / weighted if weighted else 0.0,
        "precision": hits / claimed if claimed else 0.0,
        "recall": hits / actual if actual else 0.0,
    }


def every_threshold(scores: np.ndarray) -> list[float]:
    return [*np.unique(scores), scores.max() + 1]


@pytest.mark.parametrize(
    ("name", "given_", "beta"), [("accuracy", {}, 1), ("f_beta", {}, 1), ("f_beta", {"f_beta": "2"}, 2)]
)
@given(rows=ROWS)
def test_no_threshold_is_better_than_the_calibrated_one(
    name: str, given_: dict[str, str], beta: float, rows: list[tuple[int, bool]]
) -> None:
    scores, labels = scores_and_labels(rows)

    threshold, value = criterion(name, **given_).calibrate(scores, labels)

    assert measured(scores, labels, threshold, beta)[name] == pytest.approx(value)
    best = max(measured(scores, labels, one, beta)[name] for one in every_threshold(scores))
    assert value == pytest.approx(best)


@pytest.mark.parametrize(
    ("name", "held", "maximized", "target"),
    [
        ("precision_at_target_recall", "recall", "precision", {"target_recall": "0.6"}),
        ("recall_at_target_precision", "precision", "recall", {"target_precision": "0.6"}),
    ],
)
@given(rows=ROWS)
def test_one_measure_is_held_at_its_target_while_the_other_is_maximized(
    name: str, held: str, maximized: str, target: dict[str, str], rows: list[tuple[int, bool]]
) -> None:
    scores, labels = scores_and_labels(rows)

    threshold, value = criterion(name, **target).calibrate(scores, labels)

    all_measured = [measured(scores, labels, one) for one in every_threshold(scores)]
    meeting = [one[maximized] for one in all_measured if one[held] >= 0.6]
    found = measured(scores, labels, threshold)
    if meeting:
        assert found[held] >= 0.6
        assert value == pytest.approx(found[maximized]) == pytest.approx(max(meeting))
    else:
        assert value == 0
        assert found[held] == pytest.approx(max(one[held] for one in all_measured))


@pytest.mark.parametrize(
    ("scores", "labels", "threshold"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 0.5),
        ([0.2, 0.4], [1, 1], 0.2),
        ([0.5, 0.5], [1, 1], 0.5),
        ([0.3], [1], 0.3),
    ],
)
def test_a_threshold_lies_between_the_scores_that_it_parts(
    scores: list[float], labels: list[float], threshold: float
) -> None:
    found, value = criterion("accuracy").calibrate(np.array(scores), np.array(labels, dtype=float))

    assert (found, value) == (pytest.approx(threshold), 1.0)


def test_where_no_row_should_be_positive_none_is() -> None:
    scores = np.array([0.2, 0.7], dtype=np.float32)

    found, value = criterion("accuracy").calibrate(scores, np.zeros(2))

    assert value == 1
    assert not (scores >= found).any()


def test_the_loss_as_criterion_says_nothing_of_a_threshold() -> None:
    parameters = hyperparameters.validated(
        {
            "predictor_type": "binary_classifier",
            "binary_classifier_model_selection_criteria": "loss_function",
        }
    )

    assert thresholds.choose(parameters) is None


def by_name(scores: list[metrics.Score]) -> dict[str, float]:
    return {score.name: score.value for score in scores}


@given(rows=ROWS, threshold=st.integers(-4, 4))
def test_the_metrics_of_two_classes_are_those_of_their_definitions(
    rows: list[tuple[int, bool]], threshold: int
) -> None:
    scores, labels = scores_and_labels(rows)
    found = by_name(metrics.binary(scores, labels, threshold / 4, beta=0.5))

    expected = measured(scores, labels, threshold / 4, beta=0.5)
    above = np.subtract.outer(scores[labels > 0], scores[labels == 0])
    area = float(np.mean((np.sign(above) + 1) / 2)) if above.size else math.nan
    assert found == pytest.approx(
        {
            "binary_classification_accuracy": expected["accuracy"],
            "binary_f_0.500": expected["f_beta"],
            "precision": expected["precision"],
            "recall": expected["recall"],
            "roc_auc_score": area,
        },
        nan_ok=True,
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.permutations(range(4))), min_size=1, max_size=30))
def test_the_metrics_of_several_classes_are_those_of_their_definitions(
    rows: list[tuple[int, list[int]]],
) -> None:
    labels, scores = np.array([label for label, _ in rows]), np.array([row for _, row in rows], dtype=float)
    found = by_name(metrics.multiclass(scores, labels.astype(float), top=2, beta=1.0))

    predicted = scores.argmax(axis=1)
    places = [3 - row[label] for label, row in rows]
    powers = np.exp(scores)
    probabilities = powers[np.arange(len(labels)), labels] / powers.sum(axis=1)
    each = {
        one: measured((predicted == one) * 1.0, (labels == one) * 1.0, 0.5)
        for one in {*labels.tolist(), *predicted.tolist()}
    }
    macro = {
        name: np.mean([one[name] for one in each.values()]) for name in ("recall", "precision", "f_beta")
    }
    assert found == pytest.approx(
        {
            "multiclass_accuracy": np.mean(labels == predicted),
            "multiclass_top_k_accuracy_2": np.mean([place < 2 for place in places]),
            "dcg": np.mean([1 / math.log2(place + 2) for place in places]),
            "macro_recall": macro["recall"],
            "macro_precision": macro["precision"],
            "macro_f_1.000": macro["f_beta"],
            "multiclass_balanced_accuracy": np.mean([each[one]["recall"] for one in {*labels.tolist()}]),
            "multiclass_log_loss": -np.mean(np.log(probabilities)),
        }
    )


def test_the_metrics_of_regression_are_means_of_squares_and_of_absolute_values() -> None:
    found = by_name(metrics.regression(np.array([1.0, 2.0]), np.array([3.0, 1.0])))

    assert found == {"mse": 2.5, "absolute_loss": 1.5}
