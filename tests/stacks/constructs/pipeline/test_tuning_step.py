"""The Tuning step: one training definition or several, ranges, strategies, and references to the best."""

from typing import Any

import pytest
from request_shapes import Arguments

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.pipeline.references import Get, Parameter
from stacks.constructs.pipeline.steps import (
    Categorical,
    Cluster,
    Continuous,
    Grid,
    Hyperband,
    Instances,
    Integer,
    Jobs,
    Random,
    Training,
    TrainingDefinition,
    Tuning,
    WarmStart,
)

XGBOOST = ManagedImage.named("xgboost")
CLUSTER = Cluster(Instances(Parameter.choice("InstanceType", ["ml.m5.large"])), 10, 60)
COUNT = Parameter.integer("Count", 2)
GRID = [Categorical("booster", ["gbtree", "dart"])]
PARENT = WarmStart([Get("Parameters.Parent")])


def tuning(training: Training, *ranges: Continuous | Integer) -> Tuning:
    count = Parameter.integer("Count", 2)
    definition = TrainingDefinition(training=training, objective="validation:auc", ranges=ranges)
    return Tuning("Tune", definitions=[definition], max_jobs=count, max_parallel_jobs=count)


def test_ranges_are_declared_by_their_kind_as_text(jobs: Jobs) -> None:
    ranges = (Continuous("eta", 0.01, 0.2, "Logarithmic"), Integer("depth", 3, 8), Integer("weight", 1, 9))
    training = Training("Fit", image=XGBOOST, channels={}, cluster=CLUSTER)
    config = tuning(training, *ranges).arguments(jobs)["HyperParameterTuningJobConfig"]
    assert config["ParameterRanges"] == {
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.2", "ScalingType": "Logarithmic"}
        ],
        "IntegerParameterRanges": [
            {"Name": "depth", "MinValue": "3", "MaxValue": "8", "ScalingType": "Linear"},
            {"Name": "weight", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"},
        ],
    }


@pytest.mark.parametrize(
    ("ranges", "fault"),
    [
        ([Integer("depth", 8, 8)], "the range of depth has nothing between 8 and 8"),
        ([Integer("depth", 3, 8), Integer("depth", 1, 2)], "depth has more than one range"),
        ([Continuous("eta", 0.1, 0.2)], "eta has more than one range, or a value besides its range"),
    ],
)
def test_a_range_that_says_nothing_or_twice_is_refused(jobs: Jobs, ranges: Any, fault: str) -> None:
    training = Training(
        "Fit",
        image=ManagedImage.named("xgboost"),
        channels={},
        cluster=CLUSTER,
        hyperparameters={"eta": "0.1"},
    )
    with pytest.raises(ValueError, match=fault):
        tuning(training, *ranges).arguments(jobs)


def definition(name: str, objective: str = "validation:auc") -> TrainingDefinition:
    training = Training(
        name,
        image=XGBOOST,
        channels={"train": "s3://bucket/train"},
        cluster=CLUSTER,
        hyperparameters={"static": name},
    )
    return TrainingDefinition(
        training=training, objective=objective, ranges=[Integer(f"depth-{name}"[:20], 1, 9)]
    )


def test_several_definitions_have_their_objectives_and_ranges_and_the_configuration_none(jobs: Jobs) -> None:
    trees, lines = definition("dpp0-trees", "validation:f1_binary"), definition("dpp2-lines")
    count = Parameter.integer("Count", 2)
    tune = Tuning("Tune", definitions=[trees, lines], max_jobs=count, max_parallel_jobs=count)

    request = tune.render(jobs)["Arguments"]

    parameters = {one.name: one.declare() for one in (count, CLUSTER.instances.instance_type)}
    assert list(Arguments(parameters).faults("Tuning", request)) == []
    assert request["HyperParameterTuningJobConfig"].keys() == {
        "Strategy",
        "ResourceLimits",
        "TrainingJobEarlyStoppingType",
        "RandomSeed",
    }
    assert "TrainingJobDefinition" not in request
    first, second = request["TrainingJobDefinitions"]
    assert (first["DefinitionName"], second["DefinitionName"]) == ("dpp0-trees", "dpp2-lines")
    assert first["TuningObjective"] == {"Type": "Maximize", "MetricName": "validation:f1_binary"}
    assert second["HyperParameterRanges"]["IntegerParameterRanges"][0]["Name"] == "depth-dpp2-lines"
    assert second["StaticHyperParameters"] == {"static": "dpp2-lines"}
    assert first["OutputDataConfig"] == second["OutputDataConfig"]


def test_the_winner_of_several_definitions_is_known_by_references(jobs: Jobs) -> None:
    trees, lines = definition("trees"), definition("lines")
    count = Parameter.integer("Count", 2)
    tune = Tuning("Tune", definitions=[trees, lines], max_jobs=count, max_parallel_jobs=count)

    assert tune.best_definition.path == "Steps.Tune.BestTrainingJob.TrainingJobDefinitionName"
    fit = tune.fit_best("Fit", {}, None, lines)
    assert fit.hyperparameters.keys() == {"static", "depth-lines"}


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([], "Tune: expected 1 to 10 definitions with names of their own, got none"),
        (["a", "b", "a"], "names of their own, got a, b, a"),
        ([f"a{number}" for number in range(11)], "expected 1 to 10 definitions"),
        (["a", "b_c"], "expected a definition's name .* got 'b_c'"),
        (["a", "-b"], "got '-b'"),
        (["a", "b" * 65], f"got '{'b' * 65}'"),
    ],
)
def test_definitions_that_sagemaker_does_not_take_are_refused(
    jobs: Jobs, names: list[str], fault: str
) -> None:
    count = Parameter.integer("Count", 2)
    definitions = [definition(name) for name in names]
    tune = Tuning("Tune", definitions=definitions, max_jobs=count, max_parallel_jobs=count)
    with pytest.raises(ValueError, match=fault):
        tune.arguments(jobs)


def test_one_definition_alone_has_no_name_to_refer_to() -> None:
    training = Training("Fit", image=XGBOOST, channels={}, cluster=CLUSTER)
    with pytest.raises(ValueError, match="Tune has one definition, Fit"):
        _ = tuning(training).best_definition


def changed(ranges: Any = None, **changes: Any) -> Tuning:
    """A tuning of one definition."""
    training = Training("Fit", image=XGBOOST, channels={"train": "s3://bucket/train"}, cluster=CLUSTER)
    one = TrainingDefinition(
        training=training, objective="validation:auc", ranges=ranges or [Integer("depth", 1, 9)]
    )
    return Tuning("Tune", **{"definitions": [one], "max_jobs": COUNT, "max_parallel_jobs": COUNT, **changes})


@pytest.mark.parametrize(
    ("tune", "expected"),
    [
        (changed(), {"Strategy": "Bayesian", "TrainingJobEarlyStoppingType": "Off"}),
        (changed(strategy=Random()), {"Strategy": "Random"}),
        (changed(GRID, strategy=Grid(), max_jobs=None), {"Strategy": "Grid"}),
        (
            changed(strategy=Hyperband(2, 9)),
            {
                "Strategy": "Hyperband",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 2, "MaxResource": 9}},
            },
        ),
        (changed(stops_early=True), {"TrainingJobEarlyStoppingType": "Auto"}),
    ],
)
def test_a_strategy_is_declared_as_sagemaker_takes_it(
    jobs: Jobs, tune: Tuning, expected: dict[str, Any]
) -> None:
    request = tune.render(jobs)["Arguments"]
    parameters = {one.name: one.declare() for one in (COUNT, CLUSTER.instances.instance_type)}
    assert list(Arguments(parameters).faults("Tuning", request)) == []
    assert expected.items() <= request["HyperParameterTuningJobConfig"].items()


def test_a_grid_does_not_say_how_many_jobs_it_has(jobs: Jobs) -> None:
    request = changed(GRID, strategy=Grid(), max_jobs=None).render(jobs)["Arguments"]
    limits = request["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits == {"MaxParallelTrainingJobs": {"Get": "Parameters.Count"}}


def test_the_parents_of_a_warm_start_may_be_parameters(jobs: Jobs) -> None:
    request = changed(warm_start=PARENT).render(jobs)["Arguments"]
    assert request["WarmStartConfig"] == {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": {"Get": "Parameters.Parent"}}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }


TWO = {"definitions": [definition("a"), definition("b")]}


@pytest.mark.parametrize(
    ("tune", "fault"),
    [
        (changed(max_jobs=None), "expected max_jobs, or the strategy Grid"),
        (changed(GRID, strategy=Grid()), "expected max_jobs, or the strategy Grid"),
        (changed(strategy=Grid(), max_jobs=None), "Grid takes categorical ranges only, and depth is none"),
        (changed(strategy=Hyperband(2, 9), stops_early=True), "Hyperband stops trainings by itself"),
        (changed(strategy=Hyperband(9, 2)), "min_resource <= max_resource, got 9 and 2"),
        (changed(strategy=Hyperband(2, 9), warm_start=PARENT), "a warm start is for the strategies"),
        (changed(warm_start=WarmStart([])), "expected 1 to 5 parents, got 0"),
        (changed(**TWO, stops_early=True), "are for one definition, got 2"),
        (changed(**TWO, warm_start=PARENT), "are for one definition, got 2"),
        (changed(**TWO, strategy=Grid(), max_jobs=None), "are for one definition, got 2"),
        (
            changed([Continuous("eta", 0.1, 1.0, "ReverseLogarithmic")]),
            "eta is to lie in 0 <= x < 1, got 0.1 to 1.0",
        ),
        (changed([Integer("depth", 0, 1, "ReverseLogarithmic")]), "depth is to lie in 0 <= x < 1"),
    ],
)
def test_a_strategy_that_sagemaker_does_not_take_is_refused(jobs: Jobs, tune: Tuning, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        tune.arguments(jobs)
