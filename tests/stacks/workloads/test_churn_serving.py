"""Churn's serving stack: four containers in order, a role that may do what they need, one endpoint."""

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import HOSTNAMES, Assembly
from declared import allowed, only, statements, text, texts, unmonitored

SCRIPT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
}


@pytest.fixture
def template(each: Assembly) -> Any:
    return unmonitored(each.template("churn-serving"))


def containers(template: Any) -> list[Any]:
    found: list[Any] = only(template, "AWS::SageMaker::Model")["Properties"]["Containers"]
    return found


def test_the_containers_stand_in_the_order_of_the_computation(template: Any) -> None:
    assert [one["ContainerHostname"] for one in containers(template)] == list(HOSTNAMES)
    model = only(template, "AWS::SageMaker::Model")["Properties"]
    assert model["InferenceExecutionConfig"] == {"Mode": "Serial"}


def test_each_container_runs_its_image(each: Assembly) -> None:
    images = [text(one["Image"]) for one in containers(each.template("churn-serving"))]
    managed = r"\d{12}\.dkr\.ecr\.eu-central-1\.amazonaws\.com/sagemaker-"
    own = rf"\$\{{AWS::AccountId\}}\.dkr\.ecr\.eu-central-1\.amazonaws\.com/slipway-{each.env}-script-mode"
    expected = [
        rf"{managed}scikit-learn:1\.9-0-cpu-py3",
        rf"{own}:[0-9a-f]{{16}}",
        rf"{managed}xgboost:3\.2-0",
        rf"{managed}scikit-learn:1\.9-0-cpu-py3",
    ]
    for image, pattern in zip(images, expected, strict=True):
        assert re.fullmatch(pattern, image), image


def test_scripts_are_found_in_the_archive_and_every_hop_answers_csv(template: Any) -> None:
    csv = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    environments = [one["Environment"] for one in containers(template)]
    assert environments == [SCRIPT, SCRIPT, csv, SCRIPT]


def test_model_data_is_each_containers_own_archive(each: Assembly) -> None:
    for container in containers(each.template("churn-serving")):
        bucket, _, key = text(container["ModelDataUrl"]).removeprefix("s3://").partition("/")
        assert bucket == "cdk-hnb659fds-assets-${AWS::AccountId}-eu-central-1"
        assert each.published("churn-serving", key).path.read_bytes().startswith(b"\x1f\x8b")
    urls = {text(one["ModelDataUrl"]) for one in containers(each.template("churn-serving"))}
    assert len(urls) == len(HOSTNAMES)


def test_the_role_reads_the_four_archives_and_the_files_to_score_and_nothing_else(template: Any) -> None:
    archives = {
        text(one["ModelDataUrl"]).replace("s3://", "arn:aws:s3:::", 1) for one in containers(template)
    }
    [files] = allowed(template, "s3:GetObject") - archives
    assert files.endswith("/batch/in/churn/*")
    assert archives < allowed(template, "s3:GetObject")
    s3 = {action for one in statements(template) for action in texts(one["Action"]) if "s3:" in action}
    assert s3 == {"s3:GetObject", "s3:ListBucket", "s3:AbortMultipartUpload", "s3:PutObject"}


def test_the_role_writes_the_logs_of_its_endpoint_and_of_transform_jobs_only(each: Assembly) -> None:
    groups = "arn:aws:logs:eu-central-1:${AWS::AccountId}:log-group:/aws/sagemaker"
    arns = [f"{groups}/Endpoints/slipway-{each.env}-churn", f"{groups}/TransformJobs"]
    granted = allowed(each.template("churn-serving"), "logs:PutLogEvents", policy="ExecutionRole")
    assert granted == {one for arn in arns for one in (arn, f"{arn}:*")}


def test_the_variant_keeps_its_name_and_the_settings_say_how_many_instances(
    dev: Assembly, prod: Assembly
) -> None:
    variants = [
        only(one.template("churn-serving"), "AWS::SageMaker::EndpointConfig")["Properties"][
            "ProductionVariants"
        ]
        for one in (dev, prod)
    ]
    assert [[variant["VariantName"] for variant in one] for one in variants] == [["AllTraffic"]] * 2
    assert [one[0]["InitialInstanceCount"] for one in variants] == [1, 2]


@pytest.fixture
def partly(artifacts: Path, tmp_path: Path) -> Path:
    """Artifacts of which churn has one container's alone."""
    shutil.copytree(artifacts / "churn" / "xgboost", tmp_path / "churn" / "xgboost")
    return tmp_path


def test_what_is_said_to_be_missing_is_what_is_missing(synth: Callable[..., Assembly], partly: Path) -> None:
    assembly = synth("dev", artifacts=str(partly))
    assert "Resources" not in assembly.template("churn-serving")
    assert assembly.errors("churn-serving") == [
        f"no trained preprocess, pca, postprocess in {partly}/churn: run `make train WORKLOAD=churn`"
    ]


def test_a_placeholder_stands_for_the_untrained_models_alone(
    synth: Callable[..., Assembly], partly: Path
) -> None:
    assembly = synth("dev", artifacts=str(partly), untrained="placeholder")
    [error, *_] = assembly.errors("churn-serving")
    assert error.startswith("no trained preprocess, pca, postprocess in ")
    staged = [gzip.decompress(path.read_bytes()) for path in sorted(assembly.folder.glob("asset.*.gz"))]
    assert {b"xgboost", b"churn/preprocess", b"churn/pca", b"churn/postprocess"} <= {*staged}
