"""The arguments of a tuning job: what is taken, and what is refused as SageMaker refuses it."""

from typing import Any

import pytest
from tuning_requests import DEPTH, MAXIMIZE, depths, hyperband, named, of_one, of_several, trained

from local.errors import JobError
from local.jobs.tuning.request import Resources, TuningRequest

MINIMIZE = {**MAXIMIZE, "Type": "Minimize"}
PARENTS = {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "first"}]}


def test_each_of_several_definitions_has_its_objective_its_ranges_and_its_values() -> None:
    other = {"Type": "Maximize", "MetricName": "f1"}
    request = TuningRequest.parse(of_several(named("trees", rounds="9"), named("lines", objective=other)))
    assert [(one.name, one.metric, one.maximize) for one in request.definitions] == [
        ("trees", "quality", True),
        ("lines", "f1", True),
    ]
    trees, _ = request.definitions
    assert trees.static == {"behavior": "epochs", "epochs": "3", "rounds": "9"}
    assert [one.name for one in trees.ranges] == ["depth"]
    assert not {"DefinitionName", "TuningObjective", "StaticHyperParameters"} & trees.request.keys()


def test_a_grid_has_as_many_jobs_as_distinct_combinations() -> None:
    ranges = {
        "CategoricalParameterRanges": [
            {"Name": "depth", "Values": ["1", "2", "2"]},
            {"Name": "color", "Values": ["red", "blue", "green"]},
        ]
    }
    assert TuningRequest.parse(of_one(ranges, Strategy="Grid", count=None)).max_jobs == 6
    assert TuningRequest.parse(of_one(ranges, Strategy="Grid", count=6)).max_jobs == 6


@pytest.mark.parametrize(
    ("resources", "static", "expected"),
    [
        (hyperband(2, 9), {}, Resources(2, 9)),
        (hyperband(most=9), {}, Resources(1, 9)),
        (hyperband(), {"epochs": "7"}, Resources(1, 7)),
        (hyperband(2), {"num_epochs": "5"}, Resources(2, 3)),  # `epochs` is looked for first
        ({"Strategy": "Hyperband"}, {}, Resources(1, 3)),
    ],
)
def test_the_resources_of_hyperband_are_given_or_the_epochs(
    resources: Any, static: Any, expected: Resources
) -> None:
    assert TuningRequest.parse(of_one(static=static, **resources)).resources == expected


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({**of_one(), **of_several(named("a"))}, "got TrainingJobDefinition and TrainingJobDefinitions"),
        ({"HyperParameterTuningJobConfig": {"Strategy": "Random"}}, "got neither"),
        (of_several(), "expected 1 to 10 TrainingJobDefinitions, got 0"),
        (of_several(*(named(f"a{number}") for number in range(11))), "TrainingJobDefinitions, got 11"),
        (of_several(named("a"), named("b"), named("a")), "each DefinitionName once, got a 2 times"),
        (of_several(named("a_b")), "got 'a_b'"),
        (of_several(named("-a")), "got '-a'"),
        (of_several(named("a" * 65)), "1 to 64 letters"),
        (of_several(named(None)), "got None"),
        (
            of_several(named("a"), HyperParameterTuningJobObjective=MAXIMIZE),
            "the configuration has no HyperParameterTuningJobObjective",
        ),
        (of_several(named("a"), ParameterRanges=DEPTH), "the configuration has no ParameterRanges"),
        (of_several({"DefinitionName": "a", **trained()}), "definition a: the argument TuningObjective is"),
        (
            {**of_one(), "TrainingJobDefinition": {**trained(), "TuningObjective": MAXIMIZE}},
            "TrainingJobDefinition has no TuningObjective",
        ),
        (
            {**of_one(), "TrainingJobDefinition": {**trained(), "HyperParameterRanges": DEPTH}},
            "TrainingJobDefinition has no HyperParameterRanges",
        ),
        (of_several(named("a"), named("b", objective=MINIMIZE)), "all are to be of one Type"),
        (of_several(named("a", ranges={})), "the definition a: no parameter range"),
        (of_several(named("a", depth="3")), "a: depth has both a range and the static value '3'"),
        (
            of_several(named("a"), named("b"), TrainingJobEarlyStoppingType="Auto"),
            "EarlyStoppingType Auto takes one training definition, got 2",
        ),
        (
            {
                **of_several(named("a"), named("b")),
                "WarmStartConfig": {**PARENTS, "WarmStartType": "TransferLearning"},
            },
            "WarmStartConfig takes one training definition, got 2",
        ),
        (
            of_several(named("a", depths("1")), named("b", depths("1")), Strategy="Grid"),
            "the strategy Grid takes one training definition, got 2",
        ),
        (of_one(Strategy="Grid"), "Grid takes categorical ranges only, and depth is none"),
        (of_one(depths("1", "2"), Strategy="Grid", count=3), "the grid has 2 combinations.*got 3"),
        (of_one(count=None), "expected MaxNumberOfTrainingJobs: required unless the strategy is Grid"),
        (of_one(count=2, at_once=0), "expected at least 1 training job and 1 at a time, got 2 and 0"),
        (
            of_one(TrainingJobEarlyStoppingType="Auto", **hyperband(1, 9)),
            "expected TrainingJobEarlyStoppingType Off: Hyperband",
        ),
        (of_one(**hyperband(5, 4)), "expected 1 <= MinResource <= MaxResource <= 20000, got 5 and 4"),
        (of_one(**hyperband(1, 20_001)), "got 1 and 20001"),
        (of_one(static={"epochs": "many"}, **hyperband()), "Hyperband needs MaxResource"),
        (of_one(StrategyConfig={}), "StrategyConfig is that of Hyperband; the strategy is Bayesian"),
        (
            {**of_one(), "WarmStartConfig": {**PARENTS, "WarmStartType": "Guess"}},
            "WarmStartType 'Guess' is not supported, only IdenticalDataAndAlgorithm and TransferLearning",
        ),
        (
            {
                **of_one(),
                "WarmStartConfig": {
                    "ParentHyperParameterTuningJobs": [],
                    "WarmStartType": "TransferLearning",
                },
            },
            "expected 1 to 5 ParentHyperParameterTuningJobs, got 0",
        ),
        (
            {
                **of_one(**hyperband(1, 9)),
                "WarmStartConfig": {**PARENTS, "WarmStartType": "TransferLearning"},
            },
            "a warm start takes the strategy Bayesian or Random, got Hyperband",
        ),
        (of_one(TuningJobCompletionCriteria={}), "TuningJobCompletionCriteria is not supported"),
        (of_one(count=2, ParameterRanges={**DEPTH, "AutoParameters": []}), "AutoParameters is not supported"),
    ],
)
def test_what_sagemaker_refuses_is_refused_by_name(arguments: Any, fault: str) -> None:
    with pytest.raises(JobError, match=fault):
        TuningRequest.parse(arguments)
