"""What linear-learner's hyperparameters do to the data and to a step, beside the numbers of the formulas."""

from typing import Any

import numpy as np
import pytest
from linear_learner_image import candidates, fitting, hyperparameters, optimizers, predictors
from linear_learner_image.candidates import Candidate
from linear_learner_image.channels import Examples
from linear_learner_image.fitting import Epoch, Part, Weights
from linear_learner_image.optimizers import LearningRates
from linear_learner_image.scaling import Scaling

FEATURES = np.array([[1, 5, 0], [3, 5, 2], [5, 5, 4], [100, 5, 9]], dtype=np.float32)
LABELS = np.array([1, 2, 3, 10], dtype=np.float32)
MEANS, DEVIATIONS = FEATURES.mean(axis=0), np.array([FEATURES[:, 0].std(), 1, FEATURES[:, 2].std()])


def validated(**given: object) -> dict[str, Any]:
    texts = {name: str(value) for name, value in given.items()}
    return hyperparameters.validated({"predictor_type": "regressor", **texts})


NOTHING, UNITS = np.zeros(3), np.ones(3)


SPREAD = float(LABELS.std())


@pytest.mark.parametrize(
    ("given", "sparse", "of_features", "of_labels"),
    [
        ({}, False, (MEANS, DEVIATIONS), (4, SPREAD)),
        ({}, True, (NOTHING, DEVIATIONS), (4, SPREAD)),
        ({"unbias_data": "true"}, True, (MEANS, DEVIATIONS), (4, SPREAD)),
        ({"unbias_data": "false"}, False, (NOTHING, DEVIATIONS), (4, SPREAD)),
        ({"normalize_data": "false"}, False, (MEANS, UNITS), (4, SPREAD)),
        ({"normalize_data": "auto"}, False, (MEANS, DEVIATIONS), (4, SPREAD)),
        ({"normalize_label": "false"}, False, (MEANS, DEVIATIONS), (4, 1)),
        ({"unbias_label": "false"}, False, (MEANS, DEVIATIONS), (0, SPREAD)),
        ({"use_bias": "false"}, False, (NOTHING, DEVIATIONS), (0, SPREAD)),
        ({"use_bias": "false", "unbias_label": "true"}, False, (NOTHING, DEVIATIONS), (0, SPREAD)),
        ({"predictor_type": "binary_classifier"}, False, (MEANS, DEVIATIONS), (0, 1)),
        (
            {"predictor_type": "binary_classifier", "normalize_label": "true", "unbias_label": "true"},
            False,
            (MEANS, DEVIATIONS),
            (0, 1),
        ),
        (
            {"num_point_for_scaler": 3},
            False,
            ([3, 5, 2], [FEATURES[:3, 0].std(), 1, FEATURES[:3, 2].std()]),
            (2, LABELS[:3].std()),
        ),
    ],
)
def test_data_are_normalized_as_the_hyperparameters_say(
    given: dict[str, object], sparse: bool, of_features: tuple[Any, Any], of_labels: tuple[float, float]
) -> None:
    found = Scaling.of(Examples(FEATURES, LABELS, sparse), validated(**given))

    assert found.feature_shift == pytest.approx(np.array(of_features[0]))
    assert found.feature_scale == pytest.approx(np.array(of_features[1]))
    assert (found.label_shift, found.label_scale) == pytest.approx(of_labels)


def test_the_saved_weights_are_those_of_data_that_are_not_normalized() -> None:
    scaling = Scaling.of(Examples(FEATURES, LABELS), validated())
    weights, bias = np.array([[0.5], [-1.0], [2.0]], dtype=np.float32), np.array([0.25], dtype=np.float32)
    of_normalized = scaling.predictions(scaling.features(FEATURES) @ weights + bias)

    matrix, offset = scaling.undone(weights, bias)

    assert FEATURES @ matrix + offset == pytest.approx(of_normalized, rel=1e-5)


GRADIENT = np.array([[0.5], [-2.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("given", "first", "second"),
    [
        ({"optimizer": "sgd", "momentum": 0}, GRADIENT, GRADIENT),
        ({"optimizer": "sgd", "momentum": 0.5}, GRADIENT, 1.5 * GRADIENT),
        ({"optimizer": "sgd"}, GRADIENT, 1.9 * GRADIENT),
        ({"optimizer": "adam"}, np.sign(GRADIENT), np.sign(GRADIENT)),
        ({"optimizer": "auto"}, np.sign(GRADIENT), np.sign(GRADIENT)),
        ({"optimizer": "rmsprop"}, np.sign(GRADIENT) / 0.1**0.5, np.sign(GRADIENT) / 0.19**0.5),
    ],
)
def test_an_optimizers_steps_under_a_gradient_that_stays(
    given: dict[str, object], first: np.ndarray, second: np.ndarray
) -> None:
    optimizer = optimizers.choose(validated(**given))

    assert optimizer.direction(GRADIENT) == pytest.approx(first, rel=1e-4)
    assert optimizer.direction(GRADIENT) == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize(("beta_1", "beta_2"), [(0.9, 0.999), (0.5, 0.8), (0.0, 0.0)])
def test_adam_turns_as_fast_as_its_betas_say(beta_1: float, beta_2: float) -> None:
    optimizer = optimizers.choose(validated(beta_1=beta_1, beta_2=beta_2))
    optimizer.direction(GRADIENT)

    first = (beta_1 * (1 - beta_1) * GRADIENT - (1 - beta_1) * 3 * GRADIENT) / (1 - beta_1**2)
    second = (beta_2 * (1 - beta_2) * GRADIENT**2 + (1 - beta_2) * 9 * GRADIENT**2) / (1 - beta_2**2)
    assert optimizer.direction(-3 * GRADIENT) == pytest.approx(first / np.sqrt(second), rel=1e-3)


@pytest.mark.parametrize(
    ("falling", "rates"),
    [(True, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02]), (False, [0.1] * 7)],
)
def test_the_learning_rate_falls_by_its_factor_every_so_many_steps(falling: bool, rates: list[float]) -> None:
    candidate = Candidate(
        "sgd", 0.1, 0, 0, lr_scheduler_step=2, lr_scheduler_factor=0.5, lr_scheduler_minimum_lr=0.02
    )

    found = [float(LearningRates([candidate], falling=falling).after(steps)[0]) for steps in range(7)]

    assert found == pytest.approx(rates)


def test_a_rate_below_the_minimum_stays_as_it_is() -> None:
    candidate = Candidate(
        "sgd", 0.001, 0, 0, lr_scheduler_step=1, lr_scheduler_factor=0.5, lr_scheduler_minimum_lr=0.02
    )

    assert LearningRates([candidate], falling=True).after(5) == pytest.approx([0.001])


# One step of gradient descent over these rows, with the rate 0.1.
ROWS = np.array([[1.0, 2.0], [3.0, -1.0]], dtype=np.float32)
TARGETS = np.array([1.0, 0.0], dtype=np.float32)
STEP = {
    "optimizer": "sgd",
    "momentum": 0,
    "learning_rate": 0.1,
    "num_models": 1,
    "epochs": 1,
    "l1": 0,
    "wd": 0,
    "use_lr_scheduler": "false",
    "init_bias": 0.5,
}


def fitted(**given: object) -> tuple[Weights, Weights, list[Epoch]]:
    """The weights before and after, and what was reported."""
    parameters = validated(**{**STEP, **given})
    predictor = predictors.choose(parameters)
    proposed = candidates.propose(parameters, 1.0)
    epochs: list[Epoch] = []

    def fit(rate: float) -> Weights:
        changed = [Candidate(**{**vars(one), "learning_rate": one.learning_rate * rate}) for one in proposed]
        return fitting.fit(
            Part(ROWS, TARGETS),
            None,
            predictor=predictor,
            candidates=changed,
            parameters=parameters,
            report=epochs.append,
        )

    before = fit(0)
    return before, fit(1), epochs[-1:]


@pytest.mark.parametrize(
    ("given", "l1", "wd", "bias_rate", "bias_decay"),
    [
        ({}, 0, 0, 1, 0),
        ({"l1": 0.3}, 0.3, 0, 1, 0),
        ({"wd": 0.2}, 0, 0.2, 1, 0),
        ({"wd": 0.2, "bias_wd_mult": 3}, 0, 0.2, 1, 3),
        ({"bias_lr_mult": 10}, 0, 0, 10, 0),
    ],
)
def test_a_step_goes_against_the_gradient_of_the_loss_and_of_what_keeps_weights_small(
    given: dict[str, object], l1: float, wd: float, bias_rate: float, bias_decay: float
) -> None:
    before, after, (epoch,) = fitted(**given)
    weights, bias = before.matrix[:, 0], before.bias[0]
    errors = ROWS @ weights + bias - TARGETS

    gradient = (2 * errors @ ROWS) / 2 + wd * weights + l1 * np.sign(weights)
    of_bias = errors.sum() + wd * bias_decay * bias
    assert after.matrix[:, 0] == pytest.approx(weights - 0.1 * gradient, rel=1e-5)
    assert after.bias[0] == pytest.approx(bias - 0.1 * bias_rate * of_bias, rel=1e-5)
    assert epoch.train_loss == pytest.approx(float(np.mean(errors**2)), rel=1e-5)


def test_without_a_bias_it_stays_0() -> None:
    before, after, _ = fitted(use_bias="false")

    assert before.bias[0] == after.bias[0] == 0


def test_mini_batches_are_steps_in_the_order_of_the_rows() -> None:
    before, after, _ = fitted(mini_batch_size=1)
    weights, bias = before.matrix[:, 0], before.bias[0]

    for row, target in zip(ROWS, TARGETS, strict=True):
        error = row @ weights + bias - target
        weights, bias = weights - 0.1 * 2 * error * row, bias - 0.1 * 2 * error

    assert after.matrix[:, 0] == pytest.approx(weights, rel=1e-5)
    assert after.bias[0] == pytest.approx(bias, rel=1e-5)


def test_models_in_parallel_are_those_that_are_trained_alone() -> None:
    given = {"num_models": 3, "optimizer": "adam", "epochs": 4, "mini_batch_size": 1, "wd": 0.1, "l1": 0.05}
    parameters = validated(**{**STEP, **given})
    proposed = candidates.propose(parameters, 1.0)
    training = [
        fitting.Training(Part(ROWS, TARGETS), predictors.choose(parameters), chosen, parameters)
        for chosen in (proposed, proposed[1:2])
    ]
    # Alone a model begins with the first random numbers; here it begins as it does among the others.
    training[1].weights = training[0].weights.of(1)

    for _ in range(4):
        losses = [one.epoch() for one in training]
        assert losses[0][1] == pytest.approx(losses[1][0], rel=1e-5)
    assert training[0].weights.of(1).matrix == pytest.approx(training[1].weights.matrix, rel=1e-4)


@pytest.mark.parametrize(
    ("given", "positive", "negative"),
    [
        ({"positive_example_weight_mult": 2.5}, 2.5, 1),
        ({"positive_example_weight_mult": "balanced"}, 4, 1),
        ({"positive_example_weight_mult": "auto", "num_models": 1}, 4, 1),
        ({}, 1, 1),
    ],
)
def test_positive_examples_count_as_the_hyperparameter_says(
    given: dict[str, object], positive: float, negative: float
) -> None:
    parameters = validated(predictor_type="binary_classifier", **given)
    (first, *_) = candidates.propose(parameters, 4.0)

    found = predictors.choose(parameters).row_weights(np.array([1.0, 0.0]), [first.positive_weight])

    assert found.tolist() == [[positive], [negative]]


def test_several_models_try_several_weights_where_that_is_left_to_them() -> None:
    parameters = validated(
        predictor_type="binary_classifier", positive_example_weight_mult="auto", num_models=4
    )

    assert [one.positive_weight for one in candidates.propose(parameters, 4.0)] == [4, 1, 2, 4]


def test_balanced_classes_have_the_same_weight_together() -> None:
    parameters = validated(
        predictor_type="multiclass_classifier", num_classes=4, balance_multiclass_weights="true"
    )
    labels = np.array([0, 0, 0, 1, 2, 2], dtype=np.float32)

    weights = predictors.choose(parameters).row_weights(labels, [1.0])[:, 0]

    assert [weights[labels == one].sum() for one in range(3)] == pytest.approx([2, 2, 2])
