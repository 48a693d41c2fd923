"""Permissions with a wildcard or for a stranger, each rule with a near miss that is none."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared
from verdicts import broken_links, reasons

TITLE = "Weakens security"
SERVICE = {"Service": "lambda.amazonaws.com"}
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {}}


def holding(*statements: dict[str, Any], id: str = "Policy") -> Declared:
    document = {"PolicyDocument": {"Statement": list(statements)}, "Roles": [{"Ref": "Role"}]}
    return Declared({"Role": ROLE, id: {"Type": "AWS::IAM::Policy", "Properties": document}})


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


ONE = {"Fn::Sub": "${Data.Arn}/*"}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow("*", ONE), "allows the wildcard `*`"),
        (allow("s3:*", ONE), "allows the wildcard `s3:*`"),
        (allow(["s3:GetObject", "s3:Put*"], ONE), "allows the wildcard `s3:Put*`"),
        (allow("sagemaker:InvokeEndpoint", "*"), "`sagemaker:InvokeEndpoint` on the wildcard `*`"),
        (allow("iam:PassRole", "arn:aws:iam::111122223333:role/*"), "on the wildcard"),
        (allow("s3:GetObject", "arn:aws:s3:::*"), "on the wildcard"),
        (allow("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:*:*:endpoint/*"), "on the wildcard"),
        (allow("logs:PutLogEvents", {"Fn::Sub": "arn:${AWS::Partition}:logs:*:*:log-group:*"}), "wildcard"),
        (allow(["xray:PutTraceSegments", "s3:GetObject"], "*"), "on the wildcard"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": ONE}, "allows the wildcard `all but iam:*`"),
        (
            {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::a/*"},
            "on the wildcard `all but",
        ),
    ],
)
def test_an_added_wildcard_is_told(diff: Callable[..., str], statement: Any, words: str) -> None:
    told = diff(holding(), holding(statement))

    (reason,) = reasons(told, TITLE)
    assert reason.startswith("`shop` `Role`: ")
    assert words in reason
    assert not broken_links(told)


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:GetObject", ONE),
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*"], ONE),
        allow(["kms:ReEncrypt*", "kms:GenerateDataKey*"], {"Fn::GetAtt": ["Key", "Arn"]}),
        allow("s3:GetObject", "arn:aws:s3:::rows/*"),
        allow("s3:GetObject", {"Fn::Sub": "arn:${AWS::Partition}:s3:::rows-${AWS::AccountId}/in/*"}),
        allow("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/sagemaker/*"),
        allow("sagemaker:InvokeEndpoint", {"Fn::Sub": "arn:aws:sagemaker:eu-west-1:1:endpoint/shop-*"}),
        allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        allow("cloudwatch:PutMetricData", "*"),
        allow("ecr:GetAuthorizationToken", "*"),
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
)
def test_a_wildcard_within_something_named_is_none(diff: Callable[..., str], statement: Any) -> None:
    assert reasons(diff(holding(), holding(statement)), TITLE) == []


def test_a_wildcard_that_was_there_is_none(diff: Callable[..., str]) -> None:
    wide = allow("s3:*", "*")

    assert reasons(diff(holding(wide), holding(allow("sqs:SendMessage", ONE), wide)), TITLE) == []
    assert reasons(diff(holding(wide), holding(wide, id="Other")), TITLE) == []
    assert reasons(diff(holding(wide), holding()), TITLE) == []


def test_a_role_that_moves_with_its_wildcard_is_none(diff: Callable[..., str]) -> None:
    def with_role(id: str) -> Declared:
        inline = [{"PolicyName": "a", "PolicyDocument": {"Statement": [allow("s3:*", "*")]}}]
        return Declared({id: {"Type": "AWS::IAM::Role", "Properties": {"Policies": inline}}})

    assert reasons(diff(with_role("Old"), with_role("New")), TITLE) == []


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess", True),
        ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", False),
    ],
)
def test_a_managed_policy_that_allows_everything_is_told(
    changed: Callable[..., str], arn: str, told: bool
) -> None:
    assert bool(reasons(changed("AWS::IAM::Role", {}, {"ManagedPolicyArns": [arn]}), TITLE)) is told


def bucket_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Bucket": {"Ref": "Data"}, "PolicyDocument": {"Statement": list(statements)}}


@pytest.mark.parametrize(
    ("principal", "condition", "told"),
    [
        ("*", None, True),
        ({"AWS": "*"}, None, True),
        ({"AWS": "444455556666"}, None, True),
        ({"AWS": "arn:aws:iam::444455556666:root"}, None, True),
        ("*", {"Bool": {"aws:SecureTransport": "true"}}, True),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ("*", {"StringEquals": {"kms:CallerAccount": "111122223333"}}, False),
        (ROOT, None, False),
        ({"AWS": "arn:aws:iam::111122223333:role/training"}, None, False),
        ({"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}, None, False),
        (SERVICE, None, False),
    ],
)
def test_a_principal_that_may_be_anyone_is_told(
    diff: Callable[..., str], principal: Any, condition: Any, told: bool
) -> None:
    statement = allow("s3:GetObject", "*", Principal=principal)
    statement |= {"Condition": condition} if condition else {}
    sides = [
        Declared(
            {"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": bucket_policy(*statements)}},
            account="111122223333",
        )
        for statements in ((), (statement,))
    ]

    assert bool(reasons(diff(*sides), TITLE)) is told


def test_the_key_policy_that_every_key_has_is_none(diff: Callable[..., str]) -> None:
    policy = {"KeyPolicy": {"Statement": [allow("kms:*", "*", Principal=ROOT)]}, "EnableKeyRotation": True}

    assert (
        reasons(diff(Declared(), Declared({"Key": {"Type": "AWS::KMS::Key", "Properties": policy}})), TITLE)
        == []
    )


def test_trust_of_anyone_is_told(changed: Callable[..., str]) -> None:
    def trust(principal: Any) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        return {"AssumeRolePolicyDocument": {"Statement": [statement]}}

    assert reasons(changed("AWS::IAM::Role", trust(SERVICE), trust({"AWS": "*"})), TITLE)
    assert not reasons(
        changed("AWS::IAM::Role", trust(SERVICE), trust({"Service": "ec2.amazonaws.com"})), TITLE
    )


def test_a_condition_that_falls_is_told(diff: Callable[..., str]) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    under = allow("s3:GetObject", ONE, Condition=condition)

    told = diff(holding(under), holding(allow("s3:GetObject", ONE)))
    other = diff(holding(under), holding(allow("s3:PutObject", ONE)))

    assert "`s3:GetObject` is allowed without its condition" in reasons(told, TITLE)[0]
    assert reasons(other, TITLE) == []
    assert reasons(diff(holding(allow("s3:GetObject", ONE)), holding(under)), TITLE) == []


DENY = {
    "Effect": "Deny",
    "Action": "s3:*",
    "Principal": "*",
    "Resource": {"Fn::GetAtt": ["Data", "Arn"]},
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def denying(*statements: dict[str, Any], id: str = "Policy", bucket: bool = True) -> Declared:
    data = {"Data": {"Type": "AWS::S3::Bucket", "Properties": {}}} if bucket else {}
    policy = {id: {"Type": "AWS::S3::BucketPolicy", "Properties": bucket_policy(*statements)}}
    return Declared({**data, **(policy if statements else {})})


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (denying(), True),
        (denying(allow("s3:GetObject", ONE, Principal=ROOT)), True),
        (denying(DENY, id="Moved"), False),
        (denying(bucket=False), False),
    ],
    ids=["the policy goes", "the statement goes", "the policy moves", "the bucket goes, too"],
)
def test_what_is_no_longer_denied_is_told(diff: Callable[..., str], new: Declared, told: bool) -> None:
    listed = reasons(diff(denying(DENY), new), TITLE)

    assert any("`s3:*` is no longer denied to `*`" in reason for reason in listed) is told


def test_a_stack_that_is_no_longer_declared_weakens_nothing(diff: Callable[..., str]) -> None:
    assert reasons(diff({"old": denying(DENY)}, {}), TITLE) == []
