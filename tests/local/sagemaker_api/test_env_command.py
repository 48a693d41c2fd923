"""`env`: what it prints leads AWS's clients to `serve`, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from laptop import BUCKET, Laptop
from runner import ROOT, Runner

# Each service by a call that needs no arguments; one that is not served is asked for there, too.
_CALLS = """
import boto3, json
from botocore.exceptions import ClientError
said = {
    "arn": boto3.client("sts").get_caller_identity()["Arn"],
    "role": boto3.client("iam").get_role(RoleName="slipway-dev-role")["Role"]["Arn"],
    "buckets": [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]],
    "endpoints": [one["EndpointName"] for one in boto3.client("sagemaker").list_endpoints()["Endpoints"]],
}
try:
    boto3.client("ec2").describe_instances()
except ClientError as error:
    said["ec2"] = error.response["Error"]["Code"]
print(json.dumps(said))
"""

# What notebooks begin with; the SDK makes the address of STS itself.
_OF_THE_SDK = """
import boto3, json
from sagemaker.core.helper.session_helper import Session, get_execution_role
session = Session()
buckets = [session.default_bucket(), Session().default_bucket()]
print(json.dumps([get_execution_role(), *buckets, session.account_id()]))
"""


def test_the_variables_lead_boto3_to_what_is_served(laptop: Laptop, tmp_path: Path) -> None:
    profile = tmp_path / "config"
    profile.write_text("[default]\nregion = us-west-2\nendpoint_url = http://127.0.0.1:1\n[profile other]\n")
    code, out, err = laptop.runner.run("env")
    assert (code, err) == (0, "")

    said = run_in_shell(
        out,
        _CALLS,
        HOME=str(tmp_path),
        AWS_CONFIG_FILE=str(profile),
        AWS_PROFILE="other",
        AWS_ENDPOINT_URL_S3="http://127.0.0.1:1",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
        AWS_SESSION_TOKEN="of another account",
    )

    assert said["arn"] == "arn:aws:sts::000000000000:assumed-role/slipway-dev-role/local"
    assert said["role"] == "arn:aws:iam::000000000000:role/slipway-dev-role"
    assert BUCKET in said["buckets"]
    assert "slipway-dev-shop" in said["endpoints"]
    assert said["ec2"] == "UnknownOperationException"


def run_in_shell(exports: str, program: str, **variables: str) -> Any:
    """What a Python program prints, as JSON, in a shell that has run these lines first."""
    answer = subprocess.run(
        ["/bin/bash", "-euc", f'{exports}\n"$PYTHON" -c "$PROGRAM"'],
        env={"PATH": os.environ["PATH"], "PYTHON": sys.executable, "PROGRAM": program, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_sdk_finds_its_role_and_default_bucket(laptop: Laptop, tmp_path: Path) -> None:
    out = laptop.runner.run("env")[1]
    role, bucket, again, account = run_in_shell(out, _OF_THE_SDK, HOME=str(tmp_path))

    assert role == "arn:aws:iam::000000000000:role/slipway-dev-role"
    assert bucket == again == "sagemaker-eu-west-1-000000000000"
    assert account == "000000000000"


def test_folders_of_botocore_that_are_set_stay(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    def folders() -> list[str]:
        lines = laptop.runner.run("env")[1].splitlines()
        return next(line for line in lines if "AWS_DATA_PATH=" in line).partition("=")[2].split(":")

    monkeypatch.setenv("AWS_DATA_PATH", "/models")
    own, other = folders()
    assert other == "/models"
    monkeypatch.setenv("AWS_DATA_PATH", f"{own}:/models")
    assert folders() == [own, "/models"]


def test_serve_prints_the_line_that_sets_them(laptop: Laptop) -> None:
    assert f'eval "$({ROOT}/.venv/bin/slipway env)"' in laptop.said


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    code, out, err = Runner(tmp_path).run("env")
    assert (code, out) == (1, "")
    assert "no endpoint is being served; start it with:" in err


def test_the_sdk_does_not_ask_what_a_role_may_do(laptop: Laptop) -> None:
    assert "export SAGEMAKER_VALIDATE_ROLE=false" in laptop.runner.run("env")[1]


@pytest.mark.parametrize("line", ["unset AWS_PROFILE", "export AWS_CONFIG_FILE=/dev/null"])
def test_no_profile_is_read(laptop: Laptop, line: str) -> None:
    assert line in laptop.runner.run("env")[1]


def test_the_sdk_is_told_to_tell_nobody(laptop: Laptop) -> None:
    out = laptop.runner.run("env")[1]
    settings = next(line for line in out.splitlines() if "SAGEMAKER_USER_CONFIG_OVERRIDE" in line)
    content = yaml.safe_load(Path(settings.partition("=")[2]).read_text())
    assert content["SageMaker"]["PythonSDK"]["Modules"] == {"TelemetryOptOut": True}
