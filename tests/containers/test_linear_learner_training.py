"""What linear-learner learns: by each loss and optimizer, from each kind of rows."""

import numpy as np
import pytest
from linear_jobs import Jobs
from linear_rows import BINARY, REGRESSOR, ROWS, SEVERAL, SMALL, WEIGHTS, classes, features, numbers, several
from record_bodies import RECORDS


def test_a_regressor_finds_the_line_that_made_the_data(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": numbers(800), "validation": numbers(200, 5)},
        predictor_type=REGRESSOR,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        epochs=30,
    )

    assert job.code == 0
    assert job.model.weights[:, 0] == pytest.approx(WEIGHTS, abs=0.1)
    assert job.model.bias[0] == pytest.approx(7, abs=0.3)
    assert job.metric("validation", "mse") == pytest.approx(0.01, abs=0.01)


def test_two_classes_are_told_apart_with_a_calibrated_threshold(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": classes(800), "validation": classes(200, 5)},
        predictor_type=BINARY,
        mini_batch_size=50,
        binary_classifier_model_selection_criteria="f_beta",
    )

    assert job.metric("validation", "binary_f_1.000") > 0.85
    assert job.metric("validation", "roc_auc_score") > 0.95
    assert job.model.description.threshold != 0


def test_several_classes_are_told_apart(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": several(800), "validation": several(200, 5)},
        predictor_type=SEVERAL,
        num_classes=3,
        mini_batch_size=50,
    )

    assert job.metric("validation", "multiclass_accuracy") > 0.9
    assert job.model.weights.shape == (4, 3)


@pytest.mark.parametrize(
    "loss",
    [
        "absolute_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
        "quantile_loss",
        "huber_loss",
    ],
)
def test_each_loss_of_regression_finds_the_line_too(jobs: Jobs, loss: str) -> None:
    job = jobs.run(
        {"train": numbers(800)},
        predictor_type=REGRESSOR,
        loss=loss,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        learning_rate=0.05,
        epochs=30,
    )

    assert job.metric("train", "absolute_loss") < 0.3
    assert job.metric("train", f"{loss}_objective") < 0.3


@pytest.mark.parametrize(
    ("optimizer", "learning_rate"), [("adam", 0.05), ("sgd", 0.05), ("rmsprop", 0.01), ("auto", 0.05)]
)
def test_each_optimizer_comes_to_the_same_line(jobs: Jobs, optimizer: str, learning_rate: float) -> None:
    job = jobs.run(
        {"train": numbers(800)},
        predictor_type=REGRESSOR,
        optimizer=optimizer,
        learning_rate=learning_rate,
        mini_batch_size=50,
        num_models=1,
        wd=0,
        epochs=30,
    )

    assert job.metric("train", "mse") < 0.05


@pytest.mark.parametrize("predictor_type", ROWS)
def test_records_and_csv_give_the_same_model_where_nothing_is_shifted(
    jobs: Jobs, predictor_type: str
) -> None:
    rows = ROWS[predictor_type](200).astype(np.float32).astype(float)
    given = {"predictor_type": predictor_type, "num_classes": 3, "unbias_data": "false", **SMALL}

    of_csv, of_records = jobs.run({"train": rows}, **given), jobs.run({"train": rows}, RECORDS, **given)

    assert np.array_equal(of_csv.model.weights, of_records.model.weights)


def test_sparse_features_are_scaled_and_not_shifted_unless_that_is_asked_for(jobs: Jobs) -> None:
    given = {"predictor_type": REGRESSOR, **SMALL}
    rows = numbers(200)

    by_default, shifted = (
        jobs.run({"train": rows}, RECORDS, **given, unbias_data=value) for value in ("auto", "true")
    )
    dense = jobs.run({"train": rows.astype(np.float32).astype(float)}, **given)

    assert np.array_equal(shifted.model.weights, dense.model.weights)
    assert not np.allclose(by_default.model.weights, dense.model.weights)


def test_weights_of_positive_examples_move_the_errors(jobs: Jobs) -> None:
    rows = classes(600, share=0.1, noise=4)
    given = {
        "predictor_type": BINARY,
        "binary_classifier_model_selection_criteria": "loss_function",
        "epochs": 20,
        "num_models": 1,
        "mini_batch_size": 100,
    }

    recalls = [
        jobs.run({"train": rows}, **given, positive_example_weight_mult=weight).metric("train", "recall")
        for weight in (1, "balanced", 100)
    ]

    assert recalls[0] + 0.2 < recalls[1] < recalls[2]


def test_balanced_classes_count_alike(jobs: Jobs) -> None:
    rows = several(600)
    rare = np.flatnonzero(rows[:, 0] == 0)[15:]
    rows = np.delete(rows, rare, axis=0)
    given = {"predictor_type": SEVERAL, "num_classes": 3, "num_models": 1, "epochs": 8, "mini_batch_size": 50}

    plain, balanced = (
        jobs.run({"train": rows}, **given, balance_multiclass_weights=value) for value in ("false", "true")
    )

    name = "multiclass_balanced_accuracy"
    assert balanced.metric("train", name) > plain.metric("train", name)


def test_without_a_bias_the_line_goes_through_the_origin(jobs: Jobs) -> None:
    job = jobs.run({"train": numbers(200)}, predictor_type=REGRESSOR, use_bias="false", **SMALL)

    assert job.model.bias.tolist() == [0.0]


def test_l1_makes_weights_small(jobs: Jobs) -> None:
    rows = classes(300)
    given = {"predictor_type": BINARY, "num_models": 1, "epochs": 20, "mini_batch_size": 50, "wd": 0}

    sizes = [
        np.abs(
            jobs.run({"train": rows}, **given, l1=l1).model.weights * features(300).std(axis=0)[:, None]
        ).sum()
        for l1 in (0, 1)
    ]

    assert sizes[1] < sizes[0] / 5


@pytest.mark.parametrize("method", [{"init_method": "normal", "init_sigma": 0.5}, {"init_scale": 0.5}])
def test_training_begins_where_the_hyperparameters_say(jobs: Jobs, method: dict[str, object]) -> None:
    given = {"predictor_type": REGRESSOR, "learning_rate": 1e-9, "num_models": 1, "epochs": 1}

    job = jobs.run(
        {"train": numbers(50)},
        **given,
        **method,
        normalize_data="false",
        normalize_label="false",
        init_bias=3,
    )

    assert 0.05 < np.abs(job.model.weights).mean() < 1
    assert job.model.bias[0] == pytest.approx(
        3 + numbers(50)[:, 0].mean() - features(50).mean(axis=0) @ job.model.weights[:, 0], abs=1e-3
    )
