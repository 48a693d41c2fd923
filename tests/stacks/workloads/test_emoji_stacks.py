"""Emoji's stacks: instances that share work, two images that train, two that serve, a gate of two figures."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import declared
import pytest
from assemblies import ROOT, Assembly
from aws_cdk import App, assertions
from declared import allowed, only, resources, text

from stacks.platform.foundation import Foundation
from stacks.platform.image import own_images
from stacks.settings import Settings
from stacks.workloads.emoji import EmojiTraining

CODE = ROOT / "model_code" / "emoji"
OPTIONS = [
    (training, serving)
    for training in ("torch", "tensorflow")
    for serving in ("own-image", "tensorflow-serving")
]


@pytest.fixture(scope="module")
def found(dev: Assembly) -> Mapping[str, Any]:
    return declared.steps(dev.template("emoji-training"))


@pytest.fixture(scope="module")
def steps(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: step["Arguments"] for name, step in found.items()}


@pytest.fixture(scope="module")
def training(context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The arguments of the steps with other options, and with other settings of the training."""

    def synthesize(training: str = "torch", serving: str = "own-image", **parts: Any) -> Mapping[str, Any]:
        declared_parts = context["environments"]["dev"]["workloads"]["emoji"]["training"]
        settings = Settings.from_mapping(
            {
                **context,
                "emoji_training": training,
                "emoji_serving": serving,
                "workloads": {"emoji": {"training": {**declared_parts, **parts}}},
            }
        )
        app = App(analytics_reporting=False, context=dict(context))
        common = {"settings": settings, **settings.stack_options}
        common["foundation"] = Foundation(app, "foundation", **common)
        stack = EmojiTraining(app, "emoji", images=own_images(app, **common), **common)
        template = assertions.Template.from_stack(stack).to_json()
        return {name: step["Arguments"] for name, step in declared.steps(template).items()}

    return synthesize


def parameters(assembly: Assembly) -> Mapping[str, Any]:
    pipeline = only(assembly.template("emoji-training"), "AWS::SageMaker::Pipeline")
    body = text(pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    return {one["Name"]: one for one in json.loads(body)["Parameters"]}


def distribution(step: Any) -> dict[str, str]:
    return {
        one["InputName"]: one["S3Input"]["S3DataDistributionType"]
        for one in step["ProcessingInputs"]
        if one["InputName"] != "code"
    }


def channels(step: Any) -> dict[str, Any]:
    return {one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in step["InputDataConfig"]}


def image(step: Any) -> str:
    uri: str = step["AlgorithmSpecification"]["TrainingImage"]
    return uri.rpartition("/")[2].partition(":")[0]


def test_two_instances_share_the_files_and_both_have_the_vocabulary(steps: Mapping[str, Any]) -> None:
    prepare = steps["Prepare"]

    assert prepare["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 2
    assert distribution(prepare) == {"input": "ShardedByS3Key", "weights": "FullyReplicated"}
    assert prepare["NetworkConfig"]["EnableInterContainerTrafficEncryption"] is True


def test_nothing_else_runs_on_several_instances_by_default(steps: Mapping[str, Any]) -> None:
    counts = {
        name: step["ResourceConfig"]["InstanceCount"]
        for name, step in steps.items()
        if "ResourceConfig" in step
    }

    assert counts == {"Linear": 1, "Train": 1}
    assert steps["Evaluate"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 1


@pytest.mark.parametrize(
    ("framework", "told"), [("torch", None), ("tensorflow", "true")], ids=["torch", "tensorflow"]
)
def test_several_instances_train_as_many_as_the_settings_say(
    training: Callable[..., Any], framework: str, told: str | None
) -> None:
    steps = training(framework, instance_count=3)

    assert steps["Train"]["ResourceConfig"]["InstanceCount"] == 3
    name = "sagemaker_multi_worker_mirrored_strategy_enabled"
    assert steps["Train"]["HyperParameters"].get(name) == told
    assert steps["Linear"]["ResourceConfig"]["InstanceCount"] == 1


@pytest.mark.parametrize(("framework", "serving"), OPTIONS)
def test_the_other_framework_exports_what_cannot_be_served_and_nothing_else_does(
    training: Callable[..., Any], framework: str, serving: str
) -> None:
    images = {"torch": "slipway-dev-emoji-training", "tensorflow": "tensorflow-training"}
    serves = {"own-image": "torch", "tensorflow-serving": "tensorflow"}
    steps = training(framework, serving)

    assert image(steps["Train"]) == images[framework]
    exports = serves[serving] != framework
    assert ("Export" in steps) == exports
    if exports:
        assert image(steps["Export"]) == images[serves[serving]]
        assert channels(steps["Export"])["weights"] == {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}
        assert steps["Export"]["HyperParameters"]["epochs"] == "0"
        assert "EnableManagedSpotTraining" not in steps["Export"]
    [container] = steps["EmojiModel"]["Containers"]
    last = "Export" if exports else "Train"
    assert container["ModelDataUrl"] == {"Get": f"Steps.{last}.ModelArtifacts.S3ModelArtifacts"}


@pytest.mark.parametrize(
    ("serving", "repository", "variables"),
    [
        (
            "own-image",
            "/slipway-dev-emoji-inference:",
            {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        ),
        ("tensorflow-serving", "/tensorflow-inference:", {"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "emoji"}),
    ],
)
def test_the_image_that_answers_is_told_what_it_needs(
    training: Callable[..., Any], serving: str, repository: str, variables: Mapping[str, str]
) -> None:
    [container] = training(serving=serving)["EmojiModel"]["Containers"]

    assert repository in container["Image"]
    assert container["Environment"] == variables
    assert container["ContainerHostname"] == "emoji"


def test_both_frameworks_are_given_the_same(training: Callable[..., Any]) -> None:
    torch, tensorflow = training("torch")["Train"], training("tensorflow")["Train"]

    def data(step: Any) -> dict[str, Any]:
        return {name: uri for name, uri in channels(step).items() if name != "code"}

    def own(step: Any) -> dict[str, Any]:
        given = step["HyperParameters"].items()
        return {name: value for name, value in given if not name.startswith("sagemaker_")}

    assert set(data(torch)) == {"train", "validation", "texts", "linear", "weights"}
    assert data(torch) == data(tensorflow)
    assert own(torch) == own(tensorflow)
    assert set(own(torch)) == set(json.loads((CODE / "hyperparameters.json").read_text()))


def test_a_training_that_is_interrupted_goes_on_only_with_the_same_hyperparameters(
    steps: Mapping[str, Any],
) -> None:
    place = json.dumps(steps["Train"]["CheckpointConfig"]["S3Uri"])

    for name in ("Epochs", "MaxSteps", "BatchSize", "LearningRate", "TrainedLayers"):
        assert f"Parameters.{name}" in place
    assert "Steps.Prepare.ProcessingJobName" in place


def test_the_metrics_are_what_the_scripts_print(steps: Mapping[str, Any]) -> None:
    definitions = steps["Train"]["AlgorithmSpecification"]["MetricDefinitions"]
    lines = [
        "train_loss=2.1034 step=57",
        "validation_loss=1.9 epoch=1",
        "validation_top1=0.335 epoch=1",
        "validation_top5=0.834 epoch=1",
    ]

    values = {
        one["Name"]: [found[1] for line in lines if (found := re.search(one["Regex"], line))]
        for one in definitions
    }
    assert values == {
        "train:loss": ["2.1034"],
        "validation:loss": ["1.9"],
        "validation:top1": ["0.335"],
        "validation:top5": ["0.834"],
    }


def test_a_model_has_to_reach_the_minimum_and_the_linear_model(found: Mapping[str, Any]) -> None:
    minimum, baseline = found["GoodEnough"]["Arguments"]["Conditions"]

    for condition in (minimum, baseline):
        assert condition["Type"] == "GreaterThanOrEqualTo"
        assert condition["LeftValue"]["Std:JsonGet"]["Path"] == "top1"
    assert minimum["RightValue"] == {"Get": "Parameters.MinimumTop1"}
    assert baseline["RightValue"]["Std:JsonGet"]["Path"] == "baseline_top1"
    words = found["Top1TooLow"]["Arguments"]["ErrorMessage"]["Std:Join"]["Values"]
    assert [word for word in words if isinstance(word, str)] == [
        "Top1 ",
        " misses the minimum ",
        " or the baseline's ",
        " by ",
    ]


def test_the_evaluation_reads_answers_labels_tweets_and_the_linear_model(steps: Mapping[str, Any]) -> None:
    evaluate = steps["Evaluate"]

    assert "-processing:" in evaluate["AppSpecification"]["ImageUri"]
    assert set(distribution(evaluate)) == {"labels", "tweets", "scores", "linear"}
    assert "--minimum-top1" in evaluate["AppSpecification"]["ContainerArguments"]


def test_what_a_laptop_sets_are_parameters_of_the_pipeline(dev: Assembly) -> None:
    assert set(json.loads((CODE / "laptop.json").read_text())) <= set(parameters(dev))


def test_jobs_read_the_weights_where_whoever_starts_them_may_put_others(dev: Assembly) -> None:
    template = dev.template("emoji-training")

    assert parameters(dev)["WeightsKey"]["DefaultValue"] == "emoji/weights/minilm/"
    readable = allowed(template, "s3:GetObject", "JobRole")
    assert [one for one in readable if one.endswith("/emoji/weights/*")]


def test_prod_trains_on_a_gpu_whose_disk_has_a_key_of_its_own(prod: Assembly) -> None:
    steps = declared.steps(prod.template("emoji-training"))

    offered = parameters(prod)["InstanceType"]["EnumValues"]
    assert all(kind.startswith("ml.g") for kind in offered)
    assert "VolumeKmsKeyId" not in steps["Train"]["Arguments"]["ResourceConfig"]
    assert "VolumeKmsKeyId" in steps["Linear"]["Arguments"]["ResourceConfig"]


def test_on_gpus_tensorflow_trains_in_the_image_for_them(training: Callable[..., Any]) -> None:
    steps = training("tensorflow", instance_types=["ml.g5.xlarge", "ml.g5.2xlarge"])

    assert steps["Train"]["AlgorithmSpecification"]["TrainingImage"].endswith(":2.21.0-gpu-py312")


def test_instance_types_of_two_kinds_are_refused(training: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="offer one kind"):
        training("tensorflow", instance_types=["ml.m5.large", "ml.p3.2xlarge"])


def test_the_files_of_tweets_start_nothing_as_they_arrive_one_by_one(prod: Assembly) -> None:
    rules = [one["Properties"] for one in resources(prod.template("emoji-training"), "AWS::Events::Rule")]

    assert not [rule for rule in rules if "object" in json.dumps(rule.get("EventPattern", {}))]


def test_a_file_of_tweets_is_answered_as_it_arrives(dev: Assembly) -> None:
    rules = json.dumps(
        [one["Properties"] for one in resources(dev.template("emoji-serving"), "AWS::Events::Rule")]
    )

    assert "batch/in/emoji/*.jsonl" in rules


@pytest.mark.parametrize("serving", ["own-image", "tensorflow-serving"])
def test_the_same_api_stands_before_both_images(
    synth: Callable[..., Assembly], tmp_path: Path, serving: str
) -> None:
    archive = tmp_path / "emoji" / "emoji" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"")

    template = synth("dev", emoji_serving=serving, artifacts=str(tmp_path)).template("emoji-serving")

    handler = only(template, "AWS::Lambda::Function")["Properties"]["Handler"]
    assert handler == "predict_emoji.lambda_handler"
    exports = {one["Export"]["Name"]: one["Value"] for one in template["Outputs"].values() if "Export" in one}
    assert json.loads(exports["slipway-dev-emoji-example"]) == {"tweets": ["I am good"]}
