"""The Tuning step: trainings whose hyperparameters are searched for, and the best ones for later steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Protocol

from aws_cdk import Stack

from stacks.constructs.pipeline.references import Get, Join, Parameter, Value
from stacks.constructs.pipeline.steps.step import Jobs, ReusedStep
from stacks.constructs.pipeline.steps.training import Spot, Training

type Scaling = Literal["Linear", "Logarithmic"]


class Range(Protocol):
    """Where the value of one hyperparameter is searched for."""

    @property
    def name(self) -> str: ...

    kind: ClassVar[str]

    def declare(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class _Interval[Number: (int, float)]:
    """Numbers from `low` to `high`; on a logarithmic scale small ones are tried as often as large ones."""

    name: str
    low: Number
    high: Number
    scaling: Scaling = "Linear"

    def declare(self) -> dict[str, Any]:
        if self.low >= self.high:
            raise ValueError(f"the range of {self.name} has nothing between {self.low} and {self.high}")
        return {
            "Name": self.name,
            "MinValue": str(self.low),
            "MaxValue": str(self.high),
            "ScalingType": self.scaling,
        }


class Continuous(_Interval[float]):
    """A number of an interval."""

    kind: ClassVar[str] = "ContinuousParameterRanges"


class Integer(_Interval[int]):
    """A whole number of an interval, both ends included."""

    kind: ClassVar[str] = "IntegerParameterRanges"


@dataclass(frozen=True)
class Categorical:
    """One of several texts."""

    kind: ClassVar[str] = "CategoricalParameterRanges"

    name: str
    values: Sequence[str]

    def declare(self) -> dict[str, Any]:
        return {"Name": self.name, "Values": list(self.values)}


@dataclass(frozen=True, kw_only=True)
class Tuning(ReusedStep):
    """Runs `training` with the `max_jobs` sets of hyperparameters that look best, `max_parallel_jobs`
    of them side by side.

    `objective` is a metric of the image's own algorithm, such as `validation:auc`, which is to be large. What
    is not in `ranges` stays as the training has it. The same seed searches in the same way.
    """

    type: ClassVar[str] = "Tuning"
    resource: ClassVar[str] = "hyper-parameter-tuning-job"
    actions: ClassVar[tuple[str, ...]] = (
        "CreateHyperParameterTuningJob",
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
        "StopHyperParameterTuningJob",
    )

    training: Training
    objective: str
    ranges: Sequence[Range]
    max_jobs: Parameter
    max_parallel_jobs: Parameter
    seed: int = 0

    @property
    def best_job(self) -> Get:
        """The name of the training whose objective was the best."""
        return self.reference("BestTrainingJob.TrainingJobName")

    def fit_best(self, name: str, channels: Mapping[str, Value], spot: Spot | None) -> Training:
        """The training once more, with the best hyperparameters, on other data."""
        best = {
            one.name: Join("", (self.reference(f"BestTrainingJob.TunedHyperParameters['{one.name}']"),))
            for one in self.ranges
        }
        hyperparameters = {**self.training.hyperparameters, **best}
        return replace(
            self.training, name=name, channels=channels, hyperparameters=hyperparameters, spot=spot
        )

    def created(self, jobs: Jobs) -> Sequence[str]:
        # A tuning job's name has 32 characters at most: it begins with the execution's id and no fixed text.
        return [
            Stack.of(jobs.scope).format_arn(service="sagemaker", resource=self.resource, resource_name="*")
        ]

    def arguments(self, jobs: Jobs) -> dict[str, Any]:
        return {
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": self.objective},
                "ResourceLimits": {
                    "MaxNumberOfTrainingJobs": self.max_jobs,
                    "MaxParallelTrainingJobs": self.max_parallel_jobs,
                },
                "ParameterRanges": self._ranges(),
                "TrainingJobEarlyStoppingType": "Off",
                "RandomSeed": self.seed,
            },
            "TrainingJobDefinition": self._definition(jobs),
        }

    def _ranges(self) -> dict[str, Any]:
        names = [one.name for one in self.ranges]
        for name in names:
            if names.count(name) > 1 or name in self.training.hyperparameters:
                raise ValueError(f"{self.name}: {name} has more than one range, or a value besides its range")
        declared: dict[str, Any] = {}
        for one in self.ranges:
            declared.setdefault(one.kind, []).append(one.declare())
        return declared

    def _definition(self, jobs: Jobs) -> dict[str, Any]:
        request = replace(self.training, name=self.name).arguments(jobs)
        request["StaticHyperParameters"] = request.pop("HyperParameters")
        # A place that all trainings of the tuning share: one would go on from another's checkpoint.
        request.pop("CheckpointConfig", None)
        return request
