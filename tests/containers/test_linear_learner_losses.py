"""The losses of linear-learner: their values at points reckoned by hand, and their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear_learner_image import hyperparameters, losses
from linear_learner_image.losses import Loss

REGRESSION = {"predictor_type": "regressor"}
BINARY = {"predictor_type": "binary_classifier"}
SEVERAL = {"predictor_type": "multiclass_classifier", "num_classes": "3"}


def loss_of(given: dict[str, str]) -> Loss:
    return losses.choose(hyperparameters.validated(given))


# Hyperparameters, score, label, loss.
POINTS = [
    ({**BINARY, "loss": "logistic"}, 0.0, 1.0, math.log(2)),
    ({**BINARY, "loss": "logistic"}, 2.0, 1.0, math.log(1 + math.exp(-2))),
    ({**BINARY, "loss": "logistic"}, 2.0, 0.0, math.log(1 + math.exp(2))),
    ({**BINARY, "loss": "logistic"}, 1000.0, 0.0, 1000.0),
    ({**BINARY, "loss": "hinge_loss"}, 0.25, 1.0, 0.75),
    ({**BINARY, "loss": "hinge_loss"}, 0.25, 0.0, 1.25),
    ({**BINARY, "loss": "hinge_loss"}, 1.5, 1.0, 0.0),
    ({**BINARY, "loss": "hinge_loss", "margin": "2"}, 1.5, 1.0, 0.5),
    ({**REGRESSION, "loss": "squared_loss"}, 3.0, 1.0, 4.0),
    ({**REGRESSION, "loss": "absolute_loss"}, -3.0, 1.0, 4.0),
    ({**REGRESSION, "loss": "eps_insensitive_squared_loss", "loss_insensitivity": "0.5"}, 3.0, 1.0, 2.25),
    ({**REGRESSION, "loss": "eps_insensitive_squared_loss", "loss_insensitivity": "0.5"}, 1.4, 1.0, 0.0),
    ({**REGRESSION, "loss": "eps_insensitive_absolute_loss", "loss_insensitivity": "0.5"}, 3.0, 1.0, 1.5),
    ({**REGRESSION, "loss": "eps_insensitive_absolute_loss", "loss_insensitivity": "0.5"}, 0.6, 1.0, 0.0),
    ({**REGRESSION, "loss": "quantile_loss", "quantile": "0.9"}, 3.0, 1.0, 1.8),
    ({**REGRESSION, "loss": "quantile_loss", "quantile": "0.9"}, 1.0, 3.0, 0.2),
    ({**REGRESSION, "loss": "huber_loss"}, 1.5, 1.0, 0.125),
    ({**REGRESSION, "loss": "huber_loss"}, 4.0, 1.0, 2.5),
    ({**REGRESSION, "loss": "huber_loss", "huber_delta": "2"}, 4.0, 1.0, 4.0),
]


@pytest.mark.parametrize(("given", "score", "label", "expected"), POINTS)
def test_a_loss_has_the_value_of_its_formula(
    given: dict[str, str], score: float, label: float, expected: float
) -> None:
    found = loss_of(given).values(np.array([[score]]), np.array([[label]]))

    assert found == pytest.approx(np.array([[expected]]))


def test_the_softmax_loss_is_the_logarithm_of_the_labels_probability() -> None:
    scores = np.log([[[0.2, 0.3, 0.5]]])

    found = [loss_of(SEVERAL).values(scores, np.array([[label]]))[0, 0] for label in range(3)]

    assert found == pytest.approx([-math.log(0.2), -math.log(0.3), -math.log(0.5)])


ALL = [*{str(given): given for given, *_ in POINTS}.values(), SEVERAL]


@pytest.mark.parametrize("given_", ALL, ids=lambda given: f"{given.get('loss')} {len(given)}")
@given(data=st.data())
def test_a_derivative_is_the_slope_of_its_loss(given_: dict[str, str], data: st.DataObject) -> None:
    loss = loss_of(given_)
    classes = 3 if given_ is SEVERAL else 0
    numbers = st.floats(-4, 4).map(lambda number: round(number, 2) + 0.003)
    scores = np.array(data.draw(st.lists(numbers, min_size=max(classes, 1), max_size=max(classes, 1))))
    label = data.draw(st.integers(0, 2 if classes else 1))
    labels = np.array([[float(label)]])

    def value(of: np.ndarray) -> float:
        return float(loss.values(of.reshape(1, 1, -1) if classes else of.reshape(1, 1), labels)[0, 0])

    slopes = [(value(scores + step) - value(scores - step)) / 2e-6 for step in 1e-6 * np.eye(len(scores))]
    found = loss.derivatives(scores.reshape(1, 1, -1) if classes else scores.reshape(1, 1), labels)

    assert found.ravel() == pytest.approx(slopes, abs=1e-4)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_the_quantile_loss_is_least_where_the_documented_share_of_labels_is_greater(quantile: float) -> None:
    labels = np.arange(1000.0)
    loss = loss_of({**REGRESSION, "loss": "quantile_loss", "quantile": str(quantile)})
    scores = np.linspace(0, 999, 1000)

    means = [loss.values(np.full((1000, 1), score), labels[:, None]).mean() for score in scores]
    best = scores[int(np.argmin(means))]

    assert np.mean(labels > best) == pytest.approx(quantile, abs=0.002)


def test_probabilities_do_not_overflow() -> None:
    with np.errstate(over="raise", invalid="raise"):
        assert losses.probabilities(np.array([-800.0, 0.0, 800.0])) == pytest.approx([0, 0.5, 1])
        assert losses.softmax(np.array([[900.0, 0.0, 900.0]])) == pytest.approx(np.array([[0.5, 0, 0.5]]))
