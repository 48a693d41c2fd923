"""Permissions and openings come first, each as what is granted more or less."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared, data_rows
from protected_settings import within

BLOCKED, ORIGINS = "PublicAccessBlockConfiguration.BlockPublicAcls", "Environment.Variables.ALLOWED_ORIGINS"
ROLE = {"Type": "AWS::IAM::Role"}


def policy(*statements: dict[str, Any], id: str = "Policy") -> Declared:
    properties = {
        "PolicyDocument": {"Statement": list(statements)},
        "PolicyName": "p",
        "Roles": [{"Ref": "Role"}],
    }
    return Declared({"Role": ROLE, id: {"Type": "AWS::IAM::Policy", "Properties": properties}})


def allow(actions: Any, resources: Any = "arn:bucket", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def test_one_more_action_shows_alone(diff: Callable[..., str]) -> None:
    told = diff(policy(allow(["s3:Get", "s3:List"])), policy(allow(["s3:Get", "s3:List", "s3:Put"])))

    assert data_rows(told) == [["**added**", "`Role`", "", "Allow `s3:Put`", "`arn:bucket`", ""]]
    assert "| `shop` | +1 -0 | — | — | 1 | — | — |" in told


def test_an_action_on_less_and_under_a_condition_shows_both_ways(diff: Callable[..., str]) -> None:
    narrow = allow("s3:Get", "arn:bucket/in/*", Condition={"Bool": {"aws:SecureTransport": True}})

    told = diff(policy(allow("s3:Get", "*")), policy(narrow))

    assert data_rows(told) == [
        [
            "**added**",
            "`Role`",
            "",
            "Allow `s3:Get`",
            "`arn:bucket/in/*`",
            "`Bool: {aws:SecureTransport: true}`",
        ],
        ["**removed**", "`Role`", "", "Allow `s3:Get`", "`*`", ""],
    ]


def test_the_same_grants_in_other_words_are_no_change(diff: Callable[..., str]) -> None:
    merged = policy(allow(["s3:Get", "s3:Put"], ["a", "b"]))
    single = policy(*(allow(action, resource) for resource in "ba" for action in ("s3:Put", "s3:Get")))

    assert "**Nothing changes**" in diff(merged, single)


def test_a_grant_that_moves_to_another_policy_of_the_role_is_no_permission_change(
    diff: Callable[..., str],
) -> None:
    told = diff(policy(allow("s3:Get")), policy(allow("s3:Get"), id="Other"))

    assert "### Permissions" not in told
    assert "### Added" in told
    assert "### Removed" in told


@pytest.mark.parametrize("negation", ["NotAction", "NotResource"])
def test_a_negation_is_shown_as_one(diff: Callable[..., str], negation: str) -> None:
    statement = {"Effect": "Allow", "Action": "s3:Get", "Resource": "*", negation: ["b", "a"]}
    del statement[negation.removeprefix("Not")]

    assert "`all but a, b`" in diff(policy(), policy(statement))


def test_trust_is_a_permission_of_the_principal(changed: Callable[..., str]) -> None:
    def trust(*services: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [*services]}}
        return {"AssumeRolePolicyDocument": {"Statement": [statement]}}

    told = changed("AWS::IAM::Role", trust("lambda"), trust("lambda", "ec2"))

    assert data_rows(told) == [["**added**", "`Thing`", "`Service ec2`", "Allow `sts:AssumeRole`", "", ""]]


@pytest.mark.parametrize(
    ("type", "property"),
    [
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::ECR::Repository", "RepositoryPolicyText"),
        ("AWS::ApiGateway::RestApi", "Policy"),
        ("AWS::EC2::VPCEndpoint", "PolicyDocument"),
    ],
)
def test_a_resources_own_policy_is_read_wherever_it_stands(
    changed: Callable[..., str], type: str, property: str
) -> None:
    opened = {property: {"Statement": allow("any:Thing", "*", Principal="*")}}

    told = changed(type, {property: {"Statement": []}}, opened)

    assert data_rows(told) == [["**added**", "`Thing`", "`*`", "Allow `any:Thing`", "`*`", ""]]


def test_managed_policies_and_boundaries_count(changed: Callable[..., str]) -> None:
    before = {"PermissionsBoundary": "arn:boundary"}
    after = {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}

    told = changed("AWS::IAM::Role", before, after)

    assert [row[0:4:3] for row in data_rows(told)] == [
        ["**added**", "Allow `all of the managed policy arn:aws:iam::aws:policy/AdministratorAccess`"],
        ["**removed**", "At most `what arn:boundary allows`"],
    ]


def test_a_lambda_permission_tells_who_may_call_what(diff: Callable[..., str]) -> None:
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": "arn:api",
    }
    function = {"Function": {"Type": "AWS::Lambda::Function"}}
    call = {"Call": {"Type": "AWS::Lambda::Permission", "Properties": permission}}

    told = diff(Declared(function), Declared({**function, **call}))

    assert data_rows(told)[0] == [
        "**added**",
        "`Function`",
        "`apigateway.amazonaws.com`",
        "Allow `lambda:InvokeFunction`",
        "",
        "`SourceArn: arn:api`",
    ]


@pytest.mark.parametrize(
    ("type", "old", "new", "setting"),
    [
        (
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": []},
            {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0"}]},
            "SecurityGroupIngress.CidrIp",
        ),
        ("AWS::S3::Bucket", within(BLOCKED, True), {}, BLOCKED),
        (
            "AWS::Lambda::Function",
            within(ORIGINS, "https://a"),
            within(ORIGINS, "https://a,https://b"),
            ORIGINS,
        ),
        (
            "AWS::ApiGateway::Method",
            {"AuthorizationType": "AWS_IAM"},
            {"AuthorizationType": "NONE"},
            "AuthorizationType",
        ),
        ("AWS::WAFv2::WebACL", {"Rules": ["limit"]}, {}, "Rules[0]"),
    ],
)
def test_an_opening_comes_first_and_only_once(
    changed: Callable[..., str], type: str, old: Any, new: Any, setting: str
) -> None:
    told = changed(type, old, new)

    _, _, network = told.partition("### Network and access\n")
    assert [row[1] for row in data_rows("\n## x\n" + network)].count(f"`{setting}`") == 1
    assert "### Changed in place" not in told
