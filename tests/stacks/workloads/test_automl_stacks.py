"""AutoML's stacks: what is tuned, which model each branch makes, and which one is served."""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import declared
import pytest
from assemblies import ROOT, Assembly
from aws_cdk import App, assertions
from declared import only

from stacks.platform.foundation import Foundation
from stacks.platform.image import own_images
from stacks.settings import Settings
from stacks.workloads.automl import AutomlServing, AutomlTraining

RANGES = json.loads((ROOT / "model_code" / "automl" / "analyze" / "candidate_ranges.json").read_text())
ALGORITHMS = {"xgboost": 0, "linear-learner": 2}


@pytest.fixture(scope="module")
def steps(dev: Assembly) -> Mapping[str, Any]:
    return {name: one["Arguments"] for name, one in declared.steps(dev.template("automl-training")).items()}


@pytest.fixture(scope="module")
def stack(context: Mapping[str, Any], functions: Path) -> Callable[..., Any]:
    """The template of one of the stacks with other settings."""

    def synthesize(kind: Any, **overrides: Any) -> Any:
        given = {**context, "env": "dev", "functions": str(functions), **overrides}
        settings = Settings.from_mapping(given)
        app = App(analytics_reporting=False, context=dict(context))
        common = {"settings": settings, **settings.stack_options}
        common["foundation"] = Foundation(app, "foundation", **common)
        return assertions.Template.from_stack(
            kind(app, "automl", images=own_images(app, **common), **common)
        ).to_json()

    return synthesize


def definitions(steps: Mapping[str, Any]) -> dict[str, Any]:
    return {one["DefinitionName"]: one for one in steps["Tune"]["TrainingJobDefinitions"]}


def uri(channel: Mapping[str, Any]) -> Any:
    return channel["DataSource"]["S3DataSource"]["S3Uri"]


def test_one_tuning_has_a_definition_for_each_algorithm(steps: Mapping[str, Any]) -> None:
    assert {name: one["TuningObjective"]["MetricName"] for name, one in definitions(steps).items()} == {
        "dpp0-xgboost": "validation:f1_binary",
        "dpp2-linear-learner": "validation:binary_f_beta",
    }
    assert steps["Tune"]["HyperParameterTuningJobConfig"]["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": {"Get": "Parameters.TuningJobs"},
        "MaxParallelTrainingJobs": {"Get": "Parameters.TuningJobsAtOnce"},
    }


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_tuned_is_what_the_notebooks_say(steps: Mapping[str, Any], algorithm: str) -> None:
    definition = definitions(steps)[f"dpp{ALGORITHMS[algorithm]}-{algorithm}"]
    assert definition["StaticHyperParameters"] == RANGES[algorithm]["hyperparameters"]
    ranges = {one["Name"]: one for some in definition["HyperParameterRanges"].values() for one in some}
    assert ranges.keys() == RANGES[algorithm]["ranges"].keys()
    for name, one in RANGES[algorithm]["ranges"].items():
        if "values" in one:
            assert ranges[name]["Values"] == one["values"]
        else:
            found = (float(ranges[name]["MinValue"]), float(ranges[name]["MaxValue"]))
            assert (*found, ranges[name]["ScalingType"]) == (one["low"], one["high"], one["scaling"])


@pytest.mark.parametrize(("algorithm", "sparse"), [("xgboost", "1"), ("linear-learner", "0")])
def test_an_algorithm_learns_from_what_its_candidate_s_transformers_make(
    steps: Mapping[str, Any], algorithm: str, sparse: str
) -> None:
    number = ALGORITHMS[algorithm]
    name = f"dpp{number}-{algorithm}"
    assert steps[f"Transformer{number}"]["HyperParameters"]["candidate"] == name
    [container] = steps[f"Features{number}"]["Containers"]
    assert container["ModelDataUrl"] == {"Get": f"Steps.Transformer{number}.ModelArtifacts.S3ModelArtifacts"}
    assert container["Environment"]["AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF"] == sparse
    for channel in definitions(steps)[name]["InputDataConfig"]:
        part = channel["ChannelName"]
        transform = f"{part.capitalize()}{number}"
        assert channel["ContentType"] == "application/x-recordio-protobuf"
        assert uri(channel) == {"Get": f"Steps.{transform}.TransformOutput.S3OutputPath"}
        made = steps[transform]
        assert made["ModelName"] == {"Get": f"Steps.Features{number}.ModelName"}
        assert uri(made["TransformInput"]) == {
            "Get": f"Steps.Split.ProcessingOutputConfig.Outputs['{part}'].S3Output.S3Uri"
        }
        output = made["TransformOutput"]
        assert (output["Accept"], output["AssembleWith"]) == (channel["ContentType"], "None")


def test_no_step_before_the_winner_s_score_reads_the_test_part(steps: Mapping[str, Any]) -> None:
    readers = {name for name, one in steps.items() if "HoldOut" in json.dumps(one) and name != "Winner"}
    test = {
        name
        for name in readers
        if "Outputs['test']" in json.dumps(steps[name]) or "Outputs['labels']" in json.dumps(steps[name])
    }
    assert test == {
        *("ScoreXgboost", "EvaluateXgboost"),
        *("ScoreLinearLearner", "EvaluateLinearLearner"),
    }


@pytest.mark.parametrize(("algorithm", "branch"), [("xgboost", "IfSteps"), ("linear-learner", "ElseSteps")])
def test_the_better_algorithm_s_branch_makes_a_model_of_three_containers(
    dev: Assembly, steps: Mapping[str, Any], algorithm: str, branch: str
) -> None:
    winner = declared.steps(dev.template("automl-training"))["Winner"]["Arguments"]
    assert winner["Conditions"] == [
        {
            "Type": "Equals",
            "LeftValue": {"Get": "Steps.Tune.BestTrainingJob.TrainingJobDefinitionName"},
            "RightValue": "dpp0-xgboost",
        }
    ]
    number = ALGORITHMS[algorithm]
    transformer = {"Get": f"Steps.Transformer{number}.ModelArtifacts.S3ModelArtifacts"}
    [model] = [one for one in winner[branch] if one["Type"] == "Model"]
    containers = {one["ContainerHostname"]: one for one in model["Arguments"]["Containers"]}
    assert list(containers) == ["features", algorithm, "labels"]
    assert containers["features"]["ModelDataUrl"] == containers["labels"]["ModelDataUrl"] == transformer
    fitted = {"Get": f"Steps.Fit{number}.ModelArtifacts.S3ModelArtifacts"}
    assert containers[algorithm]["ModelDataUrl"] == fitted
    modes = {name: one["Environment"].get("AUTOML_TRANSFORM_MODE") for name, one in containers.items()}
    assert modes == {
        "features": "feature-transform",
        algorithm: None,
        "labels": "inverse-label-transform",
    }
    assert containers[algorithm]["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] == "predicted_label"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_algorithm_that_has_won_is_fitted_again_on_all_labeled_rows_but_the_test_s(
    steps: Mapping[str, Any], algorithm: str
) -> None:
    number = ALGORITHMS[algorithm]
    fit = steps[f"Fit{number}"]
    [channel] = fit["InputDataConfig"]
    assert (channel["ChannelName"], uri(channel)) == (
        "train",
        {"Get": f"Steps.Labeled{number}.TransformOutput.S3OutputPath"},
    )
    assert uri(steps[f"Labeled{number}"]["TransformInput"]) == {
        "Get": "Steps.Split.ProcessingOutputConfig.Outputs['labeled'].S3Output.S3Uri"
    }
    tuned = {name for name, one in fit["HyperParameters"].items() if not isinstance(one, str)}
    assert tuned == RANGES[algorithm]["ranges"].keys()


@pytest.mark.parametrize("branch", ["Xgboost", "LinearLearner"])
def test_either_model_has_to_pass_the_gate_and_becomes_a_version_in_one_group(
    dev: Assembly, branch: str
) -> None:
    template = dev.template("automl-training")
    found = declared.steps(template)
    assert only(template, "AWS::SageMaker::ModelPackageGroup")
    assert found[f"Register{branch}"]["Arguments"]["ModelPackageGroupName"] == "slipway-dev-automl"
    gate = found[f"GoodEnough{branch}"]["Arguments"]
    assert [one["Name"] for one in gate["IfSteps"]] == [f"Register{branch}"]
    [condition] = gate["Conditions"]
    assert condition["LeftValue"]["Std:JsonGet"] == {
        "PropertyFile": {"Get": f"Steps.Evaluate{branch}.PropertyFiles.Evaluation"},
        "Path": "f1",
    }
    assert condition["RightValue"] == {"Get": "Parameters.MinimumF1"}


def test_candidates_only_stops_after_the_notebooks(stack: Callable[..., Any]) -> None:
    template = stack(AutomlTraining, automl_mode="candidates-only")
    assert list(declared.steps(template)) == ["HoldOut", "Split", "Analyze", "DataQualityBaseline"]
    names = {one["Name"] for one in declared.definition(template)["Parameters"]}
    assert not names & {"TuningJobs", "TuningJobsAtOnce", "MinimumF1"}
    assert {"Target", "SplitSeed"} <= names


def test_the_notebooks_are_told_the_images_the_role_and_the_parts(steps: Mapping[str, Any]) -> None:
    told = steps["Analyze"]["Environment"]
    assert told["AUTOML_ROLE_ARN"].startswith("${JobRole")
    for name in ("SCIKIT_LEARN", "XGBOOST", "LINEAR_LEARNER"):
        assert ".dkr.ecr.eu-central-1.amazonaws.com/" in told[f"AUTOML_{name}_IMAGE"]
    for part in ("TRAIN", "VALIDATION"):
        assert f"Outputs['{part.lower()}']" in told[f"AUTOML_{part}"]["Get"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_algorithm_that_training_has_left_an_archive_of_is_served(
    stack: Callable[..., Any], tmp_path: Path, algorithm: str
) -> None:
    for hostname in ("features", algorithm, "labels"):
        archive = tmp_path / "automl" / hostname / "model.tar.gz"
        archive.parent.mkdir(parents=True)
        archive.write_bytes(gzip.compress(hostname.encode(), mtime=0))
    model = only(stack(AutomlServing, artifacts=str(tmp_path)), "AWS::SageMaker::Model")["Properties"]
    hostnames = [one["ContainerHostname"] for one in model["Containers"]]
    assert hostnames == ["features", algorithm, "labels"]
    features, _, labels = (one["ModelDataUrl"] for one in model["Containers"])
    assert features == labels
    assert f"/{algorithm.replace('xgboost', 'sagemaker-xgboost')}:" in json.dumps(model["Containers"][1])


def test_a_release_decides_the_algorithm_that_is_served(stack: Callable[..., Any], tmp_path: Path) -> None:
    containers = [
        {
            "hostname": hostname,
            "image": f"000000000000.dkr.ecr.eu-central-1.amazonaws.com/{hostname}:1",
            "model_data_url": f"s3://bucket/automl/training/{hostname}/model.tar.gz",
            "digest": "0" * 64,
            "environment": {},
        }
        for hostname in ("features", "linear-learner", "labels")
    ]
    release = {
        "workload": "automl",
        "registry": "aws",
        "model_package_group": "slipway-dev-automl",
        "model_package_arn": "arn:aws:sagemaker:eu-central-1:000000000000:model-package/slipway-dev-automl/1",
        "version": 1,
        "status": "Approved",
        "metrics": {"f1": 0.8},
        "containers": containers,
    }
    (tmp_path / "automl.json").write_text(json.dumps(release))
    template = stack(AutomlServing, artifact_source="release", releases=str(tmp_path))
    served = only(template, "AWS::SageMaker::Model")["Properties"]["Containers"]
    assert [one["ContainerHostname"] for one in served] == ["features", "linear-learner", "labels"]


def test_files_are_answered_with_labels_as_text_alone(dev: Assembly) -> None:
    accept = {one["Name"]: one for one in declared.definition(dev.template("automl-serving"))["Parameters"]}[
        "Accept"
    ]
    assert accept["EnumValues"] == ["text/csv"]
