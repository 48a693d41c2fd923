"""What a training has printed of its metrics: each value, with the time of its line."""

import json
import os
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from job_arguments import training

from local.containers.images import Images
from local.errors import JobError
from local.jobs import Services, TrainingJob
from local.jobs.metrics import MetricReader, printed_metrics

QUALITY = {"Name": "quality", "Regex": r"quality=(\S+)"}
IMAGE = Images.load().named("script-mode")
OF_XGBOOST = replace(IMAGE, metrics=Images.load().named("xgboost").metrics)
NOON = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)


def append(log: Path, text: str, second: int = 0) -> None:
    with log.open("a") as stream:
        stream.write(text)
    time = NOON.timestamp() + second
    os.utime(log, (time, time))


def reader(tmp_path: Path, *definitions: Any, image: Any = IMAGE) -> MetricReader:
    printed = printed_metrics({"MetricDefinitions": list(definitions)}, image)
    return MetricReader(tmp_path / "container.log", printed, tmp_path)


def kept(folder: Path) -> Any:
    return json.loads((folder / "metrics.json").read_text())


def test_a_value_has_the_time_at_which_its_line_was_written(tmp_path: Path) -> None:
    metrics, log = reader(tmp_path, QUALITY), tmp_path / "container.log"
    metrics.look()  # before there is a log
    append(log, "starting\nquality=0.5\nqual", second=1)
    metrics.look()
    assert [(one.text, one.at.second) for one in metrics.emitted] == [("0.5", 1)]
    append(log, "ity=0.7\nquality=0.8", second=2)
    metrics.close()
    assert kept(tmp_path) == [
        {"name": "quality", "value": 0.5, "at": "2026-11-30T12:00:01.000000+00:00"},
        {"name": "quality", "value": 0.7, "at": "2026-11-30T12:00:02.000000+00:00"},
        {"name": "quality", "value": 0.8, "at": "2026-11-30T12:00:02.000000+00:00"},
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[11]\ttrain-auc:0.9\tvalidation-auc:0.8", {"train:auc": 0.9, "validation:auc": 0.8}),
        ("[0]\tvalidation-ndcg@10-:1e-3", {"validation:ndcg@10-": 0.001}),
        ("[0]\tvalidation-error@0.7:0.25", {"validation:error@0.7": 0.25}),
        ("[0]\tvalidation-auc:nan\tvalidation-rmse:inf", {}),
        ("validation-auc:0.8 without its tab", {}),
        ("quality=3", {"quality": 3.0}),
        ("[0]\tvalidation-auc:much", {}),
    ],
)
def test_all_metrics_of_an_algorithm_and_of_the_definitions_are_found(
    tmp_path: Path, line: str, found: dict[str, float]
) -> None:
    metrics = reader(tmp_path, QUALITY, image=OF_XGBOOST)
    append(tmp_path / "container.log", f"{line}\n")
    metrics.close()
    assert {one["name"]: one["value"] for one in kept(tmp_path)} == found


def test_a_definition_takes_the_place_of_the_algorithms_metric_of_its_name(tmp_path: Path) -> None:
    metrics = reader(tmp_path, {"Name": "validation:auc", "Regex": "auc:([0-9])"}, image=OF_XGBOOST)
    append(tmp_path / "container.log", "[0]\tvalidation-auc:0.8\n")
    metrics.close()
    assert [one["value"] for one in kept(tmp_path)] == [0]


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_what_is_printed_behind_enough_does_not_count_however_it_is_read(tmp_path: Path, parts: int) -> None:
    lines = ["loss=1 quality=0.1", "loss=2 quality=0.9", "loss=3 quality=0.2", "loss=4 quality=0.95"]
    definitions = [QUALITY, {"Name": "loss", "Regex": r"loss=(\S+)"}]
    metrics = MetricReader(
        tmp_path / "container.log",
        printed_metrics({"MetricDefinitions": definitions}, IMAGE),
        tmp_path,
        lambda one: one.name == "quality" and one.value is not None and one.value > 0.5,
    )
    for first in range(0, 4, parts):
        append(tmp_path / "container.log", "\n".join(lines[first : first + parts]) + "\n")
        metrics.look()
    metrics.close()
    assert metrics.has_enough
    found = [(one["name"], one["value"]) for one in kept(tmp_path)]
    assert found == [("quality", 0.1), ("loss", 1), ("quality", 0.9), ("loss", 2)], (
        "the rest of its line does"
    )


@pytest.mark.parametrize("behavior", ["measure", "measure_and_fail"])
def test_a_training_leaves_its_metrics_whether_it_succeeds_or_fails(
    services: Services, tmp_path: Path, behavior: str
) -> None:
    job = measured(services, QUALITY, {**QUALITY, "Name": "again"}, behavior=behavior)
    with nullcontext() if behavior == "measure" else pytest.raises(JobError, match="exit code 4"):
        job.run(tmp_path / "run")
    found = [(one["name"], one["value"]) for one in kept(tmp_path / "run")]
    assert found == [("quality", 0.5), ("again", 0.5), ("quality", 7), ("again", 7)]


def test_the_metrics_of_a_cluster_are_those_of_its_first_instance(services: Services, tmp_path: Path) -> None:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2}
    measured(services, QUALITY, ResourceConfig=resources).run(tmp_path / "run")
    assert [one["value"] for one in kept(tmp_path / "run")] == [0.5, 7]


def test_a_definition_that_is_no_expression_is_refused_before_the_training_starts(
    services: Services,
) -> None:
    with pytest.raises(JobError, match="regular expression of quality is malformed"):
        measured(services, {**QUALITY, "Regex": "("}).check()


def measured(services: Services, *definitions: Any, behavior: str = "measure", **changes: Any) -> TrainingJob:
    algorithm = {**training()["AlgorithmSpecification"], "MetricDefinitions": list(definitions)}
    hyperparameters = {"behavior": behavior, "depth": "7"}
    arguments = training(AlgorithmSpecification=algorithm, HyperParameters=hyperparameters, **changes)
    return TrainingJob("fit", arguments, services)
