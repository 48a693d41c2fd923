"""A CDK app as somebody writes it who has never heard of Slipway, served from its own folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost
from runner import ROOT, Runner, Serving

import assembly


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's folder: its own code and model, and what `cdk synth` writes by default."""
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copy(Path(__file__).with_name("stranger") / "app.py", folder)
    data = np.arange(40, dtype=float).reshape(20, 2)
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(data, label=data[:, 0]), num_boost_round=3)
    booster.save_model(folder / "xgboost-model.ubj")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "xgboost-model.ubj", arcname="xgboost-model")
    subprocess.run(
        [ROOT / "node_modules" / ".bin" / "cdk", "synth", "--quiet", "--app", f"{sys.executable} app.py"],
        cwd=folder,
        env={**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true"},
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def stranger(synthesized: Path, tmp_path: Path) -> Runner:
    return Runner(shutil.copytree(synthesized, tmp_path / "stranger"))


def change(stranger: Runner, old: str, new: str) -> None:
    template = stranger.folder / "cdk.out" / "Prices.template.json"
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new))


def test_it_is_synthesized_as_cdk_does_by_default(synthesized: Path) -> None:
    loaded = assembly.load(synthesized / "cdk.out")
    assert loaded.unknown_types == [
        "AWS::CDK::Metadata",
        "AWS::DynamoDB::Table",
        "AWS::EC2::EIP",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::SQS::Queue",
    ]
    environment = loaded.endpoint("Endpoint").model.containers[0].environment
    assert environment == {"VERBOSE": "true", "N": "2"}


def test_it_is_served_from_its_own_folder_and_answers(stranger: Runner) -> None:
    serving = Serving(stranger)
    try:
        booster = xgboost.Booster(model_file=stranger.folder / "xgboost-model.ubj")
        [expected] = booster.predict(xgboost.DMatrix(np.array([[6.0, 7.0]])))
        assert float(serving.invoke(b"6,7\n")) == pytest.approx(float(expected))
        for name in ("Endpoint", "prices-endpoint"):
            code, out, err = stranger.run("invoke", name, "--row", "6,7")
            assert (code, err) == (0, "")
            assert float(out) == pytest.approx(float(expected))
        told = serving.errors()
        assert "unknown types, not needed: AWS::CDK::Metadata, AWS::DynamoDB::Table" in told
        undecided = "done: what depends on the document of arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
        assert told.count(undecided) == 1
    finally:
        assert serving.end(signal.SIGINT) == 0


def test_an_image_of_another_version_is_refused_with_the_way_to_serve_it(stranger: Runner) -> None:
    change(stranger, "sagemaker-xgboost:3.2-0", "sagemaker-xgboost:1.7-1")
    code, out, err = stranger.run("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert "the stand-in for sagemaker-xgboost has version 3.2-0; `serve --any-version` uses" in err


def test_a_role_without_rights_is_denied_its_image(stranger: Runner) -> None:
    change(stranger, "policy/AmazonSageMakerFullAccess", "policy/AWSLambdaBasicExecutionRole")
    code, out, err = stranger.run("serve", "--port", "0")
    assert (code, out) == (1, "")
    assert "is not authorized to perform: ecr:GetAuthorizationToken because no identity-based policy" in err
    assert "Prices/Endpoint signs in to the registry; to allow it, add to the identity-based policy: {" in err


def test_a_variable_of_the_model_that_needs_an_unknown_resource_is_refused_by_name(stranger: Runner) -> None:
    template = json.loads((stranger.folder / "cdk.out" / "Prices.template.json").read_text())
    [queue] = [name for name, one in template["Resources"].items() if one["Type"] == "AWS::SQS::Queue"]
    change(stranger, '"VERBOSE": true', f'"QUEUE": {{"Ref": "{queue}"}}')
    code, out, err = stranger.run("serve", "--port", "0")
    assert (code, out) == (1, "")
    unknown = f"it refers to {queue}, of a type that the runner does not support, AWS::SQS::Queue"
    assert err == f"error: Prices/Model (AWS::SageMaker::Model): {unknown}\n"


def test_an_archive_of_this_project_that_was_changed_after_synthesis_is_refused(stranger: Runner) -> None:
    [archive] = (stranger.folder / "cdk.out").glob("asset.*.gz")
    archive.write_bytes(archive.read_bytes()[:-4] + b"none")
    name_the_archive(stranger, "artifacts/prices/model.tar.gz")
    code, _, err = stranger.run("serve", "--port", "0")
    assert code == 1
    assert "its content does not match the asset manifest's hash" in err


def name_the_archive(stranger: Runner, name: str) -> None:
    manifest = stranger.folder / "cdk.out" / "Prices.assets.json"
    content = json.loads(manifest.read_text())
    for file in content["files"].values():
        file["displayName"] = name
    manifest.write_text(json.dumps(content))


def test_a_table_shows_what_it_declares_without_effect_here(stranger: Runner) -> None:
    serving = Serving(stranger, "-v")
    assert serving.end(signal.SIGINT) == 0
    assert "AWS::SageMaker::EndpointConfig\tProductionVariants.InstanceType\tno effect here\n" in serving.said
    assert "AWS::SQS::Queue\t\tunknown, not needed\n" in serving.said
