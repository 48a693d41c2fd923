"""Translation's stacks: what the built-in algorithm is given, on what it runs, and what its API is."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import declared
import pytest
from assemblies import ROOT, Assembly
from declared import only, resources, text

CODE = ROOT / "model_code" / "translation"
CHANNELS = ("train", "validation", "vocab")


@pytest.fixture(scope="module")
def found(dev: Assembly) -> Mapping[str, Any]:
    return declared.steps(dev.template("translation-training"))


@pytest.fixture(scope="module")
def steps(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: step["Arguments"] for name, step in found.items()}


def parameters(assembly: Assembly) -> Mapping[str, Any]:
    pipeline = only(assembly.template("translation-training"), "AWS::SageMaker::Pipeline")
    body = text(pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    return {one["Name"]: one for one in json.loads(body)["Parameters"]}


def test_the_algorithm_is_given_its_three_channels_from_one_preparation(steps: Mapping[str, Any]) -> None:
    channels = {one["ChannelName"]: one for one in steps["Seq2seq"]["InputDataConfig"]}

    assert tuple(channels) == CHANNELS
    for name, channel in channels.items():
        assert "ContentType" not in channel
        assert channel["DataSource"]["S3DataSource"]["S3Uri"] == {
            "Get": f"Steps.Prepare.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"
        }


def test_without_other_parameters_the_hyperparameters_are_the_workshops(
    dev: Assembly, steps: Mapping[str, Any]
) -> None:
    defaults = parameters(dev)
    given = {
        name: value if isinstance(value, str) else defaults[value["Get"].partition(".")[2]]["DefaultValue"]
        for name, value in steps["Seq2seq"]["HyperParameters"].items()
    }

    workshop = {
        **{"max_seq_len_source": "60", "max_seq_len_target": "60", "optimized_metric": "bleu"},
        **{"batch_size": "64", "checkpoint_frequency_num_batches": "1000", "rnn_num_hidden": "512"},
        **{"num_layers_encoder": "1", "num_layers_decoder": "1", "num_embed_source": "512"},
        **{"num_embed_target": "512", "checkpoint_threshold": "3", "max_num_batches": "2100"},
    }
    assert workshop.items() <= given.items()


def test_what_a_laptop_sets_are_parameters_of_the_pipeline(dev: Assembly) -> None:
    laptop = json.loads((CODE / "laptop.json").read_text())

    assert set(laptop) <= set(parameters(dev))


def test_the_algorithm_alone_runs_on_a_gpu(dev: Assembly, steps: Mapping[str, Any]) -> None:
    offered = {name: one["EnumValues"] for name, one in parameters(dev).items() if "EnumValues" in one}

    assert steps["Seq2seq"]["ResourceConfig"]["InstanceType"] == {"Get": "Parameters.InstanceType"}
    assert all(kind.startswith("ml.g") for kind in offered["InstanceType"])
    for name in ("Prepare", "Evaluate"):
        cluster = steps[name]["ProcessingResources"]["ClusterConfig"]
        assert cluster["InstanceType"] == {"Get": "Parameters.ProcessingInstanceType"}
    assert not [kind for kind in offered["ProcessingInstanceType"] if kind.startswith(("ml.g", "ml.p"))]


def test_a_disk_of_the_gpu_machine_has_a_key_of_its_own_and_other_volumes_have_ours(
    steps: Mapping[str, Any],
) -> None:
    assert "VolumeKmsKeyId" not in steps["Seq2seq"]["ResourceConfig"]
    assert "VolumeKmsKeyId" in steps["Prepare"]["ProcessingResources"]["ClusterConfig"]


def test_the_fit_is_on_demand_since_the_algorithm_keeps_its_checkpoints_to_itself(
    steps: Mapping[str, Any],
) -> None:
    assert "EnableManagedSpotTraining" not in steps["Seq2seq"]
    assert "CheckpointConfig" not in steps["Seq2seq"]


def test_the_test_part_goes_through_the_model_as_lines_of_json(steps: Mapping[str, Any]) -> None:
    score = steps["Score"]

    assert "Outputs['test']" in json.dumps(score["TransformInput"])
    assert score["TransformInput"]["ContentType"] == "application/jsonlines"
    assert (score["TransformOutput"]["Accept"], score["BatchStrategy"]) == (
        "application/jsonlines",
        "MultiRecord",
    )


def test_bleu_is_measured_in_our_image_of_processing_jobs_and_a_model_below_the_least_is_not_registered(
    found: Mapping[str, Any],
) -> None:
    evaluate = found["Evaluate"]["Arguments"]["AppSpecification"]
    assert "-processing:" in evaluate["ImageUri"]
    assert "--minimum-bleu" in evaluate["ContainerArguments"]
    [condition] = found["GoodEnough"]["Arguments"]["Conditions"]
    assert condition["LeftValue"]["Std:JsonGet"]["Path"] == "bleu"
    [register] = found["GoodEnough"]["Arguments"]["IfSteps"]
    types = register["Arguments"]["InferenceSpecification"]["SupportedContentTypes"]
    assert types == ["application/json", "application/jsonlines", "application/x-recordio-protobuf"]


def test_the_image_that_answers_is_the_one_that_trained(steps: Mapping[str, Any]) -> None:
    [trained] = steps["TranslationModel"]["Containers"]

    assert trained["Image"] == steps["Seq2seq"]["AlgorithmSpecification"]["TrainingImage"]
    assert trained["Image"].endswith("/seq2seq:1")


def test_the_parts_of_a_corpus_that_arrive_one_by_one_start_nothing(prod: Assembly) -> None:
    rules = [
        one["Properties"] for one in resources(prod.template("translation-training"), "AWS::Events::Rule")
    ]

    assert not [rule for rule in rules if "object" in json.dumps(rule.get("EventPattern", {}))]
    assert [rule for rule in rules if "ScheduleExpression" in rule]


def test_the_examples_are_sentences_for_clients_and_words_for_the_endpoint(dev: Assembly) -> None:
    template = dev.template("translation-serving")
    exports = {one["Export"]["Name"]: one["Value"] for one in template["Outputs"].values() if "Export" in one}

    assert json.loads(exports["slipway-dev-translation-api-example"]) == {
        "sentences": [{"query": "I love you"}, {"query": "I love you, too"}]
    }
    assert json.loads(exports["slipway-dev-translation-example"])["instances"][0] == {"data": "i love you"}


def test_files_of_sentences_are_translated_as_they_arrive(dev: Assembly) -> None:
    rules = json.dumps(
        [one["Properties"] for one in resources(dev.template("translation-serving"), "AWS::Events::Rule")]
    )

    assert "batch/in/translation/*.jsonl" in rules


def test_weights_that_exist_are_served_in_the_hugging_face_image_by_the_same_api(
    synth: Callable[..., Assembly], tmp_path: Path
) -> None:
    archive = tmp_path / "translation" / "hugging-face" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"")

    assembly = synth("dev", translation_image="hugging-face", artifacts=str(tmp_path))

    template = assembly.template("translation-serving")
    [container] = only(template, "AWS::SageMaker::Model")["Properties"]["Containers"]
    assert "/huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-" in text(container["Image"])
    assert container["Environment"]["SAGEMAKER_PROGRAM"] == "inference.py"
    assert (
        only(template, "AWS::Lambda::Function")["Properties"]["Handler"]
        == "predict_translation.lambda_handler"
    )
