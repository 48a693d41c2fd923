"""What of a statement is meaningless by AWS's service authorization reference."""

from typing import Any

import pytest
from policies import BUCKET, ID, OBJECT, REGION, ROLE, identity

from rehearsal.iam.actions import faults, find
from rehearsal.iam.overlap import NAME, overlap

GROUP = f"arn:aws:logs:{REGION}:{ID}:log-group:/aws/jobs"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ID}:endpoint/churn"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("s3:GetObject", ["s3:GetObject"]),
        ("S3:GETOBJECT", ["s3:GetObject"]),
        ("s3:GetObjectTagg*", ["s3:GetObjectTagging"]),
        ("s3:GetObjects", []),
        ("s4:GetObject", []),
        ("GetObject", []),
        ("sagemaker:InvokeEndpoint?sync", ["sagemaker:InvokeEndpointAsync"]),
    ],
)
def test_an_action_is_found_by_its_name(pattern: str, found: list[str]) -> None:
    assert [one.name for one in find(pattern)] == found


def test_an_action_knows_all_that_it_is_asked_of() -> None:
    (create,) = find("sagemaker:CreateEndpoint")

    assert [one.name for one in create.resource_types] == ["endpoint", "endpoint-config"]
    assert "aws:TagKeys" in create.condition_keys


MEANINGFUL: list[tuple[Any, Any]] = [
    ("s3:GetObject", OBJECT),
    ("s3:GetObject", f"{BUCKET}/*"),
    ("s3:*", [BUCKET, f"{BUCKET}/*"]),
    ("s3:ListBucket", BUCKET),
    ("s3:GetObject", "arn:aws:s3:::*"),
    ("s3:GetObject", "arn:aws:s3:*"),
    ("*", "arn:aws:nothing:::at/all"),
    ("ecr:GetAuthorizationToken", "*"),
    ("logs:PutLogEvents", f"{GROUP}:*"),
    ("logs:CreateLogGroup", GROUP),
    (["logs:CreateLogStream", "logs:PutLogEvents"], f"{GROUP}:*"),
    ("ec2:DescribeSubnets", "*"),
    ("iam:PassRole", ROLE),
    ("sagemaker:CreateEndpoint", [ENDPOINT, ENDPOINT.replace("endpoint/", "endpoint-config/")]),
]


@pytest.mark.parametrize(("action", "resource"), MEANINGFUL)
def test_what_actions_are_asked_of_is_no_fault(action: Any, resource: Any) -> None:
    (statement,) = identity({"Effect": "Allow", "Action": action, "Resource": resource})

    assert [*faults(statement)] == []


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"Action": "s3:GetObjects", "Resource": OBJECT}, ["the action s3:GetObjects doesn't exist"]),
    ({"Action": "s3:Fetch*", "Resource": OBJECT}, ["the action s3:Fetch* doesn't exist"]),
    ({"NotAction": "iam:PassRoles", "Resource": "*"}, ["the action iam:PassRoles doesn't exist"]),
    (
        {"Action": "s3:ListBucket", "Resource": f"{BUCKET}/*"},
        [
            "s3:ListBucket takes arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName} or "
            f"arn:${{Partition}}:s3:::${{BucketName}}, got {BUCKET}/*",
            f"none of its actions takes the resource {BUCKET}/*",
        ],
    ),
    (
        {"Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": [BUCKET, f"{BUCKET}/*"]},
        [f"none of its actions takes the resource {BUCKET}/*"],
    ),
    (
        {"Action": ["ecr:GetAuthorizationToken", "iam:PassRole"], "Resource": ROLE},
        [f"ecr:GetAuthorizationToken takes no resource but *, got {ROLE}"],
    ),
    (
        {"Action": ["logs:CreateLogGroup", "logs:PutLogEvents"], "Resource": GROUP},
        [
            "logs:PutLogEvents takes arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
            f":log-stream:${{LogStreamName}}, got {GROUP}"
        ],
    ),
    (
        {"Action": "iam:*", "Resource": ROLE, "Condition": {"StringEquals": {"iam:PassToService": "a"}}},
        ["the condition key iam:PassToService doesn't exist"],
    ),
    (
        {"Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:SourceAccountId": ID}}},
        ["the condition key aws:SourceAccountId doesn't exist"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "found"), FAULTS)
def test_what_has_no_effect_is_a_fault(declared: dict[str, Any], found: list[str]) -> None:
    (statement,) = identity({"Effect": "Allow", **declared})

    assert [*faults(statement)] == found


@pytest.mark.parametrize(
    "key",
    [
        "aws:SourceAccount",
        "AWS:sourcearn",
        "aws:PrincipalTag/team",
        "kms:ViaService",
        "kms:EncryptionContext:aws:s3:arn",
        "iam:PassedToService",
        "s3:prefix",
        "cognito-identity.amazonaws.com:aud",
    ],
)
def test_a_key_that_exists_is_no_fault(key: str) -> None:
    declared = {"Action": ["s3:ListBucket", "kms:Decrypt"], "Resource": "*"}
    (statement,) = identity({"Effect": "Allow", **declared, "Condition": {"StringLike": {key: "a"}}})

    assert [*faults(statement)] == []


def test_a_key_may_have_another_prefix_than_the_service_of_its_action() -> None:
    on_changes = {"StringEquals": {"catalog:ChangeType": "a"}}
    declared = {"Effect": "Allow", "Resource": "*", "Condition": on_changes}
    own, other = identity(
        {**declared, "Action": "aws-marketplace:StartChangeSet"}, {**declared, "Action": "s3:*"}
    )

    assert "the condition key catalog:ChangeType doesn't exist" not in [*faults(own)]
    assert "the condition key catalog:ChangeType doesn't exist" in [*faults(other)]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("", "", True),
        ("*", "", True),
        ("a", "", False),
        ("a*", "*b", True),
        ("a*c", "ab*", True),
        ("a*c", "b*", False),
        ("a?c", "a*c", True),
        ("a?", "a", False),
        (f"{NAME}/x", "a/*", True),
        (NAME, "a/b", False),
        (NAME, "a?b", True),
        (NAME, "*", True),
    ],
)
def test_two_patterns_may_share_a_text(one: str, other: str, shared: bool) -> None:
    assert overlap(one, other) is shared
    assert overlap(other, one) is shared
