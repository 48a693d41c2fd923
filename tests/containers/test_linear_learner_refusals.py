"""Jobs that linear-learner refuses: each ends with its reason and without a model."""

import json

import numpy as np
import pytest
from linear_jobs import Jobs
from linear_learner_image import hyperparameters, train
from linear_rows import BINARY, REGRESSOR, ROWS, SEVERAL, SMALL, classes, numbers, several

REFUSED = [
    ({"train": classes(20)}, {"predictor_type": "forest"}, "Hyperparameter predictor_type: forest is not in"),
    ({"validation": classes(20)}, {"predictor_type": BINARY}, "Missing required channel: train"),
    (
        {"train": classes(20)},
        {"predictor_type": BINARY, "feature_dim": 5},
        "feature_dim is 5, and train has 4 features",
    ),
    (
        {"train": classes(20), "validation": classes(20)[:, :4]},
        {"predictor_type": BINARY},
        "validation has 3 features, and train has 4",
    ),
    (
        {"train": classes(20), "test": classes(20) * 2},
        {"predictor_type": BINARY},
        "has the label 2; a binary_classifier takes 0 and 1",
    ),
    (
        {"train": several(200)},
        {"predictor_type": SEVERAL, "num_classes": 3, "_tuning_objective_metric": "validation:dcg"},
        "metric validation:dcg needs the channel validation, which the job lacks",
    ),
    (
        {"train": several(200)},
        {"predictor_type": SEVERAL, "num_classes": 1_000_000},
        "32 models of 4 features and 1000000 outputs have more than 67108864 weights",
    ),
    (
        {"train": several(200) + 0.5},
        {"predictor_type": SEVERAL, "num_classes": 3},
        "num_classes 3 takes whole numbers from 0 to 2",
    ),
    (
        {"train": several(200) + 1},
        {"predictor_type": SEVERAL, "num_classes": 3},
        "has the label 3; num_classes 3 takes whole numbers from 0 to 2",
    ),
    (
        {"train": numbers(200)},
        {"predictor_type": REGRESSOR, "optimizer": "sgd", "learning_rate": 1e9, "mini_batch_size": 5},
        "Training diverged: the loss is no longer a number; lower learning_rate",
    ),
]


@pytest.mark.parametrize(("parts", "given", "message"), REFUSED)
def test_a_job_that_cannot_be_done_ends_with_its_reason_and_without_a_model(
    jobs: Jobs, parts: dict[str, np.ndarray], given: dict[str, object], message: str
) -> None:
    job = jobs.run(parts, **given)

    assert job.code == 1
    assert message in job.failure
    assert not (job.folder / "model").exists()


# Values that are out of scale, and what the failure says of them.
OUT_OF_SCALE: list[tuple[str, dict[str, object], str]] = [
    (REGRESSOR, {"wd": 1e30}, "lower wd (1e+30)"),
    (REGRESSOR, {"wd": 1e30, "learning_rate": 0.1}, "lower wd (1e+30) or lower learning_rate (0.1)"),
    (REGRESSOR, {"l1": 3e38}, "lower l1 (3e+38)"),
    (REGRESSOR, {"init_bias": 3e38}, "lower init_bias (3e+38)"),
    (REGRESSOR, {"init_bias": -3e38}, "raise init_bias (-3e+38)"),
    (REGRESSOR, {"init_scale": 3e38}, "lower init_scale (3e+38)"),
    (REGRESSOR, {"init_method": "normal", "init_sigma": 3e38}, "lower init_sigma (3e+38)"),
    (REGRESSOR, {"bias_lr_mult": 3e38}, "lower bias_lr_mult (3e+38)"),
    (REGRESSOR, {"learning_rate": 3e38, "margin": 1e38, "wd": 0}, "lower learning_rate (3e+38)"),
    (
        BINARY,
        {"loss": "hinge_loss", "margin": 3e38, "positive_example_weight_mult": 10},
        "lower margin (3e+38) or lower positive_example_weight_mult (10)",
    ),
]


@pytest.mark.parametrize(("predictor_type", "given", "advice"), OUT_OF_SCALE)
def test_training_that_diverges_names_the_values_that_can_be_the_cause(
    jobs: Jobs, predictor_type: str, given: dict[str, object], advice: str
) -> None:
    job = jobs.run(
        {"train": ROWS[predictor_type](200)},
        predictor_type=predictor_type,
        optimizer="sgd",
        mini_batch_size=20,
        **given,
    )

    assert job.code == 1
    assert job.failure == f"Training diverged: the loss is no longer a number; {advice}"


LARGEST = 3.4e38
NUMBERS = [
    name
    for name, one in hyperparameters.TABLE.items()
    if LARGEST in one.range and "float32" in str(one.range)
]


@pytest.mark.parametrize("predictor_type", ROWS)
@pytest.mark.parametrize("name", NUMBERS)
def test_the_largest_of_each_number_trains_or_is_named(jobs: Jobs, predictor_type: str, name: str) -> None:
    job = jobs.run(
        {"train": ROWS[predictor_type](60)},
        predictor_type=predictor_type,
        num_classes=3,
        **{**SMALL, name: LARGEST},
    )

    assert job.code == 0 or f"{name} (3.4e+38)" in job.failure


def test_several_hosts_are_refused(jobs: Jobs) -> None:
    job = jobs.run({"train": classes(20)}, predictor_type=BINARY, **SMALL)
    (job.folder / "input" / "config" / "resourceconfig.json").write_text(
        json.dumps({"hosts": ["algo-1", "algo-2"]})
    )
    assert train.main({"SAGEMAKER_BASE_DIR": str(job.folder)}) == 1
    assert job.failure == "The stand-in trains on one host, not on 2."
