"""Policies as AWS's pages show them, with the requests that they are explained by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from policies import (
    BUCKET,
    ID,
    KEY,
    OBJECT,
    REGION,
    ROLE,
    ROOT,
    account,
    allow,
    deny,
    resource,
    role,
    statements,
    trust,
)

from rehearsal.iam import Account, PolicyKind, Request, Role, Verdict, evaluate

ALLOWED, DENIED, UNDECIDED = Verdict
GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
S3_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide"
EVERYBODY = {"Principal": "*"}
TOPIC = f"arn:aws:sns:{REGION}:{ID}:topic"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ID}:secret:db-abc"
KEYS = {KEY: statements(PolicyKind.KEY, allow("kms:*", Principal={"AWS": ROOT}))}


@dataclass(frozen=True)
class Asked:
    """A request, and what the page says of it."""

    action: str
    on: str
    verdict: Verdict
    context: Mapping[str, Any] | None = None
    by: str = ROLE


def of_bucket(*policy: Any) -> Account:
    return account(role(allow("s3:*")), resource_policies={BUCKET: resource(*policy)})


def tagged(tags: Mapping[str, str], of_resource: Mapping[str, str]) -> Account:
    same = {"StringEquals": {"aws:ResourceTag/access-project": "${aws:PrincipalTag/access-project}"}}
    return account(
        role(allow("secretsmanager:GetSecretValue", Condition=same), tags=tags), tags={SECRET: of_resource}
    )


def trusted(**conditions: Any) -> Account:
    policy = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
    }
    one = Role(ROLE, "job", trust=trust({**policy, "Condition": conditions}))
    return Account(ID, "aws", REGION, roles={ROLE: one})


OTHER_REGIONS = {
    "Effect": "Deny",
    "NotAction": ["cloudfront:*", "iam:*", "support:*"],
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-west-3"]}},
}
NO_MFA = {"Effect": "Deny", "NotAction": ["iam:CreateVirtualMFADevice"], "Resource": "*"}
FROM_BUCKET = {"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": ID}}
HOME = {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:PrincipalTag/name}/*"]}}
TAGS = {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]}}

EXAMPLES: list[tuple[str, str, Account, list[Asked]]] = [
    ("other Regions are denied", f"{GUIDE}/reference_policies_examples_aws_deny-requested-region.html",
     account(role(allow("*"), OTHER_REGIONS)),
     [Asked("s3:GetObject", OBJECT, ALLOWED),
      Asked("s3:GetObject", OBJECT, DENIED, {"aws:RequestedRegion": "us-east-1"}),
      Asked("iam:GetRole", ROLE, ALLOWED, {"aws:RequestedRegion": "us-east-1"})]),
    ("long-term credentials without MFA are denied by BoolIfExists", f"{GUIDE}/reference_policies_condition-keys.html",
     account(role(allow("*"), {**NO_MFA, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}})),
     [Asked("s3:GetObject", OBJECT, DENIED, {"aws:MultiFactorAuthPresent": "false"}),
      Asked("s3:GetObject", OBJECT, ALLOWED, {"aws:MultiFactorAuthPresent": "true"}),
      Asked("iam:CreateVirtualMFADevice", f"arn:aws:iam::{ID}:mfa/a", ALLOWED, {"aws:MultiFactorAuthPresent": "false"}),
      Asked("s3:GetObject", OBJECT, UNDECIDED)]),
    ("a bucket is used from one VPC endpoint only", f"{S3_GUIDE}/example-bucket-policies-vpc-endpoint.html",
     of_bucket(deny("s3:*", [BUCKET, f"{BUCKET}/*"], **EVERYBODY, Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
     [Asked("s3:GetObject", OBJECT, DENIED),
      Asked("s3:GetObject", OBJECT, DENIED, {"aws:SourceVpce": "vpce-2"})]),
    ("HTTPS is required", f"{S3_GUIDE}/example-bucket-policies.html",
     of_bucket(deny("s3:*", [BUCKET, f"{BUCKET}/*"], **EVERYBODY, Condition={"Bool": {"aws:SecureTransport": "false"}})),
     [Asked("s3:GetObject", OBJECT, ALLOWED),
      Asked("s3:GetObject", OBJECT, DENIED, {"aws:SecureTransport": "false"}),
      Asked("s3:ListBucket", BUCKET, DENIED, {"aws:SecureTransport": "false"})]),
    ("objects have to be encrypted", f"{S3_GUIDE}/amazon-s3-policy-keys.html",
     of_bucket(deny("s3:PutObject", f"{BUCKET}/*", **EVERYBODY,
                    Condition={"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}})),
     [Asked("s3:PutObject", OBJECT, DENIED),
      Asked("s3:PutObject", OBJECT, ALLOWED, {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY}),
      Asked("s3:GetObject", OBJECT, ALLOWED)]),
    ("everybody lists a folder of their own", f"{GUIDE}/reference_policies_examples_s3_home-directory-console.html",
     account(role(allow("s3:ListBucket", BUCKET, Condition=HOME), tags={"name": "churn"})),
     [Asked("s3:ListBucket", BUCKET, ALLOWED, {"s3:prefix": ""}),
      Asked("s3:ListBucket", BUCKET, ALLOWED, {"s3:prefix": "home/churn/a"}),
      Asked("s3:ListBucket", BUCKET, DENIED, {"s3:prefix": "home/bank/a"}),
      Asked("s3:ListBucket", BUCKET, DENIED)]),
    ("the tags of a secret are the role's", f"{GUIDE}/tutorial_attribute-based-access-control.html",
     tagged({"access-project": "peg"}, {"access-project": "peg"}), [Asked("secretsmanager:GetSecretValue", SECRET, ALLOWED)]),
    ("the tags of a secret are another's", f"{GUIDE}/tutorial_attribute-based-access-control.html",
     tagged({"access-project": "peg"}, {"access-project": "uni"}), [Asked("secretsmanager:GetSecretValue", SECRET, DENIED)]),
    ("a secret or a role has no tag", f"{GUIDE}/tutorial_attribute-based-access-control.html",
     tagged({}, {}), [Asked("secretsmanager:GetSecretValue", SECRET, DENIED)]),
    ("tag keys are limited, and may be missing", f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html",
     account(role(allow("s3:PutBucketTagging", BUCKET, Condition=TAGS))),
     [Asked("s3:PutBucketTagging", BUCKET, ALLOWED, {"aws:TagKeys": ("environment",)}),
      Asked("s3:PutBucketTagging", BUCKET, DENIED, {"aws:TagKeys": ("environment", "owner")}),
      Asked("s3:PutBucketTagging", BUCKET, ALLOWED)]),
    ("tag keys are limited, and have to be there", f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html",
     account(role(allow("s3:PutBucketTagging", BUCKET, Condition={**TAGS, "Null": {"aws:TagKeys": "false"}}))),
     [Asked("s3:PutBucketTagging", BUCKET, ALLOWED, {"aws:TagKeys": ("environment",)}),
      Asked("s3:PutBucketTagging", BUCKET, DENIED)]),
    ("a role is passed to one service", f"{GUIDE}/id_roles_use_passrole.html",
     account(role(allow("iam:PassRole", f"{ROLE}*", Condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}))),
     [Asked("iam:PassRole", ROLE, ALLOWED, {"iam:PassedToService": "sagemaker.amazonaws.com"}),
      Asked("iam:PassRole", ROLE, DENIED, {"iam:PassedToService": "ec2.amazonaws.com"}),
      Asked("iam:PassRole", ROLE, DENIED)]),
    ("a key is used by one service for us", f"{KMS_GUIDE}/conditions-kms.html",
     account(role(allow("kms:Decrypt", KEY, Condition={"StringEquals": {"kms:ViaService": [f"s3.{REGION}.amazonaws.com"]}})), keys=KEYS),
     [Asked("kms:Decrypt", KEY, ALLOWED, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
      Asked("kms:Decrypt", KEY, DENIED, {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}),
      Asked("kms:Decrypt", KEY, DENIED)]),
    ("a topic takes the events of one bucket", f"{S3_GUIDE}/grant-destinations-permissions-to-s3.html",
     account(role(), resource_policies={TOPIC: resource(allow("SNS:Publish", TOPIC, Principal={"Service": "s3.amazonaws.com"}, Condition=FROM_BUCKET))}),
     [Asked("sns:Publish", TOPIC, ALLOWED, {"aws:SourceArn": BUCKET, "aws:SourceAccount": ID}, "s3.amazonaws.com"),
      Asked("sns:Publish", TOPIC, DENIED, {"aws:SourceArn": f"{BUCKET}2", "aws:SourceAccount": ID}, "s3.amazonaws.com"),
      Asked("sns:Publish", TOPIC, DENIED, {"aws:SourceArn": BUCKET, "aws:SourceAccount": "999999999999"}, "s3.amazonaws.com"),
      Asked("sns:Publish", TOPIC, DENIED, {}, "s3.amazonaws.com")]),
    ("a service assumes a role for one account", f"{GUIDE}/confused-deputy.html",
     trusted(ArnLike={"aws:SourceArn": f"arn:aws:sagemaker:{REGION}:{ID}:*"}, StringEquals={"aws:SourceAccount": ID}),
     [Asked("sts:AssumeRole", ROLE, ALLOWED, {"aws:SourceAccount": ID, "aws:SourceArn": f"arn:aws:sagemaker:{REGION}:{ID}:training-job/a"}, "sagemaker.amazonaws.com"),
      Asked("sts:AssumeRole", ROLE, DENIED, {"aws:SourceAccount": ID}, "sagemaker.amazonaws.com")]),
    ("a boundary limits what a policy allows", f"{GUIDE}/access_policies_boundaries.html",
     account(role(allow("iam:CreateUser"), boundary=statements(PolicyKind.BOUNDARY, allow(["s3:*", "cloudwatch:*", "ec2:*"])))),
     [Asked("iam:CreateUser", f"arn:aws:iam::{ID}:user/a", DENIED)]),
    ("only the organization's accounts", f"{GUIDE}/reference_policies_condition-keys.html",
     of_bucket(deny("s3:*", f"{BUCKET}/*", **EVERYBODY, Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-xxxxxxxxxxx"}})),
     [Asked("s3:GetObject", OBJECT, ALLOWED, {"aws:PrincipalOrgID": "o-xxxxxxxxxxx"}),
      Asked("s3:GetObject", OBJECT, DENIED, {"aws:PrincipalOrgID": "o-other"}),
      Asked("s3:GetObject", OBJECT, UNDECIDED)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "asked"),
    [(row[2], asked) for row in EXAMPLES for asked in row[3]],
    ids=[f"{row[0]}-{index}" for row in EXAMPLES for index, _ in enumerate(row[3])],
)
def test_an_example_is_decided_as_its_page_says(policies: Account, asked: Asked) -> None:
    decision = evaluate(policies, Request(asked.by, asked.action, asked.on, asked.context or {}))

    assert decision.verdict is asked.verdict, decision
