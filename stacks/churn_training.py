"""Churn: from customers' rows to a model of four containers that waits for its approval."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk.aws_sagemaker import CfnModelPackageGroup
from constructs import Construct

from stacks.churn import SCIKIT_LEARN, XGBOOST, churn_containers
from stacks.constructs.artifact import CodeDirectory, S3Prefix, SourceArchive
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.image import Image
from stacks.constructs.pipeline import JOB_LOGS, Pipeline
from stacks.constructs.references import Join, Parameter, Value
from stacks.constructs.steps import (
    Condition,
    Fail,
    Model,
    Processing,
    PropertyFile,
    RegisterModel,
    Step,
    Training,
    Transform,
    read_hyperparameters,
)
from stacks.constructs.trigger import ETAG, KEY, TIME, NewObject, Schedule, Trigger
from stacks.foundation import Foundation
from stacks.pipeline_parameters import (
    DATA_VERSION,
    SPLIT_SEED,
    in_bucket,
    input_key,
    scoring_machines,
    spot,
    training_cluster,
)
from stacks.settings import ROOT, Settings
from stacks.workload import WorkloadStack

_CODE = ROOT / "model_code" / "churn"
_CUSTOMERS = "churn/input"

INPUT_KEY = input_key(f"{_CUSTOMERS}/churn.txt")
# One standard deviation below the mean over 15 splits, by which a sound model may miss it.
MINIMUM_F1 = Parameter.number("MinimumF1", 0.85)

_EVALUATION = PropertyFile("Evaluation", "output", "evaluation.json")


class ChurnTraining(WorkloadStack):
    """The pipeline, what starts it, and the group of the models that it registers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        foundation: Foundation,
        script_mode: Image,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, id, workload="churn", settings=settings, **kwargs)
        self._script_mode = script_mode
        self._foundation = foundation
        self._cluster = training_cluster(self.settings)
        self._scoring = scoring_machines(self.settings)
        self._group = self._build_group()

        split = Processing(
            "Split",
            image=SCIKIT_LEARN,
            code=self._code("split"),
            inputs={"input": in_bucket(foundation.data_bucket, INPUT_KEY)},
            outputs=["train", "validation", "test", "labels"],
            cluster=self._cluster,
            options={"seed": SPLIT_SEED},
            environment={"DATA_VERSION": DATA_VERSION},
        )
        *fitting, model = self._fit(split)
        score, evaluate = self._evaluate(split, model)
        self._build_triggers(
            self._build_pipeline([split, *fitting, model, score, evaluate, self._gate(model, evaluate)])
        )

    def _fit(self, split: Processing) -> tuple[*tuple[Step, ...], Model]:
        """The four fits, each on what the ones before it make of the rows, and the model of the four."""
        apply_model = self._code("../shared/apply_model")
        preprocess = Training(
            "Preprocess",
            image=SCIKIT_LEARN,
            source=self._source("preprocess"),
            channels={"train": split.output("train"), "validation": split.output("validation")},
            cluster=self._cluster,
        )
        preprocess_data = _apply(apply_model, preprocess)
        pca = Training(
            "Pca",
            image=self._script_mode,
            source=self._source("pca"),
            hyperparameters={"n_components": "14", "passthrough": "11"},
            channels=_applied(preprocess_data),
            cluster=self._cluster,
        )
        pca_data = _apply(apply_model, pca)
        xgboost = Training(
            "Xgboost",
            image=XGBOOST,
            hyperparameters=read_hyperparameters(_CODE / "xgboost" / "hyperparameters.json"),
            channels=_applied(pca_data),
            cluster=self._cluster,
            spot=spot(self.settings, self._foundation.checkpoints.below("churn"), pca_data),
        )
        xgboost_scores = Processing(
            "XgboostScores",
            image=XGBOOST,
            code=self._code("xgboost/score"),
            inputs={"model": xgboost.model_data, "validation": xgboost.channels["validation"]},
            outputs=["output"],
            cluster=self._cluster,
        )
        postprocess = Training(
            "Postprocess",
            image=SCIKIT_LEARN,
            source=self._source("postprocess"),
            channels={"validation": xgboost_scores.output("output")},
            cluster=self._cluster,
        )
        fits = {"preprocess": preprocess, "pca": pca, "xgboost": xgboost, "postprocess": postprocess}
        model = Model(
            "ChurnModel",
            containers=churn_containers(self._script_mode),
            model_data={hostname: fit.model_data for hostname, fit in fits.items()},
        )
        return preprocess, preprocess_data, pca, pca_data, xgboost, xgboost_scores, postprocess, model

    def _evaluate(self, split: Processing, model: Model) -> tuple[Transform, Processing]:
        """What the whole model answers to rows that no fit has seen, and how good that is."""
        score = Transform(
            "Score",
            model_name=model.model_name,
            data=split.output("test"),
            accept="application/jsonlines",
            machines=self._scoring,
        )
        evaluate = Processing(
            "Evaluate",
            image=SCIKIT_LEARN,
            code=self._code("evaluate"),
            inputs={"labels": split.output("labels"), "scores": score.scores},
            outputs=["output"],
            cluster=self._cluster,
            # A command line holds strings only, and a Join is one.
            options={"minimum-f1": Join("", (MINIMUM_F1,))},
            property_files=[_EVALUATION],
        )
        return score, evaluate

    def _gate(self, model: Model, evaluate: Processing) -> Condition:
        """Registers a model that is good enough; any other ends the execution with what it lacks."""
        f1 = evaluate.look_up(_EVALUATION, "f1")
        register = RegisterModel(
            "Register",
            group=self._group,
            model=model,
            statistics=evaluate.uri(_EVALUATION),
            accepts=["text/csv"],
            answers=["text/csv", "application/json", "application/jsonlines"],
            transform_instance_types=self.settings.scoring.instance_types,
            realtime_instance_types=[self.settings.serving.instance_type],
        )
        shortfall = evaluate.look_up(_EVALUATION, "f1_shortfall")
        message = Join("", ("F1 ", f1, " misses the minimum ", MINIMUM_F1, " by ", shortfall))
        too_low = Fail("F1TooLow", message=message)
        return Condition(
            "GoodEnough", value=f1, minimum=MINIMUM_F1, if_steps=[register], else_steps=[too_low]
        )

    def _build_group(self) -> CfnModelPackageGroup:
        group = CfnModelPackageGroup(
            self,
            "Models",
            model_package_group_name=f"slipway-{self.settings.env}-churn",
            model_package_group_description="Churn: versions of the model of four containers",
        )
        keeps_data = self.settings.keeps_data
        group.apply_removal_policy(RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY)
        return group

    def _build_pipeline(self, steps: Sequence[Step]) -> Pipeline:
        name = f"slipway-{self.settings.env}-churn"
        outputs = S3Prefix(self._foundation.artifact_bucket, "churn/training")
        machines = (*self._cluster.machines.parameters, *self._scoring.parameters)
        return Pipeline(
            self,
            "Pipeline",
            name=name,
            parameters=[INPUT_KEY, DATA_VERSION, SPLIT_SEED, MINIMUM_F1, *machines],
            steps=steps,
            job_role=ExecutionRole(
                self,
                "JobRole",
                description=f"Runs the jobs of {name}",
                log_groups=JOB_LOGS,
                names_source=self.settings.trust_names_source,
            ),
            reads=[S3Prefix(self._foundation.data_bucket, _CUSTOMERS), outputs],
            outputs=outputs,
            placement=self._foundation.model_placement,
            names_source=self.settings.trust_names_source,
            alarms=self._foundation.alarms,
        )

    def _build_triggers(self, pipeline: Pipeline) -> None:
        triggers = self.settings.triggers
        if triggers.schedule is not None:
            time = Schedule(triggers.schedule, {DATA_VERSION: TIME})
            Trigger(self, "Schedule", pipeline=pipeline, occasion=time)
        if triggers.new_data:
            arrival = NewObject(
                self._foundation.data_bucket, f"{_CUSTOMERS}/*", {INPUT_KEY: KEY, DATA_VERSION: ETAG}
            )
            Trigger(self, "NewData", pipeline=pipeline, occasion=arrival)

    def _code(self, folder: str) -> CodeDirectory:
        return CodeDirectory(self, f"{_pascal(folder)}Code", folder=_CODE / folder)

    def _source(self, folder: str) -> SourceArchive:
        return SourceArchive(self, f"{_pascal(folder)}Source", folder=_CODE / folder, program="fit.py")


def _pascal(folder: str) -> str:
    return "".join(word.capitalize() for word in re.findall(r"[a-z]+", folder))


def _apply(code: CodeDirectory, fit: Training) -> Processing:
    """Sends what a model was fitted on through that model."""
    return Processing(
        f"{fit.name}Data",
        image=fit.image,
        code=code,
        inputs={"model": fit.model_data, **fit.channels},
        outputs=[f"output-{channel}" for channel in fit.channels],
        cluster=fit.cluster,
    )


def _applied(step: Processing) -> Mapping[str, Value]:
    return {name.removeprefix("output-"): step.output(name) for name in step.outputs}
