"""Churn: four containers that answer one after the other, fitted one after the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from stacks.constructs.model.image import Image
from stacks.constructs.model.inference_pipeline import Container
from stacks.constructs.operations.monitor import Watch
from stacks.constructs.pipeline.references import Value
from stacks.constructs.pipeline.steps import Model, Processing, Step, Training, read_hyperparameters
from stacks.constructs.storage.artifact import CodeDirectory
from stacks.workloads.shared.gate import Gate
from stacks.workloads.shared.managed_images import SCIKIT_LEARN, XGBOOST
from stacks.workloads.shared.record import Workload
from stacks.workloads.shared.serving import ServingStack
from stacks.workloads.shared.training import DATA_VERSION, SPLIT_SEED, TrainingStack

WORKLOAD = Workload(
    name="churn",
    summary="predicts which telephone customers leave",
    model="scikit-learn, our own image, XGBoost, scikit-learn",
    data="churn.txt",
    containers=("preprocess", "pca", "xgboost", "postprocess"),
    # A customer who stays, as a client sends the row; `make serve` shows a call with it.
    example="KS,186,510,400-6454,no,no,0,137.8,97,23.43,187.7,118,15.95,146.4,85,6.59,8.7,6,2.35,1",
)


# One standard deviation below the mean over 15 splits, by which a sound model may miss it.
_GATE = Gate("f1", "F1", minimum=0.85)


def _containers(images: Mapping[str, Image]) -> Sequence[Container]:
    """The hops of the model in their order, the same in training and in serving."""
    csv = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    return (
        Container.of_script("preprocess", SCIKIT_LEARN, csv),
        Container.of_script("pca", images["script-mode"], csv),
        Container("xgboost", XGBOOST, csv),
        Container.of_script("postprocess", SCIKIT_LEARN, csv),
    )


class ChurnTraining(TrainingStack):
    """From customers' rows to a model of four containers that waits for its approval."""

    def __init__(self, scope: Construct, id: str, **kwargs: Any) -> None:
        super().__init__(scope, id, workload=WORKLOAD, **kwargs)
        split = self.process(
            "Split",
            inputs={"input": self.data},
            outputs=["train", "validation", "test", "labels", "features"],
            options={"seed": SPLIT_SEED},
            environment={"DATA_VERSION": DATA_VERSION},
        )
        *fitting, model = self._fit(split)
        score = self.score(model, split.output("test"), "application/jsonlines")
        inputs = {"labels": split.output("labels"), "scores": score.scores}
        described, baseline = self.describe(split.output("features"))
        verdict = self.judge(model, _GATE, inputs, baseline=baseline)
        steps = [split, described, *fitting, model, score, *verdict]
        self.build_pipeline(steps, [SPLIT_SEED, _GATE.parameter])

    def _fit(self, split: Processing) -> tuple[*tuple[Step, ...], Model]:
        """The four fits, each on what the ones before it make of the rows, and the model of the four."""
        apply_model = self.code("../shared/apply_model")
        preprocess = Training(
            "Preprocess",
            image=SCIKIT_LEARN,
            source=self.source("preprocess"),
            channels={"train": split.output("train"), "validation": split.output("validation")},
            cluster=self.cluster,
        )
        preprocess_data = _apply(apply_model, preprocess)
        pca = Training(
            "Pca",
            image=self.images["script-mode"],
            source=self.source("pca"),
            hyperparameters={"n_components": "14", "passthrough": "11"},
            channels=_applied(preprocess_data),
            cluster=self.cluster,
        )
        pca_data = _apply(apply_model, pca)
        xgboost = Training(
            "Xgboost",
            image=XGBOOST,
            hyperparameters=read_hyperparameters(self.folder / "xgboost" / "hyperparameters.json"),
            channels=_applied(pca_data),
            cluster=self.cluster,
            spot=self.spot(pca_data.job_name),
        )
        xgboost_scores = self.process(
            "XgboostScores",
            image=XGBOOST,
            folder="../shared/xgboost_score",
            inputs={"model": xgboost.model_data, "validation": xgboost.channels["validation"]},
            outputs=["output"],
        )
        postprocess = Training(
            "Postprocess",
            image=SCIKIT_LEARN,
            source=self.source("postprocess"),
            channels={"validation": xgboost_scores.output("output")},
            cluster=self.cluster,
        )
        fits = {"preprocess": preprocess, "pca": pca, "xgboost": xgboost, "postprocess": postprocess}
        model_data = {hostname: fit.model_data for hostname, fit in fits.items()}
        model = self.model("ChurnModel", _containers(self.images), model_data)
        return preprocess, preprocess_data, pca, pca_data, xgboost, xgboost_scores, postprocess, model


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


class ChurnServing(ServingStack):
    """The endpoint of the four containers."""

    def __init__(self, scope: Construct, id: str, *, images: Mapping[str, Image], **kwargs: Any) -> None:
        super().__init__(
            scope,
            id,
            workload=WORKLOAD,
            containers=_containers(images),
            images=images,
            watch=Watch(),
            **kwargs,
        )
