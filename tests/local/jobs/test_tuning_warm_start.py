"""Tuning jobs that begin with what earlier ones have found."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from job_arguments import put
from tuning_requests import MAXIMIZE, named, of_one, of_several

from local.errors import JobError
from local.jobs import Services, TuningJob
from local.jobs.tuning.warm_start import Parent, keep

IDENTICAL, TRANSFER = "IdenticalDataAndAlgorithm", "TransferLearning"


@pytest.fixture
def remembering(services: Services, tmp_path: Path) -> Services:
    return replace(services, tunings=tmp_path / "tunings")


def after(*parents: str, how: str = IDENTICAL, of: Any = None, **changes: Any) -> dict[str, Any]:
    begun = [{"HyperParameterTuningJobName": one} for one in parents]
    warm = {"ParentHyperParameterTuningJobs": begun, "WarmStartType": how}
    return {**(of or of_one(**changes)), "WarmStartConfig": warm}


def tuned(name: str, arguments: Any, services: Services, tmp_path: Path) -> TuningJob:
    job = TuningJob(name, arguments, services)
    job.check()
    job.run(tmp_path / name)
    return job


def depths(tmp_path: Path, name: str) -> list[int]:
    trials = json.loads((tmp_path / name / "trials.json").read_text())["trials"]
    return [int(one["hyperparameters"]["depth"]) for one in trials]


def test_a_job_that_begins_with_another_searches_where_that_was_good(
    remembering: Services, tmp_path: Path
) -> None:
    parent = tuned("first", of_one(count=12, at_once=4), remembering, tmp_path)
    child = tuned("second", after("first", count=4, at_once=4), remembering, tmp_path)
    tuned("cold", of_one(count=4, at_once=4), remembering, tmp_path)
    assert sum(depths(tmp_path, "second")) > sum(depths(tmp_path, "cold"))
    best = max(depths(tmp_path, "first") + depths(tmp_path, "second"))
    overall = child.description["OverallBestTrainingJob"]
    assert overall["TunedHyperParameters"] == {"depth": str(best)}
    assert overall["TrainingJobName"].startswith(("first-", "second-"))
    assert "OverallBestTrainingJob" not in parent.description


def test_transfer_learning_has_no_best_of_all(remembering: Services, tmp_path: Path) -> None:
    tuned("first", of_one(count=2), remembering, tmp_path)
    child = tuned("second", after("first", how=TRANSFER, count=2), remembering, tmp_path)
    assert "OverallBestTrainingJob" not in child.description


def test_other_data_than_the_parents_take_transfer_learning(remembering: Services, tmp_path: Path) -> None:
    tuned("first", of_one(count=2), remembering, tmp_path)
    put(remembering, tmp_path, "s3://data/in/rows.csv", "3,4\n")
    with pytest.raises(JobError, match="the channel train changed since: use TransferLearning"):
        tuned("second", after("first", count=2), remembering, tmp_path)
    tuned("third", after("first", how=TRANSFER, count=2), remembering, tmp_path)
    assert len(depths(tmp_path, "third")) == 2


def test_a_range_may_become_a_value_and_a_value_a_range(remembering: Services, tmp_path: Path) -> None:
    tuned("first", of_one(count=2, static={"rounds": "5"}), remembering, tmp_path)
    rounds = {"IntegerParameterRanges": [{"Name": "rounds", "MinValue": "1", "MaxValue": "9"}]}
    swapped = of_one(rounds, count=2, static={"depth": "7"})
    job = tuned("second", after("first", of=swapped), remembering, tmp_path)
    assert job.description["BestTrainingJob"]["TunedHyperParameters"].keys() == {"rounds"}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (after("first", "unknown"), "there is no tuning job unknown here to begin with"),
        (after("../first"), "expected the name of a tuning job, got '../first'"),
        (
            after("first", static={"rounds": "5"}),
            "first has 3 hyperparameters, static and tuned; expected 4",
        ),
        (
            after("first", HyperParameterTuningJobObjective={**MAXIMIZE, "Type": "Minimize"}),
            "the objective of the parent first is quality",
        ),
    ],
)
def test_a_job_that_nothing_can_begin_with_is_refused_by_name(
    remembering: Services, tmp_path: Path, arguments: Any, fault: str
) -> None:
    static = {"behavior": "epochs", "epochs": "3"}
    keep(tmp_path / "tunings", Parent("first", "quality", True, static, ["depth"], {}, []))
    with pytest.raises(JobError, match=fault):
        TuningJob("second", arguments, remembering).check()


def test_a_job_of_several_definitions_and_one_that_failed_are_no_beginning(
    remembering: Services, tmp_path: Path
) -> None:
    tuned("several", of_several(named("a"), named("b"), count=2), remembering, tmp_path)
    with pytest.raises(JobError, match="no training job succeeded"):
        tuned("failed", of_one(count=1, static={"behavior": "fail"}), remembering, tmp_path)
    for name in ("several", "failed"):
        with pytest.raises(JobError, match=f"there is no tuning job {name} here"):
            TuningJob("second", after(name), remembering).check()


def test_without_a_folder_of_earlier_jobs_there_are_none(services: Services) -> None:
    with pytest.raises(JobError, match="there is no tuning job first here"):
        TuningJob("second", after("first"), services).check()
