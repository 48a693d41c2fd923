"""Bank marketing: one container, XGBoost's own algorithm, on features that the API's function encodes."""

from typing import Any

from constructs import Construct

from stacks.constructs.artifact import CodeDirectory, S3Prefix
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.image import Image, ManagedImage
from stacks.constructs.inference_pipeline import Container
from stacks.constructs.pipeline import JOB_LOGS, Pipeline
from stacks.constructs.steps import (
    Model,
    Processing,
    PropertyFile,
    Training,
    Transform,
    read_hyperparameters,
)
from stacks.foundation import Foundation
from stacks.pipeline_parameters import (
    DATA_VERSION,
    SPLIT_SEED,
    in_bucket,
    input_key,
    scoring_machines,
    training_cluster,
)
from stacks.serving import ServingStack
from stacks.settings import ROOT, Settings
from stacks.workload import WorkloadStack

_CODE = ROOT / "model_code" / "bank"
_SCIKIT_LEARN = ManagedImage.named("scikit-learn")
_XGBOOST = ManagedImage.named("xgboost")
_CONTAINERS = (Container("xgboost", _XGBOOST),)

# The features of a client who says no, as the endpoint reads them: the function makes them of the raw fields.
_EXAMPLE = (
    "56,1,999,0,1,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0,0,1,0,0,0,0,0,0,0,1,0,0,1,0,0,1,0,0,"
    "0,1,0,0,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1,0,1.1,93.994,-36.4,4.857,5191"
)


class BankTraining(WorkloadStack):
    """The pipeline from the bank's file to a model and its evaluation beside the workshop's."""

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
        super().__init__(scope, id, workload="bank", settings=settings, **kwargs)
        settings = self.settings
        clients = S3Prefix(foundation.data_bucket, "bank/input")
        key = input_key(f"{clients.prefix}/bank_clean.csv")
        cluster = training_cluster(settings)
        scoring = scoring_machines(settings)

        encode = Processing(
            "Encode",
            image=_SCIKIT_LEARN,
            code=self._code("Encode", "encode"),
            inputs={"input": in_bucket(foundation.data_bucket, key)},
            outputs=["output", "baseline"],
            cluster=cluster,
            environment={"DATA_VERSION": DATA_VERSION},
        )
        split = Processing(
            "Split",
            image=_SCIKIT_LEARN,
            code=self._code("Split", "split"),
            inputs={"input": encode.output("output"), "baseline": encode.output("baseline")},
            outputs=[
                *("train", "validation", "development", "test", "labels"),
                *("baseline-development", "baseline-test"),
            ],
            cluster=cluster,
            options={"seed": SPLIT_SEED},
        )
        baseline = Training(
            "Baseline",
            image=_XGBOOST,
            hyperparameters=read_hyperparameters(_CODE / "xgboost" / "baseline.json"),
            channels={"train": split.output("baseline-development")},
            cluster=cluster,
        )
        baseline_scores = Processing(
            "BaselineScores",
            image=_XGBOOST,
            code=self._code("Score", "../churn/xgboost/score"),
            inputs={"model": baseline.model_data, "validation": split.output("baseline-test")},
            outputs=["output"],
            cluster=cluster,
        )
        xgboost = Training(
            "Xgboost",
            image=_XGBOOST,
            hyperparameters=read_hyperparameters(_CODE / "xgboost" / "hyperparameters.json"),
            channels={"train": split.output("development")},
            cluster=cluster,
        )
        model = Model("BankModel", containers=_CONTAINERS, model_data={"xgboost": xgboost.model_data})
        score = Transform(
            "Score",
            model_name=model.model_name,
            data=split.output("test"),
            accept="text/csv",
            machines=scoring,
        )
        evaluate = Processing(
            "Evaluate",
            image=_SCIKIT_LEARN,
            code=self._code("Evaluate", "evaluate"),
            inputs={
                "labels": split.output("labels"),
                "scores": score.scores,
                "baseline": baseline_scores.output("output"),
            },
            outputs=["output"],
            cluster=cluster,
            property_files=[PropertyFile("Evaluation", "output", "evaluation.json")],
        )
        name = f"slipway-{settings.env}-bank"
        outputs = S3Prefix(foundation.artifact_bucket, "bank/training")
        Pipeline(
            self,
            "Pipeline",
            name=name,
            parameters=[key, DATA_VERSION, SPLIT_SEED, *cluster.machines.parameters, *scoring.parameters],
            steps=[encode, split, baseline, baseline_scores, xgboost, model, score, evaluate],
            job_role=ExecutionRole(
                self,
                "JobRole",
                description=f"Runs the jobs of {name}",
                log_groups=JOB_LOGS,
                names_source=settings.trust_names_source,
            ),
            reads=[clients, outputs],
            outputs=outputs,
            placement=foundation.model_placement,
            names_source=settings.trust_names_source,
            alarms=foundation.alarms,
        )

    def _code(self, name: str, folder: str) -> CodeDirectory:
        return CodeDirectory(self, f"{name}Code", folder=_CODE / folder)


class BankServing(ServingStack):
    """The endpoint of the one container, and its API."""

    def __init__(self, scope: Construct, id: str, *, script_mode: Image, **kwargs: Any) -> None:
        super().__init__(scope, id, workload="bank", containers=_CONTAINERS, example=_EXAMPLE, **kwargs)
