"""AutoML: a table and a target become candidate pipelines, one tuning over two algorithms, and a model."""

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from stacks.constructs.model.image import ManagedImage
from stacks.constructs.operations.monitor import Watch
from stacks.constructs.pipeline.records import CSV_LABELS
from stacks.constructs.pipeline.references import Join, Parameter, Value
from stacks.constructs.pipeline.steps import (
    Condition,
    Model,
    Step,
    Training,
    TrainingDefinition,
    Transform,
    Tuning,
    equal,
)
from stacks.settings import Settings
from stacks.workloads.shared.automl_candidate import FEATURES, LABELS, RECORDIO, Candidate
from stacks.workloads.shared.autopilot import build_autopilot
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.managed_images import SCIKIT_LEARN
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.served_model import served_hostnames
from stacks.workloads.shared.serving import ServingStack
from stacks.workloads.shared.training import DATA_VERSION, TrainingStack

WORKLOAD = Workload(
    name="automl",
    summary="trains and selects a model for tabular data automatically, as Autopilot does",
    model="features, XGBoost or linear-learner, labels",
    data="churn.txt",
    # Where the linear learner has won, it is in the place of XGBoost.
    containers=("features", "xgboost", "labels"),
    # The columns of the table without the target.
    example="KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1",
    # Whether training goes on once there are candidates and their notebooks.
    # `autopilot` is whether SageMaker's own is there beside it, and what that makes.
    options={"mode": ("complete", "candidates-only"), "autopilot": ("off", "candidates-only", "complete")},
    # Two algorithms are tuned, which takes minutes.
    trains_for_templates=False,
)


_TARGET = Parameter.string("Target", "Churn?")
# The workshop's split.
_SPLIT_SEED = Parameter.string("SplitSeed", "42")
_MAX_JOBS = Parameter.integer("TuningJobs", 8)
_MAX_PARALLEL_JOBS = Parameter.integer("TuningJobsAtOnce", 4)
# Two standard errors of an F1 of the test part below what eight trainings find.
_GATE = Gate("f1", "F1", minimum=0.7)


_CANDIDATES = (Candidate(0, "xgboost", sparse=True), Candidate(2, "linear-learner", sparse=False))


class AutomlTraining(TrainingStack):
    """From a table with a header to the better of two candidates' models, which waits for its approval."""

    def __init__(self, scope: Construct, id: str, **kwargs: Any) -> None:
        super().__init__(scope, id, workload=WORKLOAD, **kwargs)
        self._hold_out = self.process(
            "HoldOut",
            inputs={"input": self.data},
            outputs=["development", "test", "labels"],
            options={"target": _TARGET, "seed": _SPLIT_SEED},
            environment={"DATA_VERSION": DATA_VERSION},
        )
        development = {"development": self._hold_out.output("development")}
        self._split = self.process(
            "Split",
            inputs=development,
            outputs=["train", "validation", "labeled"],
            options={"target": _TARGET, "seed": _SPLIT_SEED},
        )
        self._analyze = self.process(
            "Analyze",
            inputs=development,
            outputs=["analysis", "candidates", "notebooks"],
            options={"target": _TARGET},
            environment=self._written_into_notebooks(),
        )
        described, self._baseline = self.describe(
            self._hold_out.output("development"),
            options={"without": Join("", (_TARGET,))},
        )
        steps: list[Step] = [self._hold_out, self._split, self._analyze, described]
        parameters = [_TARGET, _SPLIT_SEED]
        if self.options["mode"] == "complete":
            steps += self._find_model()
            parameters += [_MAX_JOBS, _MAX_PARALLEL_JOBS, _GATE.parameter]
        self.build_pipeline(steps, parameters)
        build_autopilot(
            self,
            foundation=self._foundation,
            target=str(_TARGET.default),
            problem_type="BinaryClassification",
            metric="F1",
        )

    def _written_into_notebooks(self) -> Mapping[str, Value]:
        """What the candidates' notebook runs with, as long as nobody changes it there."""
        images = {
            name: ManagedImage.named(name).bind(self, self.job_role, self.cluster.use)
            for name in ("scikit-learn", *(one.algorithm for one in _CANDIDATES))
        }
        return {
            "AUTOML_ROLE_ARN": self.job_role.role_arn,
            "AUTOML_OUTPUT": f"{self.outputs.uri}/notebooks",
            "AUTOML_TRAIN": self._split.output("train"),
            "AUTOML_VALIDATION": self._split.output("validation"),
            **{f"AUTOML_{name.upper().replace('-', '_')}_IMAGE": uri for name, uri in images.items()},
        }

    def _find_model(self) -> list[Step]:
        """The candidates' transformers, the tuning of both algorithms, and the model of the better one."""
        transformers = [self._transformer(candidate) for candidate in _CANDIDATES]
        features = [
            self.model(f"Features{candidate.number}", [candidate.features], {FEATURES: fit.model_data})
            for candidate, fit in zip(_CANDIDATES, transformers, strict=True)
        ]
        parts = [
            {part: self._applied(candidate, model, part) for part in ("train", "validation")}
            for candidate, model in zip(_CANDIDATES, features, strict=True)
        ]
        definitions = [
            self._definition(candidate, {name: one.scores for name, one in some.items()})
            for candidate, some in zip(_CANDIDATES, parts, strict=True)
        ]
        tune = Tuning(
            "Tune", definitions=definitions, max_jobs=_MAX_JOBS, max_parallel_jobs=_MAX_PARALLEL_JOBS
        )
        first, second = (
            self._branch(*one, tune)
            for one in zip(_CANDIDATES, transformers, features, definitions, strict=True)
        )
        winner = Condition(
            "Winner",
            comparisons=[equal(tune.best_definition, definitions[0].name)],
            if_steps=first,
            else_steps=second,
        )
        return [*transformers, *features, *(one for some in parts for one in some.values()), tune, winner]

    def _transformer(self, candidate: Candidate) -> Training:
        return Training(
            f"Transformer{candidate.number}",
            image=SCIKIT_LEARN,
            source=self.source("transform"),
            hyperparameters={"candidate": candidate.name},
            channels={
                "train": self._split.output("train"),
                "candidates": self._analyze.output("candidates"),
            },
            cluster=self.cluster,
            content_type=None,
        )

    def _applied(self, candidate: Candidate, model: Model, part: str) -> Transform:
        """What the candidate's transformers make of a part of the table."""
        return Transform(
            f"{part.capitalize()}{candidate.number}",
            model_name=model.model_name,
            data=self._split.output(part),
            accept=RECORDIO,
            instances=self.scoring,
            assemble_with="None",
        )

    def _definition(self, candidate: Candidate, channels: Mapping[str, Value]) -> TrainingDefinition:
        training = Training(
            candidate.name,
            image=candidate.image,
            hyperparameters=candidate.tuned["hyperparameters"],
            channels=channels,
            cluster=self.cluster,
            spot=self.spot(self._split.job_name),
            content_type=RECORDIO,
        )
        return TrainingDefinition(
            training=training,
            objective=candidate.tuned["objective"],
            ranges=candidate.ranges,
        )

    def _branch(
        self,
        candidate: Candidate,
        transformer: Training,
        features: Model,
        definition: TrainingDefinition,
        tune: Tuning,
    ) -> list[Step]:
        """The whole model of the candidate that has won, what it answers to the test part, and its gate.

        Its algorithm is fitted once more: what was chosen on a fifth of the rows learns from these, too.
        """
        branch, number = candidate.algorithm, candidate.number
        labeled = self._applied(candidate, features, "labeled")
        fit = tune.fit_best(f"Fit{number}", {"train": labeled.scores}, self.spot(tune.best_job), definition)
        model_data = {
            FEATURES: transformer.model_data,
            candidate.algorithm: fit.model_data,
            LABELS: transformer.model_data,
        }
        model = self.model(f"AutomlModel{number}", candidate.containers, model_data)
        score = self.score(model, self._hold_out.output("test"), "text/csv", variant=branch)
        inputs = {
            "labels": self._hold_out.output("labels"),
            "analysis": self._analyze.output("analysis"),
            "scores": score.scores,
        }
        verdict = self.judge(
            model,
            _GATE,
            inputs,
            answers=("text/csv",),
            baseline=self._baseline,
            branch=branch,
        )
        return [labeled, fit, model, score, *verdict]


class AutomlServing(ServingStack):
    """The endpoint of the three containers, the second of them of the algorithm that has won."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings, **kwargs: Any) -> None:
        trained = served_hostnames(settings, WORKLOAD.name)
        winner = next((one for one in _CANDIDATES if one.algorithm in trained), _CANDIDATES[0])
        super().__init__(
            scope,
            id,
            workload=WORKLOAD,
            settings=settings,
            containers=winner.containers,
            records=CSV_LABELS,
            watch=Watch(),
            **kwargs,
        )
