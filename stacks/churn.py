"""Churn: four containers, trained by one pipeline and served by one endpoint."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from stacks.constructs import authorisation
from stacks.constructs.artifact import CodeDirectory, ModelArchive, S3Prefix, SourceArchive
from stacks.constructs.contract import Contract
from stacks.constructs.endpoint import Endpoint
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.image import Image, ManagedImage
from stacks.constructs.inference_pipeline import Container, InferencePipeline
from stacks.constructs.missing import leave_empty
from stacks.constructs.prediction_api import PredictionApi
from stacks.constructs.prediction_function import FunctionPackage, PredictionFunction
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
        self, scope: Construct, id: str, *, settings: Settings, foundation: Foundation, **kwargs: Any
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
            image=foundation.script_mode,
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
            containers=_containers(foundation.script_mode),
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


class ChurnServing(Stack):
    """The endpoint, with the archives that training left in the folder that the settings name, and its API.

    While an archive or the API's packaged function is missing, the stack declares nothing, and an error
    annotation says what makes it.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, foundation: Foundation, **kwargs: Any
    ) -> None:
        super().__init__(scope, id, **kwargs)
        containers = _containers(foundation.script_mode)
        folder = settings.artifacts_folder / "churn"
        archives = {one.hostname: folder / one.hostname / "model.tar.gz" for one in containers}
        package = FunctionPackage("predict_churn", settings.functions_folder)
        if missing := [hostname for hostname, path in archives.items() if not path.is_file()]:
            leave_empty(
                self, f"no trained {', '.join(missing)} in {settings.artifacts}/churn: run `make train`"
            )
            return
        if not package.is_prepared:
            leave_empty(self, f"no packaged {package.name} in {settings.functions}: run `make functions`")
            return

        self._name = f"slipway-{settings.env}-churn"
        model = InferencePipeline(
            self,
            "Model",
            containers=containers,
            model_data={
                hostname: ModelArchive(self, f"{hostname.capitalize()}Archive", path=path)
                for hostname, path in archives.items()
            },
            role=ExecutionRole(
                self,
                "ExecutionRole",
                description=f"Runs the containers of {self._name}",
                log_groups=[f"/aws/sagemaker/Endpoints/{self._name}"],
            ),
        )
        endpoint = Endpoint(self, "Endpoint", name=self._name, model=model, **settings.serving.model_dump())
        self._build_api(package, endpoint, settings, foundation)
        CfnOutput(self, "Example", value=_EXAMPLE, export_name=f"{self._name}-example")

    def _build_api(
        self, package: FunctionPackage, endpoint: Endpoint, settings: Settings, foundation: Foundation
    ) -> None:
        function = PredictionFunction(
            self,
            "Function",
            package=package,
            endpoint=endpoint,
            settings=settings.api,
            key=foundation.key,
            logs=foundation.logs,
        )
        PredictionApi(
            self,
            "Api",
            name=self._name,
            contract=Contract.read(package.contract),
            function=function.function,
            authorisation=authorisation.chosen(settings),
            settings=settings.api,
            logs=foundation.logs,
        )
