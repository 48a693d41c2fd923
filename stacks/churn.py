"""Churn: four containers, trained by one pipeline and served by one endpoint."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.constructs.artifact import CodeDirectory, S3Prefix, SourceArchive
from stacks.constructs.image import Image, ManagedImage
from stacks.constructs.inference_pipeline import Container
from stacks.constructs.references import Parameter, Value
from stacks.constructs.steps import (
    Cluster,
    Model,
    Processing,
    PropertyFile,
    Step,
    Training,
    Transform,
    read_hyperparameters,
)
from stacks.constructs.training_pipeline import TrainingPipeline
from stacks.foundation import Foundation
from stacks.serving import ServingStack
from stacks.settings import ROOT, Settings

_CODE = ROOT / "model_code" / "churn"
_SCIKIT_LEARN = ManagedImage.named("scikit-learn")
_XGBOOST = ManagedImage.named("xgboost")

# A customer who stays, as a client sends the row; `make serve` shows a call with it.
_EXAMPLE = "KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1"


def _containers(script_mode: Image) -> Sequence[Container]:
    """The hops of the model in their order, the same in training and in serving."""
    csv = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    script = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code", **csv}
    return (
        Container("preprocess", _SCIKIT_LEARN, script),
        Container("pca", script_mode, script),
        Container("xgboost", _XGBOOST, csv),
        Container("postprocess", _SCIKIT_LEARN, script),
    )


class ChurnTraining(Stack):
    """The pipeline from customers' rows to a model of four containers and its evaluation."""

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
        super().__init__(scope, id, **kwargs)
        customers = S3Prefix(foundation.data_bucket, "churn/input")
        input_data = Parameter.string("InputData", f"{customers.uri}/")
        split_seed = Parameter.string("SplitSeed", "1729")
        apply_model = self._code("../shared/apply_model")

        split = Processing(
            "Split",
            image=_SCIKIT_LEARN,
            code=self._code("split"),
            inputs={"input": input_data},
            outputs=["train", "validation", "test", "labels"],
            options={"seed": split_seed},
        )
        preprocess = Training(
            "Preprocess",
            image=_SCIKIT_LEARN,
            source=self._source("preprocess"),
            channels={"train": split.output("train"), "validation": split.output("validation")},
        )
        preprocess_data = _apply(apply_model, preprocess)
        pca = Training(
            "Pca",
            image=script_mode,
            source=self._source("pca"),
            hyperparameters={"n_components": "14", "passthrough": "11"},
            channels=_applied(preprocess_data),
        )
        pca_data = _apply(apply_model, pca)
        xgboost = Training(
            "Xgboost",
            image=_XGBOOST,
            hyperparameters=read_hyperparameters(_CODE / "xgboost" / "hyperparameters.json"),
            channels=_applied(pca_data),
        )
        xgboost_scores = Processing(
            "XgboostScores",
            image=_XGBOOST,
            code=self._code("xgboost/score"),
            inputs={"model": xgboost.model_data, "validation": xgboost.channels["validation"]},
            outputs=["output"],
        )
        postprocess = Training(
            "Postprocess",
            image=_SCIKIT_LEARN,
            source=self._source("postprocess"),
            channels={"validation": xgboost_scores.output("output")},
        )
        fits = {"preprocess": preprocess, "pca": pca, "xgboost": xgboost, "postprocess": postprocess}
        model = Model(
            "ChurnModel",
            containers=_containers(script_mode),
            model_data={hostname: fit.model_data for hostname, fit in fits.items()},
        )
        fitting = [split, preprocess, preprocess_data, pca, pca_data, xgboost, xgboost_scores, postprocess]
        TrainingPipeline(
            self,
            "Pipeline",
            name=f"slipway-{settings.env}-churn",
            parameters=[input_data, split_seed],
            steps=[*fitting, model, *self._evaluation(model, split, settings)],
            cluster=Cluster(**settings.training.model_dump()),
            reads=[customers],
            outputs=S3Prefix(foundation.artifact_bucket, "churn/training"),
            placement=foundation.model_placement,
            names_source=settings.trust_names_source,
        )

    def _evaluation(self, model: Model, split: Processing, settings: Settings) -> Sequence[Step]:
        """What the whole model answers to rows that no fit has seen, and how good that is."""
        score = Transform(
            "Score",
            model=model,
            data=split.output("test"),
            accept="application/jsonlines",
            **settings.scoring.model_dump(),
        )
        evaluate = Processing(
            "Evaluate",
            image=_SCIKIT_LEARN,
            code=self._code("evaluate"),
            inputs={"labels": split.output("labels"), "scores": score.scores},
            outputs=["output"],
            property_files=[PropertyFile("Evaluation", "output", "evaluation.json")],
        )
        return score, evaluate

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
    )


def _applied(step: Processing) -> Mapping[str, Value]:
    return {name.removeprefix("output-"): step.output(name) for name in step.outputs}


class ChurnServing(ServingStack):
    """The endpoint of the four containers, and its API."""

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
        super().__init__(
            scope,
            id,
            workload="churn",
            containers=_containers(script_mode),
            example=_EXAMPLE,
            settings=settings,
            foundation=foundation,
            **kwargs,
        )
