"""The models that linear-learner trains in parallel, and which of them is saved."""

import json

import pytest
from linear_jobs import Jobs
from linear_learner_image import candidates, hyperparameters
from linear_rows import BINARY, REGRESSOR, numbers


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 32),
        ({"num_models": "5"}, 5),
        ({"num_models": "40"}, 40),
        ({"_tuning_objective_metric": "validation:precision"}, 1),
        ({"_tuning_objective_metric": "validation:precision", "num_models": "7"}, 1),
    ],
)
def test_several_models_are_trained_and_one_in_a_tuning_job(given: dict[str, str], count: int) -> None:
    parameters = hyperparameters.validated({"predictor_type": BINARY, **given})

    assert len(candidates.propose(parameters, 4.0)) == count


@pytest.mark.parametrize("number", [10_001, 10**6, 10**12, 10**40])
def test_too_many_models_are_refused_before_any_is_made(jobs: Jobs, number: int) -> None:
    job = jobs.run({"train": numbers(20)}, predictor_type=REGRESSOR, num_models=number)

    assert job.code == 1
    assert job.failure.startswith(f"{number} models ")
    assert job.failure.endswith("; lower num_models")


def test_a_tuning_job_ignores_even_too_many_models(jobs: Jobs) -> None:
    parts = {"train": numbers(20), "validation": numbers(20, 5)}

    job = jobs.run(
        parts, predictor_type=REGRESSOR, num_models=10**12, _tuning_objective_metric="validation:mse"
    )

    assert job.code == 0


def test_one_model_is_as_given_and_the_others_are_close() -> None:
    given = {
        "learning_rate": 0.03,
        "l1": 0.002,
        "wd": 0.5,
        "optimizer": "sgd",
        "lr_scheduler_step": 7,
        "lr_scheduler_factor": 0.5,
        "lr_scheduler_minimum_lr": 0.001,
        "positive_example_weight_mult": "balanced",
    }
    parameters = hyperparameters.validated(
        {"predictor_type": BINARY, **{name: str(value) for name, value in given.items()}}
    )

    first, *others = candidates.propose(parameters, 4.0)

    assert json.loads(first.shown()) == {
        name: value for name, value in given.items() if name != "positive_example_weight_mult"
    }
    assert first.positive_weight == 4.0
    for name in ("learning_rate", "l1", "wd"):
        near = {getattr(one, name) / given[name] for one in others}
        assert len(near) > 1
        assert min(near) >= 0.25 and max(near) <= 4


def test_the_better_of_two_models_is_saved(jobs: Jobs) -> None:
    # The first model's rate is useless; the second one's is half of it.
    job = jobs.run(
        {"train": numbers(300)},
        predictor_type=REGRESSOR,
        optimizer="sgd",
        momentum=0,
        learning_rate=1.2,
        wd=0,
        l1=0,
        num_models=2,
        mini_batch_size=300,
        epochs=20,
        use_lr_scheduler="false",
    )

    assert '"learning_rate": 0.6' in job.output
    assert job.metric("train", "mse") < 1
