"""The Tuning step: trainings whose hyperparameters are searched for, and the best ones for later steps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from aws_cdk import Stack

from stacks.constructs.pipeline.references import Get, Join, Parameter, Value
from stacks.constructs.pipeline.steps.step import Jobs, ReusedStep
from stacks.constructs.pipeline.steps.training import Spot, Training
from stacks.constructs.pipeline.steps.tuning_ranges import Categorical, Range
from stacks.constructs.pipeline.steps.tuning_strategy import (
    Bayesian,
    Grid,
    Hyperband,
    Random,
    Strategy,
    WarmStart,
)

# Of SageMaker's CreateHyperParameterTuningJob.
_MOST_DEFINITIONS = 10
_DEFINITION_NAME = re.compile(r"(?=.{1,64}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class TrainingDefinition:
    """The trainings of one kind that a tuning may run, such as those of one algorithm.

    `training`'s name is the definition's. `objective` is a metric of the image's own algorithm, such as
    `validation:auc`, or of the training's `metrics`. What is not in `ranges` stays as the training has it.
    """

    training: Training
    objective: str
    ranges: Sequence[Range]

    @property
    def name(self) -> str:
        return self.training.name

    def tuning_objective(self) -> dict[str, str]:
        return {"Type": "Maximize", "MetricName": self.objective}

    def declare_ranges(self) -> dict[str, Any]:
        """The ranges by their kind; raises ValueError where a hyperparameter has two, or a value as well."""
        names = [one.name for one in self.ranges]
        for name in names:
            if names.count(name) > 1 or name in self.training.hyperparameters:
                raise ValueError(f"{self.name}: {name} has more than one range, or a value besides its range")
        declared: dict[str, Any] = {}
        for one in self.ranges:
            declared.setdefault(one.kind, []).append(one.declare())
        return declared

    def declare_training(self, step: str, jobs: Jobs) -> dict[str, Any]:
        """The training in a tuning step of that name, below whose output all of its trainings write."""
        request = replace(self.training, name=step).arguments(jobs)
        request["StaticHyperParameters"] = request.pop("HyperParameters")
        # A place that all trainings of the tuning share: one would go on from another's checkpoint.
        request.pop("CheckpointConfig", None)
        return request


@dataclass(frozen=True, kw_only=True)
class Tuning(ReusedStep):
    """Runs the `max_jobs` trainings that look best, of one definition or several, `max_parallel_jobs` of them
    side by side.

    Objectives are to be large; those of several definitions are compared as they are. The same seed searches
    in the same way. Trainings that are worse than most were at the same epoch end early with `stops_early`;
    it, `warm_start` and the strategy Grid are for one definition.
    """

    type: ClassVar[str] = "Tuning"
    resource: ClassVar[str] = "hyper-parameter-tuning-job"
    actions: ClassVar[tuple[str, ...]] = (
        "CreateHyperParameterTuningJob",
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
        "StopHyperParameterTuningJob",
    )

    definitions: Sequence[TrainingDefinition]
    max_parallel_jobs: Parameter
    max_jobs: Parameter | None = None
    seed: int = 0
    strategy: Strategy = field(default_factory=Bayesian)
    stops_early: bool = False
    warm_start: WarmStart | None = None

    @property
    def best_job(self) -> Get:
        """The name of the training whose objective was the best."""
        return self.reference("BestTrainingJob.TrainingJobName")

    @property
    def best_definition(self) -> Get:
        """The name of the best training's definition; raises ValueError where there is one only, as SageMaker
        then names none."""
        if len(self.definitions) == 1:
            raise ValueError(f"{self.name} has one definition, {self.definitions[0].name}: there is no other")
        return self.reference("BestTrainingJob.TrainingJobDefinitionName")

    def fit_best(
        self,
        name: str,
        channels: Mapping[str, Value],
        spot: Spot | None,
        definition: TrainingDefinition | None = None,
    ) -> Training:
        """The training once more, with the best hyperparameters, on other data.

        Of several definitions it is that one's: for a branch that is taken where `best_definition` is its
        name, since the best hyperparameters are those of its ranges only then.
        """
        if definition is None:
            [definition] = self.definitions
        best = {
            one.name: Join("", (self.reference(f"BestTrainingJob.TunedHyperParameters['{one.name}']"),))
            for one in definition.ranges
        }
        hyperparameters = {**definition.training.hyperparameters, **best}
        return replace(
            definition.training, name=name, channels=channels, hyperparameters=hyperparameters, spot=spot
        )

    def created(self, jobs: Jobs) -> Sequence[str]:
        # A tuning job's name has 32 characters at most: it begins with the execution's id and no fixed text.
        return [
            Stack.of(jobs.scope).format_arn(service="sagemaker", resource=self.resource, resource_name="*")
        ]

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        """Those of CreateHyperParameterTuningJob. Several definitions have their objectives and ranges, for
        one alone the configuration has them. Raises ValueError for what SageMaker does not take."""
        self._check_names()
        self._check_strategy()
        if len(self.definitions) == 1:
            [only] = self.definitions
            objective = {"HyperParameterTuningJobObjective": only.tuning_objective()}
            return {
                "HyperParameterTuningJobConfig": self._config(
                    objective, {"ParameterRanges": only.declare_ranges()}
                ),
                "TrainingJobDefinition": only.declare_training(self.name, jobs),
                **({"WarmStartConfig": self.warm_start.declare()} if self.warm_start else {}),
            }
        return {
            "HyperParameterTuningJobConfig": self._config({}, {}),
            "TrainingJobDefinitions": [
                {
                    "DefinitionName": one.name,
                    "TuningObjective": one.tuning_objective(),
                    "HyperParameterRanges": one.declare_ranges(),
                    **one.declare_training(self.name, jobs),
                }
                for one in self.definitions
            ],
        }

    def _config(self, objective: Mapping[str, Any], ranges: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **self.strategy.declare(),
            **objective,
            "ResourceLimits": {
                **({"MaxNumberOfTrainingJobs": self.max_jobs} if self.max_jobs else {}),
                "MaxParallelTrainingJobs": self.max_parallel_jobs,
            },
            **ranges,
            "TrainingJobEarlyStoppingType": "Auto" if self.stops_early else "Off",
            "RandomSeed": self.seed,
        }

    def _check_strategy(self) -> None:
        is_grid = self.strategy.name == Grid.name
        if is_grid != (self.max_jobs is None):
            raise ValueError(f"{self.name}: expected max_jobs, or the strategy Grid, which has none")
        if self.stops_early and self.strategy.name == Hyperband.name:
            raise ValueError(f"{self.name}: Hyperband stops trainings by itself; leave out stops_early")
        if self.warm_start and self.strategy.name not in (Bayesian.name, Random.name):
            raise ValueError(f"{self.name}: a warm start is for the strategies Bayesian and Random")
        if len(self.definitions) > 1 and (self.stops_early or self.warm_start or is_grid):
            raise ValueError(
                f"{self.name}: early stopping, warm starts and Grid are for one definition, got "
                f"{len(self.definitions)}"
            )
        for one in self.definitions[0].ranges if is_grid else ():
            if one.kind != Categorical.kind:
                raise ValueError(f"{self.name}: Grid takes categorical ranges only, and {one.name} is none")

    def _check_names(self) -> None:
        names = [one.name for one in self.definitions]
        if not 1 <= len(names) <= _MOST_DEFINITIONS or len(set(names)) < len(names):
            raise ValueError(
                f"{self.name}: expected 1 to {_MOST_DEFINITIONS} definitions with names of their own, "
                f"got {', '.join(names) or 'none'}"
            )
        for name in names:
            if not _DEFINITION_NAME.fullmatch(name):
                raise ValueError(
                    f"{self.name}: expected a definition's name of 1 to 64 letters, digits and hyphens that "
                    f"begins and ends with a letter or digit, got {name!r}"
                )
