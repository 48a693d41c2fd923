"""`python -m rehearsal iam`, as people call it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT
from assembly_files import write_assembly, write_empty

from assembly.program import ended
from rehearsal.__main__ import main

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ],
}
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
CODE = "arn:aws:lambda:eu-west-1:000000000000:function:Scores"


def role(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    policies = [{"PolicyName": "Own", "PolicyDocument": document}] if statements else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": policies},
    }


def allows(action: str, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


RESOURCES: dict[str, Any] = {
    "Reader": role(READS),
    "Starter": role(allows("iam:PassRole", {"Fn::GetAtt": ["Reader", "Arn"]})),
    "Deployer": role(allows("lambda:UpdateFunctionCode", CODE)),
    "FunctionRole": role(),
    "Editor": role(allows("iam:PutRolePolicy", {"Fn::GetAtt": ["Starter", "Arn"]})),
    "Scores": {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": "Scores", "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]}},
    },
    "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
    "DataPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Data"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [allows("s3:GetObject", "arn:aws:s3:::data/public/*", Principal="*")],
            },
        },
    },
}

type Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def iam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command where an assembly was synthesized: a small one, unless another is there."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        if not (tmp_path / "cdk.out").exists():
            write_assembly(tmp_path / "cdk.out", RESOURCES)
        monkeypatch.setattr(sys, "argv", ["rehearsal", "iam", *arguments])
        code = ended(main)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out, said.err)

    return run


def test_a_question_is_answered_with_the_statement(iam: Command) -> None:
    answer = iam("can", "Reader", "s3:GetObject", "arn:aws:s3:::data/churn.txt")

    assert answer.returncode == 0
    assert answer.stdout.startswith("allowed: User: arn:aws:sts::000000000000:assumed-role/shop-reader/")
    assert "Shop/Reader" in answer.stdout


def test_a_denied_question_ends_with_1(iam: Command) -> None:
    answer = iam("can", "Reader", "s3:PutObject", "arn:aws:s3:::data/churn.txt")

    assert (answer.returncode, answer.stderr) == (1, "")
    assert "because no identity-based policy allows the s3:PutObject action" in answer.stdout


def test_a_question_about_another_accounts_bucket_is_undecided(iam: Command) -> None:
    answer = iam("can", "Reader", "s3:GetObject", "arn:aws:s3:::data-of-others/x")

    assert answer.returncode in (1, 3)
    assert not answer.stdout.startswith("allowed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("can", "Nobody", "s3:GetObject", "*"), "no role is called Nobody; expected one of"),
        (("can", "Reader", "s3:GetObject", "*", "aws:SourceIp"), "expected KEY=VALUE, got 'aws:SourceIp'"),
        (("calls", "--assembly", "nowhere"), "nowhere"),
    ],
    ids=["role", "context", "assembly"],
)
def test_what_cannot_be_asked_is_said(iam: Command, arguments: tuple[str, ...], said: str) -> None:
    answer = iam(*arguments)

    assert answer.returncode in (1, 2)
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr


def test_the_matrix_has_each_role_with_its_actions_and_resources(iam: Command) -> None:
    answer = iam("matrix", "--role", "Reader")

    assert [line.strip() for line in answer.stdout.splitlines()[1:]] == ["s3:GetObject", "s3:::data/*"]


def test_a_grant_without_a_call_or_a_reason_is_named(iam: Command) -> None:
    answer = iam("unused")

    assert answer.returncode == 1
    assert "s3:GetObject on arn:aws:s3:::data/*\n    no reason is given" in answer.stdout


def test_stacks_that_are_empty_are_named_beside_grants_that_they_may_need(
    iam: Command, tmp_path: Path
) -> None:
    write_assembly(tmp_path / "cdk.out", RESOURCES)
    write_empty(tmp_path / "cdk.out", "forecast", "no trained deepar")

    assert "Stacks of forecast are empty until trained or released" in iam("unused").stderr


def test_each_way_to_become_more_is_named(iam: Command) -> None:
    found = {tuple(line.split(": ", 1)[0].split(" -> ")) for line in iam("escalation").stdout.splitlines()}

    named = {tuple(one.rpartition("/")[2] for one in pair) for pair in found}
    assert named == {("Starter", "Reader"), ("Deployer", "FunctionRole"), ("Editor", "Starter")}


def test_what_everybody_reaches_is_named(iam: Command) -> None:
    answer = iam("reach")

    assert (
        "arn:aws:s3:::data: everybody may s3:GetObject, for whomever it calls: nothing limits it"
        in answer.stdout
    )


def test_a_call_that_is_denied_names_the_statement_to_add(iam: Command) -> None:
    answer = iam("calls")

    assert answer.returncode == 1
    grant = json.loads(answer.stdout.split("to allow it: ", 1)[1].splitlines()[0])
    assert (grant["Effect"], grant["Action"]) == ("Allow", "logs:CreateLogStream")
    assert "1 allowed, 2 denied, 0 undecided" in answer.stdout


def test_help_says_what_each_command_is_for() -> None:
    command = [sys.executable, "-m", "rehearsal", "iam", "--help"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    for question in ("calls", "can", "matrix", "unused", "escalation", "reach"):
        assert f"\n    {question}" in answer.stdout


def test_a_resource_of_another_form_is_said(iam: Command, tmp_path: Path) -> None:
    rule = {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"InstanceType": "ml.t3.medium"}}
    write_assembly(tmp_path / "cdk.out", {"Notebook": rule})

    answer = iam("calls")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("error: the people calls cannot be derived: a property is missing")
