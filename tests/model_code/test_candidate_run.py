"""What the candidate notebook asks SageMaker for, held to the API's own model, and what it tells a person."""

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from model_scripts import load

from local.aws.models import operation_model
from local.aws.shapes import faults, in_json

jobs = load("automl/candidate_run/candidate_jobs")
runner = load("automl/candidate_run/candidate_runner")
tuning = load("automl/candidate_run/candidate_tuning")
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


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    def call(client: BaseClient, *arguments: Any) -> Mapping[str, Any]:
        return service.call(client, *arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return service


@pytest.fixture
def analyzed(tmp_path: Path) -> Path:
    candidates.write_candidates(SCHEMA, candidates=tmp_path / "candidates", notebooks=tmp_path / "notebooks")
    return tmp_path


def definitions() -> dict[str, Any]:
    """What the notebook's cells select, by processor."""
    return {one.processor: notebook._definition(one) for one in recipes.candidates_of(SCHEMA)}


@pytest.fixture
def interactive(service: Service, analyzed: Path) -> Any:
    """Two of ten candidates, as the workshop leaves them."""
    settings = {**SETTINGS, "AUTOML_CANDIDATES": str(analyzed / "candidates")}
    one = runner.AutoMLInteractiveRunner(jobs.AutoMLLocalRunConfig.of(settings))
    for processor in ("dpp0", "dpp2"):
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


def test_what_is_selected_is_displayed_a_row_each(interactive: Any) -> None:
    shown = interactive.display_candidates()
    assert [row["Candidate Name"] for row in shown] == ["dpp0-xgboost", "dpp2-linear-learner"]
    assert shown._repr_html_().count("<tr>") == 3


def test_a_table_that_is_shown_has_text_and_no_markup() -> None:
    assert "&lt;b&gt;" in runner.Rows([{"name": "<b>"}])._repr_html_()
    assert runner.Rows()._repr_html_() == "<p>none</p>"


def test_each_candidate_is_fitted_and_makes_features_of_both_parts(
    interactive: Any, service: Service, analyzed: Path
) -> None:
    interactive.fit_data_transformers(parallel_jobs=2)
    fits = {one["HyperParameters"]["candidate"]: one for one in service.of("CreateTrainingJob")}
    assert {*fits} == {"dpp0-xgboost", "dpp2-linear-learner"}
    channels = {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in fits["dpp0-xgboost"]["InputDataConfig"]
    }
    place = f"s3://data/automl/{interactive.run}"
    assert channels == {
        "train": "s3://data/split/train",
        "candidates": f"{place}/candidates",
        "code": f"{place}/code/source.tar.gz",
    }
    sources = {
        one["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]: one["TransformOutput"]["S3OutputPath"]
        for one in service.of("CreateTransformJob")
        if one["ModelName"].endswith("dpp0")
    }
    assert sources == {
        f"s3://data/split/{part}": f"{place}/transformed-data/dpp0/{part}" for part in ("train", "validation")
    }
    sparse = {
        one["ModelName"][-4:]: one["Containers"][0]["Environment"]["AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF"]
        for one in service.of("CreateModel")
    }
    assert sparse == {"dpp0": "1", "dpp2": "0"}


def test_the_files_of_the_candidates_are_uploaded_as_they_are_then(
    interactive: Any, service: Service, analyzed: Path
) -> None:
    module = analyzed / "candidates" / "generated_module"
    (module / "candidate_data_processors" / "dpp0.py").write_text("# edited\n")
    interactive.fit_data_transformers()
    put = {one["Key"].partition("/")[2].partition("/")[2]: one["Body"] for one in service.of("PutObject")}
    assert put["candidates/generated_module/candidate_data_processors/dpp0.py"] == b"# edited\n"
    assert put["candidates/schema.json"] == (analyzed / "candidates" / "schema.json").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(put["code/source.tar.gz"])) as archive:
        assert {*archive.getnames()} == {path.name for path in module.glob("*.py")}


def test_one_tuning_job_has_a_definition_for_each_candidate(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    assert tune(interactive, max_jobs=3, max_parallel_jobs=4) == interactive.run
    trials = interactive.trials()
    [request] = service.of("CreateHyperParameterTuningJob")
    assert request["HyperParameterTuningJobConfig"]["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 3,
        "MaxParallelTrainingJobs": 3,
    }
    by_name = {one["DefinitionName"]: one for one in request["TrainingJobDefinitions"]}
    assert {*by_name} == {"dpp0-xgboost", "dpp2-linear-learner"}
    for one in by_name.values():
        ranged = [each["Name"] for kind in one["HyperParameterRanges"].values() for each in kind]
        assert not {*ranged} & {*one["StaticHyperParameters"]}
        assert [each["ContentType"] for each in one["InputDataConfig"]] == [jobs.RECORDIO] * 2
    assert [(one["Candidate"], one["Status"], one.get("Value")) for one in trials] == [
        ("dpp2-linear-learner", "Completed", 0.8),
        ("dpp0-xgboost", "Failed", None),
    ]


def test_the_best_trial_is_served_between_its_candidates_own_containers(
    interactive: Any, service: Service
) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    name = interactive.deploy(instance_type="ml.m5.xlarge")
    *_, model = service.of("CreateModel")
    assert [one["ContainerHostname"] for one in model["Containers"]] == [
        "features",
        "linear-learner",
        "labels",
    ]
    features, algorithm, labels = model["Containers"]
    assert (
        features["ModelDataUrl"] == labels["ModelDataUrl"] == f"s3://data/{interactive.run}-dpp2/model.tar.gz"
    )
    trained = f"s3://data/automl/{interactive.run}/multi-algo-tuning"
    assert algorithm["ModelDataUrl"] == f"{trained}/best-1/output/model.tar.gz"
    modes = [one["Environment"].get("AUTOML_TRANSFORM_MODE") for one in model["Containers"]]
    assert modes == ["feature-transform", None, "inverse-label-transform"]
    rows, known = interactive.example_rows(2)
    assert (rows, known) == (['1.5,"KS, USA"', "2,OH"], ["True.", "False."])
    assert interactive.invoke(rows) == "True.\nTrue.\n"
    assert service.of("InvokeEndpoint")[0]["EndpointName"] == name


def test_what_the_run_has_made_is_deleted(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    interactive.deploy(instance_type="ml.m5.xlarge")
    for _ in range(2):
        interactive.delete()
    assert len(service.of("DeleteEndpoint")) == len(service.of("DeleteEndpointConfig")) == 1
    made, deleted = (
        [one["ModelName"] for one in service.of(f"{verb}Model")] for verb in ("Create", "Delete")
    )
    assert sorted(made) == sorted(deleted)


type Act = Callable[[Any], object]


@pytest.mark.parametrize(
    ("failing", "act", "message"),
    [
        ("dpp2", lambda one: one.fit_data_transformers(), "-dpp2: Failed: row 7 is bad"),
        ("-validation", lambda one: one.fit_data_transformers(), "-validation: Failed: row 7 is bad"),
        ("automl-", lambda one: one.fit_data_transformers(), "Failed: row 7 is bad"),
    ],
)
def test_a_job_that_failed_is_told_with_its_reason(
    interactive: Any, service: Service, failing: str, act: Act, message: str
) -> None:
    service.failing = {failing}
    with pytest.raises(jobs.JobFailed, match=message):
        act(interactive)


def test_a_tuning_without_any_value_has_no_best_trial(interactive: Any, service: Service) -> None:
    interactive.fit_data_transformers()
    tune(interactive)
    service.failing = {"best"}
    with pytest.raises(jobs.JobFailed, match="no training job has ended with a value"):
        interactive.deploy(instance_type="ml.m5.xlarge")


def test_a_tuning_before_the_features_are_made_is_refused(interactive: Any) -> None:
    with pytest.raises(
        ValueError, match="run fit_data_transformers first: dpp0-xgboost, dpp2-linear-learner"
    ):
        tune(interactive)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("data_transformer", "dpp10", "expected one of dpp0, dpp1"),
        ("algorithm", "mlp", "there is no image of the algorithm 'mlp'"),
    ],
)
def test_a_candidate_that_is_none_is_refused(interactive: Any, part: str, value: str, message: str) -> None:
    one = definitions()["dpp0"]
    with pytest.raises(ValueError, match=message):
        interactive.select_candidate({**one, part: {**one[part], "name": value}})


def test_a_run_without_a_candidate_is_refused(service: Service, analyzed: Path) -> None:
    settings = {**SETTINGS, "AUTOML_CANDIDATES": str(analyzed / "candidates")}
    none = runner.AutoMLInteractiveRunner(jobs.AutoMLLocalRunConfig.of(settings))
    with pytest.raises(ValueError, match="no candidate is selected"):
        none.fit_data_transformers()


def test_a_setting_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="AUTOML_TRAIN, AUTOML_VALIDATION: not set"):
        jobs.AutoMLLocalRunConfig.of({**SETTINGS, "AUTOML_TRAIN": "", "AUTOML_VALIDATION": ""})


@pytest.mark.parametrize(
    ("one", "kind", "declared"),
    [
        ({"low": 2, "high": 8, "scaling": "Logarithmic"}, "Integer", ("2", "8", "Logarithmic")),
        ({"low": 1e-6, "high": 64, "scaling": "Linear"}, "Continuous", ("1e-06", "64", "Linear")),
        ({"low": 0.5, "high": 1.0}, "Continuous", ("0.5", "1.0", "Auto")),
    ],
)
def test_a_range_is_declared_by_its_kind(one: Any, kind: str, declared: tuple[str, ...]) -> None:
    [range_] = tuning.parameter_ranges({"eta": one})[f"{kind}ParameterRanges"]
    assert (range_["MinValue"], range_["MaxValue"], range_["ScalingType"]) == declared


def test_values_are_a_categorical_range() -> None:
    declared = tuning.parameter_ranges({"mult": {"values": ["balanced", 1.0]}})
    assert declared == {"CategoricalParameterRanges": [{"Name": "mult", "Values": ["balanced", "1.0"]}]}


@pytest.mark.parametrize("one", [{"low": 1}, {"low": 2, "high": 1}, {}, {"values": [1], "low": 1}])
def test_a_range_that_is_none_is_refused(one: Any) -> None:
    with pytest.raises(ValueError, match="eta: expected low below high, or values"):
        tuning.parameter_ranges({"eta": one})
