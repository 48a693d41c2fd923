"""What the candidate notebook says of jobs that failed, and of what it cannot run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from candidate_service import SETTINGS, Service, definitions, interactive_runner, jobs, tune

type Act = Callable[[Any], object]


@pytest.mark.parametrize(
    ("failing", "act", "message"),
    [
        ("dpp2", lambda one: one.fit_data_transformers(), "-dpp2: Failed: row 7 is bad"),
        ("-validation", lambda one: one.fit_data_transformers(), "-validation: Failed: row 7 is bad"),
        ("automl-", lambda one: one.fit_data_transformers(), "Failed: row 7 is bad"),
    ],
)
def test_a_job_that_failed_is_told_with_its_reason(
    interactive: Any, service: Service, failing: str, act: Act, message: str
) -> None:
    service.failing = {failing}
    with pytest.raises(jobs.JobFailed, match=message):
        act(interactive)


def test_a_tuning_without_any_value_has_no_best_trial(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    service.failing = {"best"}
    with pytest.raises(jobs.JobFailed, match="no training job has ended with a value"):
        interactive.deploy(instance_type="ml.m5.xlarge")


def test_a_tuning_before_the_features_are_made_is_refused(interactive: Any) -> None:
    with pytest.raises(
        ValueError, match="run fit_data_transformers first: dpp0-xgboost, dpp2-linear-learner"
    ):
        tune(interactive)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("data_transformer", "dpp10", "expected one of dpp0, dpp1"),
        ("algorithm", "mlp", "there is no image of the algorithm 'mlp'"),
    ],
)
def test_a_candidate_that_is_none_is_refused(interactive: Any, part: str, value: str, message: str) -> None:
    one = definitions()["dpp0"]
    with pytest.raises(ValueError, match=message):
        interactive.select_candidate({**one, part: {**one[part], "name": value}})


def test_a_run_without_a_candidate_is_refused(service: Service, analyzed: Path) -> None:
    none = interactive_runner(analyzed)
    with pytest.raises(ValueError, match="no candidate is selected"):
        none.fit_data_transformers()


def test_a_setting_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="AUTOML_TRAIN, AUTOML_VALIDATION: not set"):
        jobs.AutoMLLocalRunConfig.of({**SETTINGS, "AUTOML_TRAIN": "", "AUTOML_VALIDATION": ""})
