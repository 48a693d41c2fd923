"""Churn's training stack: what its pipeline's definition says."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from assemblies import Assembly
from declared import definition, only, steps, text

from stacks.constructs.pipeline.references import paths

# What each step takes, by the name under which it takes it.
FLOW = {
    "Split": {"input": "parameter InputKey"},
    "DataQualityBaseline": {"data": "Split features"},
    "Preprocess": {"train": "Split train", "validation": "Split validation"},
    "PreprocessData": {"model": "Preprocess model", "train": "Split train", "validation": "Split validation"},
    "Pca": {"train": "PreprocessData output-train", "validation": "PreprocessData output-validation"},
    "PcaData": {
        "model": "Pca model",
        "train": "PreprocessData output-train",
        "validation": "PreprocessData output-validation",
    },
    "Xgboost": {"train": "PcaData output-train", "validation": "PcaData output-validation"},
    "XgboostScores": {"model": "Xgboost model", "validation": "PcaData output-validation"},
    "Postprocess": {"validation": "XgboostScores output"},
    "ChurnModel": {
        "preprocess": "Preprocess model",
        "pca": "Pca model",
        "xgboost": "Xgboost model",
        "postprocess": "Postprocess model",
    },
    "Score": {"model": "ChurnModel name", "rows": "Split test"},
    "Evaluate": {"labels": "Split labels", "scores": "Score answers"},
    "GoodEnough": {"value": "Evaluate f1", "minimum": "parameter MinimumF1"},
    "Register": {
        "preprocess": "Preprocess model",
        "pca": "Pca model",
        "xgboost": "Xgboost model",
        "postprocess": "Postprocess model",
        "statistics": "Evaluate output",
        "data statistics": "DataQualityBaseline output",
        "data constraints": "DataQualityBaseline output",
    },
    "F1TooLow": {"1": "Evaluate f1", "3": "parameter MinimumF1", "5": "Evaluate f1_shortfall"},
}
OUTPUT = re.compile(r"Steps\.(\w+)\.ProcessingOutputConfig\.Outputs\['([\w-]+)'\]\.S3Output\.S3Uri")
PROPERTIES = {
    "Training": {"ModelArtifacts.S3ModelArtifacts": "model"},
    "Model": {"ModelName": "name"},
    "Transform": {"TransformOutput.S3OutputPath": "answers"},
}


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-training")


def test_the_pipeline_has_the_name_that_one_types_to_start_it(each: Assembly) -> None:
    pipeline = only(each.template("churn-training"), "AWS::SageMaker::Pipeline")
    assert pipeline["Properties"]["PipelineName"] == f"slipway-{each.env}-churn"


def channels(step: Any) -> dict[str, Any]:
    """The S3 URI of each channel of a training job."""
    return {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in step["Arguments"]["InputDataConfig"]
    }


def hops(containers: list[Any]) -> dict[str, Any]:
    return {one["ContainerHostname"]: one["ModelDataUrl"] for one in containers}


def inputs(step: Any) -> dict[str, Any]:
    """The S3 URI of each input of a processing job but its code."""
    declared = step["Arguments"]["ProcessingInputs"]
    return {one["InputName"]: one["S3Input"]["S3Uri"] for one in declared if one["InputName"] != "code"}


def data(step: Any) -> dict[str, Any]:
    return {name: uri for name, uri in channels(step).items() if name != "code"}


def transform(step: Any) -> dict[str, Any]:
    rows = step["Arguments"]["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    return {"model": step["Arguments"]["ModelName"], "rows": rows}


def condition(step: Any) -> dict[str, Any]:
    [one] = step["Arguments"]["Conditions"]
    return {"value": one["LeftValue"], "minimum": one["RightValue"]}


def registration(step: Any) -> dict[str, Any]:
    metrics = step["Arguments"]["ModelMetrics"]
    data = {f"data {name.lower()}": one["S3Uri"] for name, one in metrics["ModelDataQuality"].items()}
    measured = {"statistics": metrics["ModelQuality"]["Statistics"]["S3Uri"], **data}
    return {**hops(step["Arguments"]["InferenceSpecification"]["Containers"]), **measured}


def message(step: Any) -> dict[str, Any]:
    words = enumerate(step["Arguments"]["ErrorMessage"]["Std:Join"]["Values"])
    return {str(place): word for place, word in words if isinstance(word, dict)}


# The references that a step takes by name.
TAKEN: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "Processing": inputs,
    "Training": data,
    "Model": lambda step: hops(step["Arguments"]["Containers"]),
    "Transform": transform,
    "Condition": condition,
    "RegisterModel": registration,
    "Fail": message,
}


def named(reference: Any, known: dict[str, Any]) -> str:
    """What a reference, or the one among joined values, names; fails where there is nothing of that name."""
    match reference:
        case {"Std:Join": {"Values": values}}:
            [reference] = [value for value in values if isinstance(value, dict)]
            return named(reference, known)
        case {"Std:JsonGet": {"PropertyFile": {"Get": file}, "Path": path}}:
            _, step, kind, name = file.split(".")
            assert kind == "PropertyFiles"
            assert name in {one["PropertyFileName"] for one in known[step]["PropertyFiles"]}
            return f"{step} {path}"
    path = str(reference["Get"])
    if path.startswith("Parameters."):
        return f"parameter {path.removeprefix('Parameters.')}"
    if output := OUTPUT.fullmatch(path):
        step, name = output.groups()
        declared = known[step]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
        assert name in {one["OutputName"] for one in declared}
        return f"{step} {name}"
    _, step, attribute = path.split(".", 2)
    return f"{step} {PROPERTIES[known[step]['Type']][attribute]}"


def test_each_step_takes_what_it_needs_from_a_step_before(template: Any) -> None:
    known = steps(template)
    flow = {
        name: {place: named(reference, known) for place, reference in TAKEN[step["Type"]](step).items()}
        for name, step in known.items()
    }
    assert flow == FLOW
    assert list(flow) == list(FLOW)


def test_a_property_file_is_a_file_of_a_declared_output(template: Any) -> None:
    step = steps(template)["Evaluate"]
    [file] = step["PropertyFiles"]
    assert file["FilePath"] == "evaluation.json"
    outputs = step["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    assert file["OutputName"] in {one["OutputName"] for one in outputs}


def test_whoever_starts_the_pipeline_may_choose_data_split_gate_and_instances(template: Any) -> None:
    parameters = {one["Name"]: one for one in definition(template)["Parameters"]}
    assert {name: (one["Type"], one["DefaultValue"]) for name, one in parameters.items()} == {
        "InputKey": ("String", "churn/input/churn.txt"),
        "DataVersion": ("String", "1"),
        "SplitSeed": ("String", "1729"),
        "MinimumF1": ("Float", 0.85),
        "InstanceType": ("String", "ml.m5.large"),
        "ScoringInstanceType": ("String", "ml.m5.large"),
        "ScoringInstanceCount": ("Integer", 1),
    }
    for name in ("InstanceType", "ScoringInstanceType"):
        assert parameters[name]["EnumValues"] == ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"]


def test_every_parameter_is_used(template: Any) -> None:
    declared = {f"Parameters.{one['Name']}" for one in definition(template)["Parameters"]}
    assert declared <= set(paths(list(steps(template).values())))


def image(step: Any) -> str:
    arguments = step["Arguments"]
    key = "AppSpecification" if step["Type"] == "Processing" else "AlgorithmSpecification"
    return str(arguments[key].get("ImageUri") or arguments[key]["TrainingImage"])


def test_each_step_runs_in_the_image_that_will_serve_its_model(template: Any) -> None:
    known = steps(template)
    repositories = {
        name: image(step).partition("/")[2].partition(":")[0]
        for name, step in known.items()
        if step["Type"] in ("Processing", "Training")
    }
    own = repositories["Pca"]
    assert own.endswith("-script-mode")
    assert repositories == {
        "Split": "sagemaker-scikit-learn",
        "DataQualityBaseline": "sagemaker-scikit-learn",
        "Preprocess": "sagemaker-scikit-learn",
        "PreprocessData": "sagemaker-scikit-learn",
        "Pca": own,
        "PcaData": own,
        "Xgboost": "sagemaker-xgboost",
        "XgboostScores": "sagemaker-xgboost",
        "Postprocess": "sagemaker-scikit-learn",
        "Evaluate": "sagemaker-scikit-learn",
    }


def test_script_mode_finds_its_source_in_a_channel_since_an_isolated_container_reaches_no_s3(
    template: Any,
) -> None:
    for name in ("Preprocess", "Pca", "Postprocess"):
        step = steps(template)[name]
        hyperparameters = step["Arguments"]["HyperParameters"]
        archive = channels(step)["code"]
        assert re.fullmatch(r"s3://cdk-[^/]*/[0-9a-f]{64}\.gz", archive)
        assert hyperparameters["sagemaker_program"] == "fit.py"
        folder, _, file_name = hyperparameters["sagemaker_submit_directory"].rpartition("/")
        assert folder == "/opt/ml/input/data/code"
        assert file_name == archive.rpartition("/")[2]
    assert "sagemaker_program" not in steps(template)["Xgboost"]["Arguments"]["HyperParameters"]
    assert "code" not in channels(steps(template)["Xgboost"])


def test_data_channels_say_that_they_are_csv_and_the_source_says_nothing(template: Any) -> None:
    for step in steps(template).values():
        for channel in step["Arguments"].get("InputDataConfig", []):
            expected = None if channel["ChannelName"] == "code" else "text/csv"
            assert channel.get("ContentType") == expected


def test_hyperparameters_are_strings(template: Any) -> None:
    for step in steps(template).values():
        for value in step["Arguments"].get("HyperParameters", {}).values():
            assert isinstance(value, str)


def test_processing_code_runs_from_the_zip_that_is_put_there(template: Any) -> None:
    for step in steps(template).values():
        if step["Type"] != "Processing":
            continue
        arguments = step["Arguments"]
        [code] = [one for one in arguments["ProcessingInputs"] if one["InputName"] == "code"]
        zip_name = code["S3Input"]["S3Uri"].rpartition("/")[2]
        assert arguments["AppSpecification"]["ContainerEntrypoint"] == [
            "python3",
            f"{code['S3Input']['LocalPath']}/{zip_name}",
        ]


def test_every_folder_that_code_is_told_is_an_input_or_an_output_of_the_job(template: Any) -> None:
    for step in steps(template).values():
        if step["Type"] != "Processing":
            continue
        arguments = step["Arguments"]
        folders = {one["S3Input"]["LocalPath"] for one in arguments["ProcessingInputs"]}
        folders |= {one["S3Output"]["LocalPath"] for one in arguments["ProcessingOutputConfig"]["Outputs"]}
        told = arguments["AppSpecification"]["ContainerArguments"]
        assert {one for one in told if isinstance(one, str) and one.startswith("/")} <= folders


def test_the_model_is_the_one_that_is_served(each: Assembly) -> None:
    served = only(each.template("churn-serving"), "AWS::SageMaker::Model")["Properties"]["Containers"]
    trained = steps(each.template("churn-training"))["ChurnModel"]["Arguments"]["Containers"]
    for container, other in zip(trained, served, strict=True):
        assert container["ContainerHostname"] == other["ContainerHostname"]
        assert container["Image"] == text(other["Image"])
        assert container["Environment"] == other["Environment"]


def test_scoring_sends_many_lines_at_a_time_in_small_payloads(template: Any) -> None:
    arguments = steps(template)["Score"]["Arguments"]
    assert arguments["BatchStrategy"] == "MultiRecord"
    assert arguments["MaxPayloadInMB"] == 1
    assert arguments["TransformInput"]["SplitType"] == "Line"
    assert arguments["TransformInput"]["ContentType"] == "text/csv"
    assert arguments["TransformOutput"]["Accept"] == "application/jsonlines"
