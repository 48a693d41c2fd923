"""Tuning jobs: what is tried and recorded, what later steps get, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from executions import execution, records, run
from pipelines import OUTPUTS, double, fit, get

from local.errors import JobError, PipelineError
from local.pipeline.expressions import Values, resolve

CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}
DEPTH = {"Name": "depth", "MinValue": "1", "MaxValue": "100"}
DOUBLED = {
    "ProcessingOutputConfig": {"Outputs": {"doubled": {"S3Output": {"S3Uri": "s3://data/in"}}}},
}
PRINTED = {"Name": "quality", "Regex": "quality=([0-9.]+)"}


def tune(count: int = 3, behavior: str = "measure", **changes: Any) -> dict[str, Any]:
    algorithm = fit()["Arguments"]["AlgorithmSpecification"]
    config = {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "quality"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": count, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"IntegerParameterRanges": [DEPTH]},
        "RandomSeed": 0,
        **changes.pop("config", {}),
    }
    definition = {
        "StaticHyperParameters": {"behavior": behavior},
        "AlgorithmSpecification": {**algorithm, "MetricDefinitions": changes.pop("metrics", [PRINTED])},
        "InputDataConfig": fit()["Arguments"]["InputDataConfig"],
        "OutputDataConfig": {"S3OutputPath": {"Std:Join": {"On": "/", "Values": [OUTPUTS, "Tune"]}}},
    }
    arguments = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": definition, **changes}
    return {"Name": "Tune", "Type": "Tuning", "Arguments": arguments, **CACHED}


def best(name: str) -> dict[str, str]:
    return get(f"Steps.Tune.BestTrainingJob.{name}")


def refit() -> dict[str, Any]:
    step = fit("Fit", depth=best("TunedHyperParameters['depth']"))
    step["Arguments"]["HyperParameters"]["behavior"] = "remember"
    step["Arguments"]["HyperParameters"]["chosen"] = best("TrainingJobName")
    return step


def trials(tmp_path: Path, id: str = "e") -> Any:
    return json.loads((tmp_path / f"runs/{id}/Tune/trials.json").read_text())


def told(tmp_path: Path, place: str) -> Any:
    return json.loads((tmp_path / f"runs/e/{place}/opt/ml/output/data/told.json").read_text())


def test_the_best_hyperparameters_are_those_of_the_steps_behind(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), tune(5), refit(), id="e"))
    found = trials(tmp_path)["trials"]
    assert [one["number"] for one in found] == [1, 2, 3, 4, 5]
    assert {one["status"] for one in found} == {"Completed"}
    deepest = max(found, key=lambda one: int(one["hyperparameters"]["depth"]))
    assert trials(tmp_path)["best"] == deepest["job"]
    given = told(tmp_path, "Fit")["hyperparameters"]
    assert (given["depth"], given["chosen"]) == (deepest["hyperparameters"]["depth"], deepest["job"])


def test_a_trial_is_a_training_with_the_fixed_the_tried_and_the_objective(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), tune(1), id="e"))
    [one] = trials(tmp_path)["trials"]
    assert told(tmp_path, "Tune/trial-001")["hyperparameters"] == {
        "behavior": "measure",
        "_tuning_objective_metric": "quality",
        **one["hyperparameters"],
    }
    depth = float(one["hyperparameters"]["depth"])
    assert (one["objective"], one["value"]) == ("quality", depth)
    assert one["started"] < one["ended"]
    for metric in ("quality", "ObjectiveMetric"):
        values = one["metrics"][metric]
        assert [each["value"] for each in values] == [0.5, depth]
        assert all(one["started"] <= each["at"] <= one["ended"] for each in values)


def test_trials_are_drawn_and_told_while_they_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(execution(tmp_path, double(), tune(2), id="e"))
    assert (tmp_path / "runs/e/Tune/trials.png").read_bytes().startswith(b"\x89PNG")
    lines = [line for line in capfd.readouterr().err.splitlines() if "of 2, quality" in line]
    assert len(lines) == 2


def test_two_executions_try_the_same_and_a_third_takes_the_result_over(tmp_path: Path) -> None:
    uncached = {**tune(3), "CacheConfig": {"Enabled": False}}
    run(execution(tmp_path, double(), uncached, id="first"))
    run(execution(tmp_path, double(), uncached, id="second"))
    tried = [[one["hyperparameters"] for one in trials(tmp_path, id)["trials"]] for id in ("first", "second")]
    assert tried[0] == tried[1]
    records.clear()
    run(execution(tmp_path, double(), tune(3), refit(), id="third"))
    assert {one.name: one.status for one in records}["Tune"] == "unchanged"


def test_a_trial_that_fails_is_left_out(tmp_path: Path) -> None:
    run(execution(tmp_path, double(), tune(4, behavior="measure_even"), refit(), id="e"))
    found = trials(tmp_path)["trials"]
    failed = [one for one in found if one["value"] is None]
    assert failed
    assert "the sky is falling" in failed[0]["fault"]
    assert int(told(tmp_path, "Fit")["hyperparameters"]["depth"]) % 2 == 0


def test_where_no_trial_succeeds_the_job_fails_and_tries_no_more(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"(?s)step Tune failed: no training job succeeded.*the sky is"):
        run(execution(tmp_path, double(), tune(6, behavior="fail"), id="e"))
    assert len(trials(tmp_path)["trials"]) == 2


def test_an_objective_that_nobody_prints_fails_the_trial_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="the metric quality is not in the log"):
        run(execution(tmp_path, double(), tune(1, behavior="remember"), id="e"))


def test_once_everything_stops_no_further_trial_is_started(tmp_path: Path) -> None:
    one = execution(tmp_path, double(), tune(8), id="e")
    one.services.stopping.set()
    step = next(step for step in one.definition.steps if step.name == "Tune")
    arguments = resolve(
        step.arguments, Values({}, {"PipelineExecutionId": "e"}, {"Double": DOUBLED}, dict.get)
    )
    with pytest.raises(JobError, match="it was stopped"):
        one.action(step, arguments).run(tmp_path / "tune")
    assert list((tmp_path / "tune").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"config": {"Strategy": "Guess"}}, "Strategy 'Guess' is not supported, only Bayesian and Random"),
        ({"config": {"TrainingJobEarlyStoppingType": "On"}}, "TrainingJobEarlyStoppingType 'On'"),
        ({"config": {"ParameterRanges": {"AutoParameters": []}}}, "AutoParameters is not supported"),
        ({"config": {"TuningJobCompletionCriteria": {}}}, "TuningJobCompletionCriteria is not supported"),
        ({"Autotune": {"Mode": "Enabled"}}, "Autotune is not supported"),
        ({"WarmStartConfig": {}}, "the argument WarmStartType is missing"),
        ({"count": 0}, "expected at least 1 training job .* got 0 and 2"),
        ({"metrics": []}, "no definition of the metric quality"),
        ({"metrics": [{**PRINTED, "Regex": "("}]}, "regular expression of quality is malformed"),
        ({"metrics": [{**PRINTED, "Regex": "quality"}]}, "quality has 0 groups"),
    ],
)
def test_what_is_not_emulated_is_refused_before_anything_runs(
    tmp_path: Path, changes: Any, fault: str
) -> None:
    with pytest.raises(PipelineError, match=f"step Tune: .*{fault}"):
        execution(tmp_path, double(), tune(**changes), id="e").rehearse()
