"""Tuning jobs over several definitions, and how all of them are described."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from executions import execution, run
from patience import wait_until
from pipelines import OUTPUTS, double, fit, get
from tuning_requests import MAXIMIZE, depths, named, of_one, of_several

from local.errors import JobError
from local.jobs import Services, TuningJob

SMALL, LARGE = named("small", depths("1", "2")), named("large", depths("8", "9"))


def tried(folder: Path) -> Any:
    return json.loads((folder / "trials.json").read_text())["trials"]


def tuned(arguments: Mapping[str, Any], services: Services, folder: Path, name: str = "tune") -> TuningJob:
    job = TuningJob(name, arguments, services)
    job.check()
    job.run(folder)
    return job


def test_the_best_training_of_all_definitions_says_which_is_its(services: Services, tmp_path: Path) -> None:
    job = tuned(of_several(SMALL, LARGE, count=6, at_once=4), services, tmp_path / "run")
    found = tried(tmp_path / "run")
    assert [one["definition"] for one in found[:4]] == ["small", "large", "small", "large"]
    assert all(int(one["hyperparameters"]["depth"]) > 7 for one in found if one["definition"] == "large")
    best = job.description["BestTrainingJob"]
    assert best["TrainingJobDefinitionName"] == "large"
    assert best["TunedHyperParameters"] == {"depth": str(int(max(one["value"] for one in found)))}
    assert (tmp_path / "run/trials.png").read_bytes().startswith(b"\x89PNG")


def test_the_definitions_are_tried_alike_whenever_the_job_runs(services: Services, tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        tuned(of_several(SMALL, LARGE, count=8, at_once=4), services, tmp_path / name, name)
        seen.append(
            [(one["definition"], one["hyperparameters"], one["value"]) for one in tried(tmp_path / name)]
        )
    assert seen[0] == seen[1]


def best(name: str) -> dict[str, str]:
    return get(f"Steps.Tune.BestTrainingJob.{name}")


def test_a_condition_on_the_winner_takes_its_branch_with_its_archive(tmp_path: Path) -> None:
    places = {
        "OutputDataConfig": {"S3OutputPath": OUTPUTS},
        "InputDataConfig": fit()["Arguments"]["InputDataConfig"],
    }
    arguments = of_several({**SMALL, **places}, {**LARGE, **places})
    place = get("Steps.Tune.TrainingJobDefinitions[0].OutputDataConfig.S3OutputPath")
    parts = [place, best("TrainingJobName"), "output", "model.tar.gz"]
    archive = {"Std:Join": {"On": "/", "Values": parts}}
    is_large = {"LeftValue": best("TrainingJobDefinitionName"), "RightValue": "large", "Type": "Equals"}
    branches = {
        "Conditions": [is_large],
        "IfSteps": [fit("Large", depth=best("TunedHyperParameters['depth']"), archive=archive)],
        "ElseSteps": [fit("Small")],
    }
    steps = [
        {"Name": "Tune", "Type": "Tuning", "Arguments": arguments},
        {"Name": "Winner", "Type": "Condition", "Arguments": branches},
    ]
    one = execution(tmp_path, double(), *steps, id="e")
    run(one)
    assert not (tmp_path / "runs/e/Small").exists()
    told = json.loads((tmp_path / "runs/e/Large/opt/ml/output/data/told.json").read_text())
    assert one.services.storage.exists(told["hyperparameters"]["archive"])


@pytest.fixture(scope="module")
def api() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def faults(shape: Any, value: Any, path: str = "") -> list[str]:
    """Members that a shape does not have, and required ones that the value has not."""
    if shape.type_name == "list":
        return [fault for one in value for fault in faults(shape.member, one, path)]
    if shape.type_name != "structure":
        return [] if _is_a(value, shape) else [f"{path} is {value!r}"]
    unknown = [f"{path}.{name}" for name in value if name not in shape.members]
    missing = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    within = [
        fault
        for name, one in value.items()
        if name in shape.members
        for fault in faults(shape.members[name], one, f"{path}.{name}")
    ]
    return unknown + missing + within


def _is_a(value: Any, shape: Shape) -> bool:
    kinds = {"string": str, "timestamp": float, "integer": int, "float": float, "map": dict}
    enum = getattr(shape, "enum", [])
    return isinstance(value, kinds.get(shape.type_name, object)) and (not enum or value in enum)


RESPONSE = "DescribeHyperParameterTuningJobResponse"
SUMMARIES = "HyperParameterTrainingJobSummaries"


def described(api: ServiceModel, job: TuningJob) -> dict[str, Any]:
    """The description, held against the API's response."""
    description = json.loads(json.dumps(job.description))
    listed = description.pop("TrainingJobSummaries")
    assert {one["TrainingJobName"] for one in listed} == {one["TrainingJobName"] for one in job.training_jobs}
    left_out = {"HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"}
    response = {name: one for name, one in description.items() if name not in left_out}
    missing = "HyperParameterTuningJobConfig is missing"
    assert [one for one in faults(api.shape_for(RESPONSE), response) if not one.endswith(missing)] == []
    assert faults(api.shape_for(SUMMARIES), listed) == []
    assert faults(api.shape_for(SUMMARIES), job.training_jobs) == []
    return description


@pytest.mark.parametrize("arguments", [of_one(depths("3", "4")), of_several(SMALL, LARGE)])
def test_a_job_that_has_run_is_described_as_the_api_does(
    api: ServiceModel, services: Services, tmp_path: Path, arguments: Any
) -> None:
    job = tuned(arguments, services, tmp_path / "run")
    description = described(api, job)
    assert description["HyperParameterTuningJobStatus"] == "Completed"
    assert description["TrainingJobStatusCounters"]["Completed"] == 4
    assert description["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}
    metric = description["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert (metric["Type"], metric["MetricName"]) == ("Maximize", "quality")
    assert [one["TrainingJobName"] for one in job.training_jobs] == [f"tune-00{n}" for n in range(1, 5)]
    assert description["CreationTime"] <= description["HyperParameterTuningEndTime"]


def test_a_job_before_it_runs_has_no_training_jobs_to_list(services: Services) -> None:
    job = TuningJob("tune", of_several(SMALL, LARGE), services)
    assert job.training_jobs == []
    assert job.description["HyperParameterTuningJobStatus"] == "InProgress"
    assert job.description["BestTrainingJob"].keys() >= {"TrainingJobDefinitionName", "TunedHyperParameters"}


def test_a_failed_training_and_one_without_the_objective_are_counted_apart(
    api: ServiceModel, services: Services, tmp_path: Path
) -> None:
    fails = named("fails", depths("1"), behavior="fail")
    silent = named("silent", depths("1"), {**MAXIMIZE, "MetricName": "unheard"}, behavior="remember")
    silent["AlgorithmSpecification"] = {
        **silent["AlgorithmSpecification"],
        "MetricDefinitions": [{"Name": "unheard", "Regex": "unheard=(.*)"}],
    }
    job = tuned(of_several(fails, silent, LARGE, count=3, at_once=3), services, tmp_path / "run")
    description = described(api, job)
    assert description["TrainingJobStatusCounters"] == {
        "Completed": 2,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 1,
        "Stopped": 0,
    }
    assert description["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 2}
    failed, unheard, _ = job.training_jobs
    assert "the sky is falling" in failed["FailureReason"]
    assert "FailureReason" not in unheard
    assert "the metric unheard is not in the log" in tried(tmp_path / "run")[1]["fault"]


def test_a_job_whose_trainings_all_fail_has_failed(services: Services, tmp_path: Path) -> None:
    job = TuningJob("tune", of_one(depths("1"), static={"behavior": "fail"}), services)
    with pytest.raises(JobError, match="no training job succeeded"):
        job.run(tmp_path / "run")
    assert job.description["HyperParameterTuningJobStatus"] == "Failed"
    assert "BestTrainingJob" not in job.description


def test_a_training_that_takes_too_long_is_stopped_and_left_out(
    api: ServiceModel, services: Services, tmp_path: Path
) -> None:
    slow = named("slow", depths("1"), behavior="sleep")
    slow["StoppingCondition"] = {"MaxRuntimeInSeconds": 1}
    job = tuned(of_several(slow, LARGE, count=2), services, tmp_path / "run")
    assert described(api, job)["TrainingJobStatusCounters"]["Stopped"] == 1
    stopped, other = tried(tmp_path / "run")
    assert (stopped["status"], stopped["value"], other["status"]) == ("Stopped", None, "Completed")
    assert "stopped after its time limit of 1 s" in stopped["fault"]


def test_a_job_that_is_stopped_stops_its_training_jobs(
    api: ServiceModel, services: Services, tmp_path: Path
) -> None:
    job = TuningJob("tune", of_one(depths("1"), static={"behavior": "sleep"}, count=1), services)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(job.run, tmp_path / "run")
        assert wait_until(lambda: running.done() or (tmp_path / "run/trial-001/pid").exists())
        assert described(api, job)["TrainingJobStatusCounters"]["InProgress"] == 1
        services.stopping.set()
        with pytest.raises(JobError, match="it was stopped"):
            running.result()
    description = described(api, job)
    assert description["HyperParameterTuningJobStatus"] == "Stopped"
    counters = description["TrainingJobStatusCounters"]
    assert (counters["InProgress"], counters["Stopped"]) == (0, 1)


EARLY = {"Strategy": "Grid", "count": None, "TrainingJobEarlyStoppingType": "Auto"}


def test_a_training_that_falls_behind_is_stopped_and_counts(
    api: ServiceModel, services: Services, tmp_path: Path
) -> None:
    # The third one would hang if nobody stopped it.
    arguments = of_one(depths("5", "6", "1", "9"), static={"hangs": "1"}, **EARLY)
    job = tuned(arguments, services, tmp_path / "run")
    found = tried(tmp_path / "run")
    assert [one["status"] for one in found] == ["Completed", "Completed", "Stopped", "Completed"]
    assert [one["value"] for one in found] == [5, 6, 1, 9]
    assert [len(one["metrics"]["quality"]) for one in found] == [3, 3, 1, 3]
    assert described(api, job)["TrainingJobStatusCounters"]["Stopped"] == 1
    archives = [services.storage.exists(f"s3://data/out/tune-00{n}/output/model.tar.gz") for n in range(1, 5)]
    assert archives == [True, True, False, True]


@pytest.mark.parametrize("hangs", ["", "1"])
def test_whether_a_training_is_stopped_does_not_depend_on_how_fast_it_ends(
    services: Services, tmp_path: Path, hangs: str
) -> None:
    """Its lines were all there before the runner looked, or it goes on until it is killed."""
    arguments = of_one(depths("5", "6", "1", "9"), static={"hangs": hangs}, **EARLY)
    tuned(arguments, services, tmp_path / "run")
    [stopped] = [one for one in tried(tmp_path / "run") if one["status"] == "Stopped"]
    metrics = json.loads((tmp_path / "run/trial-003/metrics.json").read_text())
    assert [(one["name"], one["value"]) for one in metrics] == [("quality", 1), ("ObjectiveMetric", 1)]
    assert stopped["value"] == 1
    assert not services.storage.exists("s3://data/out/tune-003")


def test_hyperband_stops_what_is_left_behind(services: Services, tmp_path: Path) -> None:
    strategy = {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 2}}}
    arguments = of_one(static={"epochs": "2"}, count=6, at_once=2, **strategy)
    job = tuned(arguments, services, tmp_path / "run")
    first, second, *rest = tried(tmp_path / "run")
    assert {first["status"], second["status"]} == {"Completed"}, "there was nothing before"
    for one in rest:
        earlier = [first, second, *(other for other in rest if other["number"] + 1 < one["number"])]
        behind = one["value"] < min(other["value"] for other in earlier)
        assert not (behind and one["status"] == "Completed")
    assert job.description["BestTrainingJob"]["TrainingJobStatus"] == "Completed"
    assert "Stopped" in {one["status"] for one in rest}
