"""When linear-learner stops training, and by what it selects an epoch and a threshold."""

import numpy as np
import pytest
from linear_jobs import Job, Jobs
from linear_rows import BINARY, REGRESSOR, SMALL, classes, numbers


def epochs(job: Job) -> int:
    return len(job.values("#progress_metric: host=algo-1, completed "))


def test_training_ends_when_the_criterion_has_not_improved_for_the_patience(jobs: Jobs) -> None:
    given = {"predictor_type": REGRESSOR, "epochs": 40, "num_models": 1, "mini_batch_size": 100}
    rows = numbers(300)

    patient, hasty, tolerant = (
        jobs.run({"train": rows}, **given, **more)
        for more in (
            {"early_stopping_patience": 50},
            {"early_stopping_patience": 2},
            {"early_stopping_patience": 2, "early_stopping_tolerance": 100},
        )
    )

    assert epochs(patient) == 40
    assert epochs(tolerant) == 3 < epochs(hasty) < 40
    assert "Epoch 2: Loss has not improved for 1 epochs." in tolerant.output


def test_the_model_of_the_best_epoch_is_kept(jobs: Jobs) -> None:
    job = jobs.run(
        {"train": classes(200), "validation": classes(100, 5)},
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="loss_function",
        learning_rate=3,
        num_models=1,
        epochs=12,
        early_stopping_patience=12,
        early_stopping_tolerance=1e-9,
        mini_batch_size=20,
    )
    losses = job.values(r"epoch=\d+, validation \S+ <loss>=")

    assert min(losses) < losses[-1]
    assert job.metric("validation", "binary_classification_cross_entropy_objective") == pytest.approx(
        min(losses)
    )


@pytest.mark.parametrize(
    ("criterion", "logged"),
    [
        ("accuracy", "sampled_accuracy"),
        ("f_beta", "sampled_f_beta"),
        ("precision_at_target_recall", "sampled_precision_at_target_recall"),
        ("recall_at_target_precision", "sampled_recall_at_target_precision"),
        ("loss_function", "binary_classification_cross_entropy_objective"),
    ],
)
def test_early_stopping_goes_by_the_selection_criterion_on_the_validation_part(
    jobs: Jobs, criterion: str, logged: str
) -> None:
    parts = {"train": classes(200), "validation": classes(100, 5)}
    given = {"predictor_type": BINARY, "binary_classifier_model_selection_criteria": criterion, **SMALL}

    validated = jobs.run(parts, **given)
    alone = jobs.run({"train": parts["train"]}, **given)

    assert f"criteria={logged}, " in validated.output
    assert "criteria=binary_classification_cross_entropy_objective, " in alone.output


def test_a_target_is_held_on_the_validation_part(jobs: Jobs) -> None:
    parts = {"train": classes(300, noise=3), "validation": classes(200, 5, noise=3)}

    recall = jobs.run(
        parts,
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="precision_at_target_recall",
        target_recall=0.95,
        **SMALL,
    )
    precision = jobs.run(
        parts,
        predictor_type=BINARY,
        binary_classifier_model_selection_criteria="recall_at_target_precision",
        target_precision=0.9,
        **SMALL,
    )

    assert recall.metric("validation", "recall") >= 0.95
    assert precision.metric("validation", "precision") >= 0.9


def test_the_threshold_is_calibrated_on_as_many_rows_as_are_asked_for(jobs: Jobs) -> None:
    # Of the first rows none is positive: no threshold makes more of them right than one above all.
    validation = classes(200, 5)
    validation = np.concatenate([validation[validation[:, 0] == 0], validation[validation[:, 0] == 1]])
    parts = {"train": classes(300), "validation": validation}

    whole = jobs.run(parts, predictor_type=BINARY, **SMALL)
    sample = jobs.run(parts, predictor_type=BINARY, num_calibration_samples=50, **SMALL)

    assert sample.model.description.threshold > whole.model.description.threshold
