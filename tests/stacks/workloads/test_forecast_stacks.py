"""Forecasting's stacks: DeepAR trained as the workshop trains it, judged, served, and asked for files."""

import gzip
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import declared
import pytest
from assemblies import ROOT, Assembly
from declared import allowed, definition, only, resources, text

from assembly import load

CODE = ROOT / "model_code" / "forecast"


@pytest.fixture(scope="module")
def steps(dev: Assembly) -> Mapping[str, Any]:
    return {
        name: step["Arguments"] for name, step in declared.steps(dev.template("forecast-training")).items()
    }


def called(template: Any) -> str:
    """The name of the one endpoint that may be called."""
    [reference] = allowed(template, "sagemaker:InvokeEndpoint")
    resource = template["Resources"][text(reference).removeprefix("${").removesuffix("}")]
    return str(resource["Properties"]["EndpointName"])


def test_hyperparameters_are_the_workshop_s_and_all_of_them_texts(steps: Mapping[str, Any]) -> None:
    given = dict(steps["Deepar"]["HyperParameters"])

    assert given.pop("epochs") == {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.Epochs"}]}}
    assert given == {
        **{"time_freq": "2H", "early_stopping_patience": "40", "mini_batch_size": "64"},
        **{"learning_rate": "5E-4", "context_length": "84", "prediction_length": "84"},
    }


def test_there_are_400_epochs_unless_somebody_says_otherwise_as_a_laptop_does(dev: Assembly) -> None:
    parameters = {one["Name"]: one for one in definition(dev.template("forecast-training"))["Parameters"]}

    assert parameters["Epochs"] == {"Name": "Epochs", "Type": "Integer", "DefaultValue": 400}
    assert set(json.loads((CODE / "laptop.json").read_text())) <= set(parameters)
    assert parameters["Format"]["EnumValues"] == ["json.gz", "json", "parquet"]


def test_the_channels_are_told_apart_by_the_names_of_their_files(steps: Mapping[str, Any]) -> None:
    channels = {one["ChannelName"]: one for one in steps["Deepar"]["InputDataConfig"]}

    assert set(channels) == {"train", "test"}
    assert all("ContentType" not in one for one in channels.values())
    assert "forecasting-deepar:1" in steps["Deepar"]["AlgorithmSpecification"]["TrainingImage"]


def test_each_window_is_one_request_and_one_line_of_the_answer(steps: Mapping[str, Any]) -> None:
    assert steps["Score"]["BatchStrategy"] == "SingleRecord"
    assert steps["Score"]["TransformInput"]["ContentType"] == "application/jsonlines"
    assert steps["Score"]["TransformOutput"]["AssembleWith"] == "Line"


def test_the_model_answers_lines_with_the_quantiles_that_the_evaluation_reads(dev: Assembly) -> None:
    [served] = only(dev.template("forecast-serving"), "AWS::SageMaker::Model")["Properties"]["Containers"]
    config = json.loads(served["Environment"]["DEEPAR_INFERENCE_CONFIG"])

    assert config["quantiles"] == [f"0.{tenth}" for tenth in range(1, 10)]


def test_a_model_that_does_not_beat_the_week_before_is_not_registered(dev: Assembly) -> None:
    found = declared.steps(dev.template("forecast-training"))
    [condition] = found["GoodEnough"]["Arguments"]["Conditions"]

    assert condition["LeftValue"]["Std:JsonGet"]["Path"] == "skill"
    assert condition["RightValue"] == {"Get": "Parameters.MinimumSkill"}
    assert [one["Type"] for one in found["GoodEnough"]["Arguments"]["IfSteps"]] == ["RegisterModel"]
    registered = found["Register"]["Arguments"]["InferenceSpecification"]
    assert registered["SupportedContentTypes"] == ["application/json", "application/jsonlines"]


def test_files_of_series_are_lines_of_json(each: Assembly) -> None:
    template = each.template("forecast-serving")
    parameters = {one["Name"]: one for one in definition(template)["Parameters"]}
    rule = only(template, "AWS::Events::Rule")["Properties"]["EventPattern"]["detail"]

    assert parameters["InputKey"]["DefaultValue"] == "batch/in/forecast/rows.jsonl"
    assert parameters["JoinSource"]["EnumValues"] == ["None", "Input"]
    assert rule["object"]["key"] == [{"wildcard": "batch/in/forecast/*.jsonl"}]


@pytest.fixture(scope="module")
def special(
    synth: Callable[..., Assembly], artifacts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Assembly:
    """Dev with the second experiment."""
    own = tmp_path_factory.mktemp("special") / "artifacts"
    shutil.copytree(artifacts, own)
    archive = own / "forecast" / "special-days" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(gzip.compress(b"special-days", mtime=0))
    return synth("dev", options={"forecast": {"special_days": True}}, artifacts=str(own))


def test_the_second_experiment_is_declared_only_where_the_settings_ask_for_it(
    dev: Assembly, special: Assembly
) -> None:
    def names(assembly: Assembly) -> set[str]:
        return set(declared.steps(assembly.template("forecast-training")))

    added = names(special) - names(dev)
    assert added >= {"PrepareSpecialDays", "DeeparSpecialDays", "ScoreSpecialDays", "EvaluateSpecialDays"}
    told = declared.steps(special.template("forecast-training"))["PrepareSpecialDays"]["Arguments"]
    arguments = told["AppSpecification"]["ContainerArguments"]
    assert arguments[arguments.index("--experiment") + 1] == "special-days"


def test_the_second_model_has_a_group_an_endpoint_and_a_file_pipeline_of_its_own(special: Assembly) -> None:
    training, serving = special.template("forecast-training"), special.template("forecast-serving")

    def named(template: Any, kind: str, name: str) -> set[str]:
        return {one["Properties"][name] for one in resources(template, kind)}

    groups = named(training, "AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupName")
    assert groups == {"slipway-dev-forecast", "slipway-dev-forecast-special-days"}
    endpoints = named(serving, "AWS::SageMaker::Endpoint", "EndpointName")
    assert endpoints == {"slipway-dev-forecast", "slipway-dev-forecast-special-days"}
    pipelines = named(serving, "AWS::SageMaker::Pipeline", "PipelineName")
    assert pipelines == {"slipway-dev-forecast-batch", "slipway-dev-forecast-special-days-batch"}
    assert called(serving) == "slipway-dev-forecast"


@pytest.mark.parametrize("kind", ["training", "serving"])
def test_prod_has_every_property_of_posture_that_churn_has(prod: Assembly, kind: str) -> None:
    def posture(workload: str) -> set[str]:
        template = prod.template(f"{workload}-{kind}")
        found = {one["Type"] for one in template["Resources"].values()}
        for step in declared.steps(template).values():
            found |= {f"{step['Type']}.{name}" for name in step["Arguments"]}
        return found

    # Spot instances and checkpoints are for fits that write some; DeepAR's image does not.
    lacking = posture("churn") - posture("forecast")
    assert lacking <= {"Training.EnableManagedSpotTraining", "Training.CheckpointConfig"}


def test_the_second_model_is_known_by_its_tags(special: Assembly) -> None:
    loaded = load(special.folder)
    kinds = ("EndpointConfig", "Endpoint", "Model", "ModelPackageGroup", "Pipeline")
    found = {
        (kind, one.tags["workload"], one.tags.get("variant"), one.tags.get("purpose"))
        for kind in kinds
        for one in loaded.resources(f"AWS::SageMaker::{kind}")
    }
    assert found >= {
        *(("Pipeline", "forecast", variant, "batch") for variant in (None, "special-days")),
        ("Pipeline", "forecast", None, "training"),
        *(
            (kind, "forecast", variant, None)
            for kind in ("EndpointConfig", "Endpoint", "Model", "ModelPackageGroup")
            for variant in (None, "special-days")
        ),
    }


@pytest.mark.parametrize("wanted", ["forecast", "forecast-special-days"])
def test_each_of_the_two_models_is_called_by_workload_and_variant(special: Assembly, wanted: str) -> None:
    loaded = load(special.folder)
    assert loaded.endpoint(wanted).name == f"slipway-dev-{wanted}"
    assert loaded.batch_pipeline(wanted).name == f"slipway-dev-{wanted}-batch"
    assert loaded.package_group(wanted) == f"slipway-dev-{wanted}"
    assert loaded.training_pipeline("forecast").name == "slipway-dev-forecast"
