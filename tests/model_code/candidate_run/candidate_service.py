"""SageMaker as the candidate notebook sees it, and a run of two candidates against it."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model_scripts import load

from local.aws.models import operation_model
from local.aws.shapes import faults, in_json

jobs = load("automl/candidate_run/candidate_jobs")
runner = load("automl/candidate_run/candidate_runner")
candidates = load("automl/analyze/candidates")
notebook = load("automl/analyze/candidate_notebook")
recipes = load("automl/analyze/candidate_recipes")
table_schema = load("shared/automl/table_schema")

SCHEMA = table_schema.Schema(
    "Churn?",
    "BinaryClassification",
    ["False.", "True."],
    [table_schema.Column("Mins", "numeric", False), table_schema.Column("State", "text", False)],
    1,
)
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{}:1"
SETTINGS = {
    "AUTOML_ROLE_ARN": "arn:aws:iam::123456789012:role/one",
    "AUTOML_OUTPUT": "s3://data/automl/",
    "AUTOML_TRAIN": "s3://data/split/train",
    "AUTOML_VALIDATION": "s3://data/split/validation",
    "AUTOML_SCIKIT_LEARN_IMAGE": IMAGE.format("scikit-learn"),
    "AUTOML_XGBOOST_IMAGE": IMAGE.format("xgboost"),
    "AUTOML_LINEAR_LEARNER_IMAGE": IMAGE.format("linear-learner"),
    "AUTOML_POLL_SECONDS": "0",
}
BEST = {"TrainingJobName": "best-1", "TrainingJobDefinitionName": "dpp2-linear-learner"}
SERVICES = {"SageMaker": "sagemaker", "SageMaker Runtime": "sagemaker-runtime", "S3": "s3"}


class Service:
    """Answers every operation as if its job had ended well; what `failing` names, badly."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing: set[str] = set()
        self.asked: dict[str, int] = {}

    def call(self, client: Any, operation: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        service = SERVICES[client.meta.service_model.service_id]
        shape = operation_model(service, operation).input_shape
        if service == "sagemaker":
            assert [*faults(shape, in_json(shape, arguments))] == []
        self.calls.append((operation, arguments))
        answer = getattr(self, operation, None)
        return answer(**arguments) if answer else {}

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == operation]

    def _status(self, name: str) -> dict[str, str]:
        """Each is found running once."""
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.asked[name] == 1:
            return {"Status": "InProgress"}
        bad = any(one in name for one in self.failing)
        return {"Status": "Failed", "FailureReason": "row 7 is bad"} if bad else {"Status": "Completed"}

    def _told(self, kind: str, name: str, **more: Any) -> dict[str, Any]:
        told = self._status(name)
        return {f"{kind}Status": told.pop("Status"), "SecondaryStatus": "any", **told, **more}

    def DescribeTrainingJob(self, TrainingJobName: str) -> dict[str, Any]:
        archive = {"S3ModelArtifacts": f"s3://data/{TrainingJobName}/model.tar.gz"}
        return self._told("TrainingJob", TrainingJobName, ModelArtifacts=archive)

    def DescribeTransformJob(self, TransformJobName: str) -> dict[str, Any]:
        return self._told("TransformJob", TransformJobName)

    def DescribeHyperParameterTuningJob(self, HyperParameterTuningJobName: str) -> dict[str, Any]:
        best = {} if "best" in self.failing else {"BestTrainingJob": BEST}
        return self._told("HyperParameterTuningJob", HyperParameterTuningJobName, **best)

    def DescribeEndpoint(self, EndpointName: str) -> dict[str, Any]:
        told = self._told("Endpoint", EndpointName)
        return {**told, "EndpointStatus": told["EndpointStatus"].replace("Completed", "InService")}

    def ListTrainingJobsForHyperParameterTuningJob(self, **_: Any) -> dict[str, Any]:
        objective = {"MetricName": "validation:binary_f_beta", "Value": 0.8}
        return {
            "TrainingJobSummaries": [
                {
                    **BEST,
                    "TrainingJobStatus": "Completed",
                    "FinalHyperParameterTuningJobObjectiveMetric": objective,
                    "TunedHyperParameters": {"wd": "0.1"},
                },
                {"TrainingJobName": "bad", "TrainingJobStatus": "Failed"},
            ]
        }

    def ListObjectsV2(self, **_: Any) -> dict[str, Any]:
        return {"Contents": [{"Key": "split/validation/rows.csv"}]}

    def GetObject(self, **_: Any) -> dict[str, Any]:
        from botocore.response import StreamingBody

        body = b'1.5,True.,"KS, USA"\n2,False.,OH\n3,True.,NJ\n'
        return {"Body": StreamingBody(io.BytesIO(body), len(body))}

    def InvokeEndpoint(self, Body: bytes, **_: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(b"True.\n" * len(Body.splitlines()))}


def definitions() -> dict[str, Any]:
    """What the notebook's cells select, by processor."""
    return {one.processor: notebook._definition(one) for one in recipes.candidates_of(SCHEMA)}


def interactive_runner(analyzed: Path, *processors: str) -> Any:
    """A run of what the notebook's cells select."""
    settings = {**SETTINGS, "AUTOML_CANDIDATES": str(analyzed / "candidates")}
    one = runner.AutoMLInteractiveRunner(jobs.AutoMLLocalRunConfig.of(settings))
    for processor in processors:
        one.select_candidate(definitions()[processor])
    return one


TABLES: dict[str, Any] = json.loads(candidates.RANGES.read_text())


def tune(interactive: Any, **changes: Any) -> Any:
    return interactive.tune(
        objective_metrics={name: one["objective"] for name, one in TABLES.items()},
        static_hyperparameters={name: one["hyperparameters"] for name, one in TABLES.items()},
        hyperparameter_ranges={name: one["ranges"] for name, one in TABLES.items()},
        **{"max_jobs": 8, "max_parallel_jobs": 4, **changes},
    )
