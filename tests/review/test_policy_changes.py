"""A change of policies is told in words, and so is each call that it denies."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared, write

from assembly import load
from assembly.errors import AssemblyError
from rehearsal.iam.changes import Side, told
from review import policies
from review.report import report

ACCOUNT, REGION = "111122223333", "eu-central-1"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/churn"
INVOKE = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": ENDPOINT}


def trusts(service: str, **condition: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
        **condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(
    *statements: Mapping[str, Any], name: str = "job", service: str = "sagemaker.amazonaws.com"
) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    inline = [{"PolicyName": "own", "PolicyDocument": document}] if statements else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": name, "AssumeRolePolicyDocument": trusts(service), "Policies": inline},
    }


def lists(*prefixes: str) -> dict[str, Any]:
    under = {"Condition": {"StringLike": {"s3:prefix": [*prefixes]}}} if prefixes else {}
    return {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data", **under}


def reads(*keys: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::data/{one}" for one in keys],
    }


BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "FunctionName": "predict",
        "Runtime": "python3.12",
        "Handler": "handler.handler",
        "Code": {"ZipFile": "pass"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Environment": {"Variables": {"ENDPOINT_NAME": "churn"}},
    },
}


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., list[str]]:
    def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        found = told(*(side(tmp_path / name, one) for name, one in (("old", old), ("new", new))))["changes"]
        assert isinstance(found, list)
        return found

    return compare


def side(folder: Path, resources: Mapping[str, Any]) -> Side:
    return Side.of(load(write(folder, {STACK: Declared({"Bucket": BUCKET, **resources}, account=ACCOUNT)})))


Resources = Mapping[str, Any]
TABLE: list[tuple[str, Resources, Resources, list[str]]] = [
    ("nothing", {"Role": role(reads("churn/*"))}, {"Role": role(reads("churn/*"))}, []),
    ("a grant more", {"Role": role(reads("churn/*"))}, {"Role": role(reads("churn/*", "bank/*"))},
     ["the role `shop/Role` can now read `bank/*` in `shop/Bucket`"]),
    ("a grant less", {"Role": role(reads("churn/*", "bank/*"))}, {"Role": role(reads("churn/*"))},
     ["the role `shop/Role` can no longer read `bank/*` in `shop/Bucket`"]),
    ("written otherwise", {"Role": role(reads("churn/*"), reads("bank/*"))}, {"Role": role(reads("bank/*", "churn/*"))}, []),
    ("already granted by another", {"Role": role(reads("*"))}, {"Role": role(reads("*", "bank/*"))}, []),
    ("a denial", {"Role": role(reads("churn/*"))},
     {"Role": role(reads("churn/*"), {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})},
     ["the role `shop/Role` can no longer read `churn/*` in `shop/Bucket`"]),
    ("a bucket's denial", {"Role": role(reads("churn/*"))},
     {"Role": role(reads("churn/*")), "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
         "Bucket": {"Ref": "Bucket"},
         "PolicyDocument": {"Version": "2012-10-17", "Statement": [
             {"Effect": "Deny", "Action": "s3:GetObject", "Principal": "*", "Resource": "arn:aws:s3:::data/*"}]}}}},
     ["the role `shop/Role` can no longer read `churn/*` in `shop/Bucket`"]),
    ("several words", {"Role": role()},
     {"Role": role({"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:GetObjectTagging"], "Resource": "arn:aws:s3:::data/a"})},
     ["the role `shop/Role` can now read and write and call `s3:GetObjectTagging` on `a` in `shop/Bucket`"]),
    ("another service", {"Role": role()}, {"Role": role(service="lambda.amazonaws.com")},
     ["the service `lambda.amazonaws.com` can now assume `shop/Role`",
      "the service `sagemaker.amazonaws.com` can no longer assume `shop/Role`"]),
    ("a new role", {}, {"Role": role(reads("churn/*"))},
     ["the role `shop/Role`, which is new, can now read `churn/*` in `shop/Bucket`",
      "the service `sagemaker.amazonaws.com` can now assume `shop/Role`"]),
    ("a role that is gone", {"Role": role(reads("churn/*"))}, {}, []),
    ("everything", {"Role": role()}, {"Role": role({"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"})},
     ["the role `shop/Role` can now call `ecr:GetAuthorizationToken` on everything"]),
    ("under a condition", {"Role": role()},
     {"Role": role({"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/x",
                    "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}})},
     ["the role `shop/Role` can now pass `role/x`"]),
    ("another value of a condition", {"Role": role(lists("churn/*"))}, {"Role": role(lists("churn", "churn/*", "bank/*"))},
     ["the role `shop/Role` can now list `shop/Bucket` where `s3:prefix` is `bank/*`, `shop/Bucket` where `s3:prefix` is `churn`"]),
    ("a condition more", {"Role": role(lists())}, {"Role": role(lists("churn/*"))},
     ["the role `shop/Role` can no longer list `shop/Bucket` except under conditions"]),
    ("a condition less", {"Role": role(lists("churn/*"))}, {"Role": role(lists())},
     ["the role `shop/Role` can now list `shop/Bucket` without conditions"]),
    ("versions, which are no reading", {"Role": role(reads("churn/*"))},
     {"Role": role(reads("churn/*"), {**reads("churn/*"), "Action": "s3:GetObjectVersion"})},
     ["the role `shop/Role` can now call `s3:GetObjectVersion` on `churn/*` in `shop/Bucket`"]),
    ("a function", {"Role": role(INVOKE), "Function": FUNCTION}, {"Role": role(), "Function": FUNCTION},
     ["the function `shop/Function` can no longer invoke `endpoint/churn`"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "sentences"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_changes_is_told(
    changed: Callable[..., list[str]], old: Resources, new: Resources, sentences: list[str]
) -> None:
    assert changed(old, new) == sentences


def kept(folder: Path, text: str) -> Path:
    path = folder / "policies.json"
    path.write_text(text)
    return path


def test_the_report_tells_it_after_the_verdict(tmp_path: Path) -> None:
    denied = {
        "made_by": "shop/Function",
        "purpose": "asks the endpoint",
        "message": "User: x is not authorized",
    }
    read = policies.read(kept(tmp_path, json.dumps({"changes": ["a can now read `b`"], "denied": [denied]})))

    lines = [line for line in report([], [], read).splitlines() if line]

    assert lines[1:7] == [
        "**Verdict: this deployment leads to calls that are denied.**",
        "**Calls that will be denied**",
        "- `shop` `Function`: it asks the endpoint. User: x is not authorized",
        "## What the policies allow",
        "- a can now read `b`",
        "**Nothing changes** in any stack: .",
    ]


def test_the_report_says_why_it_cannot_be_told(tmp_path: Path) -> None:
    read = policies.read(kept(tmp_path, '{"not told": "shop/Role: no"}'))

    assert "Cannot be told: shop/Role: no" in report([], [], read)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"changes": []}', '{"changes": [], "denied": [{}]}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AssemblyError, match=r"expected what `python -m rehearsal.iam.changes` prints, got "):
        policies.read(kept(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="No such file"):
        policies.read(tmp_path / "none.json")
