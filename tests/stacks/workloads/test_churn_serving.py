"""Churn's serving stack: four containers in order, a role that may do what they need, one endpoint."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import HOSTNAMES, ROOT, Assembly
from declared import allowed, only, resources, statements, text, texts
from jsonschema import Draft202012Validator

SCRIPT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
}


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("churn-serving")


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


def test_the_role_writes_captured_requests_and_scored_files_and_nothing_else(template: Any) -> None:
    written = {one.partition("/")[2] for one in allowed(template, "s3:PutObject")}
    assert written == {"capture/churn/*", "batch/out/churn/*"}


def test_the_role_pulls_the_images_of_the_containers_and_no_others(template: Any) -> None:
    repositories = set()
    for container in containers(template):
        registry, _, image = text(container["Image"]).partition("/")
        account = registry.partition(".")[0]
        repositories.add(f"arn:aws:ecr:eu-central-1:{account}:repository/{image.partition(':')[0]}")
    for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"):
        assert allowed(template, f"ecr:{action}") == repositories


def test_the_role_writes_the_logs_of_its_endpoint_and_of_transform_jobs_only(each: Assembly) -> None:
    groups = "arn:aws:logs:eu-central-1:${AWS::AccountId}:log-group:/aws/sagemaker"
    arns = [f"{groups}/Endpoints/slipway-{each.env}-churn", f"{groups}/TransformJobs"]
    granted = allowed(each.template("churn-serving"), "logs:PutLogEvents", policy="ExecutionRole")
    assert granted == {one for arn in arns for one in (arn, f"{arn}:*")}


def test_the_models_policy_is_there_before_the_model(template: Any) -> None:
    waits_for = only(template, "AWS::SageMaker::Model")["DependsOn"]
    kinds = {template["Resources"][logical_id]["Type"] for logical_id in waits_for}
    assert kinds == {"AWS::IAM::Policy"}


def test_the_model_reaches_no_network(template: Any) -> None:
    assert only(template, "AWS::SageMaker::Model")["Properties"]["EnableNetworkIsolation"] is True


def test_clients_know_the_endpoint_by_name_and_the_rest_is_replaced_freely(each: Assembly) -> None:
    template = each.template("churn-serving")
    endpoint = only(template, "AWS::SageMaker::Endpoint")["Properties"]
    assert endpoint["EndpointName"] == f"slipway-{each.env}-churn"
    assert "ModelName" not in only(template, "AWS::SageMaker::Model")["Properties"]
    assert "EndpointConfigName" not in only(template, "AWS::SageMaker::EndpointConfig")["Properties"]


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


def test_without_archives_the_stack_is_empty_and_says_which_command_makes_them(
    synth: Callable[..., Assembly], artifacts: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "churn" / "xgboost" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes((artifacts / "churn" / "xgboost" / "model.tar.gz").read_bytes())
    assembly = synth("dev", artifacts=str(tmp_path))
    assert "Resources" not in assembly.template("churn-serving")
    assert assembly.errors("churn-serving") == [
        f"no trained preprocess, pca, postprocess in {tmp_path}/churn: run `make train WORKLOAD=churn`"
    ]
    assert resources(assembly.template("churn-training"), "AWS::SageMaker::Pipeline")
    assert assembly.errors("churn-training") == []


def test_a_template_that_is_only_read_declares_untrained_models_too_and_is_not_deployed(
    synth: Callable[..., Assembly], artifacts: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "churn" / "xgboost" / "model.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes((artifacts / "churn" / "xgboost" / "model.tar.gz").read_bytes())
    assembly = synth("dev", artifacts=str(tmp_path), untrained="placeholder")
    [error, *_] = assembly.errors("churn-serving")
    assert error.startswith("no trained preprocess, pca, postprocess in ")
    staged = [gzip.decompress(path.read_bytes()) for path in sorted(assembly.folder.glob("asset.*.gz"))]
    assert {b"xgboost", b"churn/preprocess", b"churn/pca", b"churn/postprocess"} <= {*staged}
    [model] = resources(assembly.template("churn-serving"), "AWS::SageMaker::Model")
    assert [one["ContainerHostname"] for one in model["Properties"]["Containers"]] == list(HOSTNAMES)


def test_without_the_packaged_function_the_stack_is_empty_and_says_which_command_packages_it(
    synth: Callable[..., Assembly], tmp_path: Path
) -> None:
    (tmp_path / "predict_churn").mkdir()
    assembly = synth("dev", functions=str(tmp_path))
    assert "Resources" not in assembly.template("churn-serving")
    assert assembly.errors("churn-serving") == [
        f"no packaged predict_churn in {tmp_path}: run `make functions`"
    ]


def test_the_example_that_the_stack_exports_is_a_customer_of_the_contract(each: Assembly) -> None:
    document = json.loads((ROOT / "lambda" / "predict_churn" / "openapi.json").read_text())
    customer = document["components"]["schemas"]["Customer"]
    outputs = each.template("churn-serving")["Outputs"].values()
    [row] = [
        one["Value"] for one in outputs if one.get("Export") == {"Name": f"slipway-{each.env}-churn-example"}
    ]
    as_typed = {"integer": int, "number": float, "string": str}
    fields = zip(customer["properties"].items(), row.split(","), strict=True)
    Draft202012Validator(customer).validate(
        {name: as_typed[field["type"]](text) for (name, field), text in fields}
    )
