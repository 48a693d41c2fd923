"""Mistakes that people report of first deployments, planted into the templates."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from planted import Change, Template, planted, policy, properties, without

from rehearsal.iam.rehearsal import Rehearsal
from rehearsal.iam.use import decisions

JOB, JOB_POLICY = "JobRole014917C6", "JobRoleDefaultPolicy5DE0D8F9"
PIPELINE_POLICY = "PipelineRoleDefaultPolicyC7A05455"
TRAINING, FOUNDATION = "churn-training", "foundation"


def conditioned(logical_id: str, action: str, condition: dict[str, Any]) -> Change:
    return lambda template: policy(template, logical_id, action).update(Condition=condition)


def on(logical_id: str, action: str, resource: str) -> Change:
    return lambda template: policy(template, logical_id, action).update(Resource=resource)


def bounded(template: Template) -> None:
    """A boundary that leaves out the key."""
    template["Resources"]["Boundary"] = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": ["s3:*", "logs:*", "ecr:*", "ec2:*"], "Resource": "*"}
                ],
            }
        },
    }
    properties(template, JOB)["PermissionsBoundary"] = {"Ref": "Boundary"}


def for_the_deployer_only(template: Template) -> None:
    """A bucket that nobody reads but who deploys."""
    document = properties(template, "DataBucketPolicy3231C704")["PolicyDocument"]
    document["Statement"].append(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["DataBucketE3889A50", "Arn"]}, "/*"]]},
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deployer"}},
        }
    )


def endpoint_without_lists(template: Template) -> None:
    [endpoint] = [id for id in template["Resources"] if id.startswith("NetworkS3")]
    properties(template, endpoint)["PolicyDocument"]["Statement"][0]["Action"] = [
        "s3:GetObject",
        "s3:PutObject",
    ]


TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
WITH_ACL = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
NO_IDENTITY = "because no identity-based policy allows the {} action"
# Environment, stack, the mistake, the action that is denied, and how the sentence ends.
MISTAKES: dict[str, tuple[str, str, Change, str, str]] = {
    "a job may not grant the key of its volumes": (
        "dev",
        TRAINING,
        without(JOB_POLICY, "kms:CreateGrant"),
        "kms:CreateGrant",
        NO_IDENTITY,
    ),
    "a role is passed to another service": (
        "dev",
        TRAINING,
        conditioned(PIPELINE_POLICY, "iam:PassRole", TO_LAMBDA),
        "iam:PassRole",
        NO_IDENTITY,
    ),
    "a bucket denies everybody but the deployer": (
        "dev",
        FOUNDATION,
        for_the_deployer_only,
        "s3:GetObject",
        "with an explicit deny in a resource-based policy",
    ),
    "the VPC's endpoint lets no list through": (
        "prod",
        FOUNDATION,
        endpoint_without_lists,
        "s3:ListBucket",
        "because no VPC endpoint policy allows the {} action",
    ),
    "a role trusts SageMaker for another account": (
        "dev",
        TRAINING,
        conditioned(JOB, "sts:AssumeRole", {"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        "sts:AssumeRole",
        "because no role trust policy allows the {} action",
    ),
    "a wildcard does not reach the objects": (
        "dev",
        TRAINING,
        on(JOB_POLICY, "s3:GetObject", "arn:aws:s3:::*/churn/input"),
        "s3:GetObject",
        NO_IDENTITY,
    ),
    "a condition asks for a key that the call does not carry": (
        "dev",
        TRAINING,
        conditioned(JOB_POLICY, "s3:PutObject", WITH_ACL),
        "s3:PutObject",
        NO_IDENTITY,
    ),
    "a boundary leaves out the key": (
        "dev",
        TRAINING,
        bounded,
        "kms:Decrypt",
        "because no permissions boundary allows the {} action",
    ),
    "the log group has another name": (
        "dev",
        TRAINING,
        on(JOB_POLICY, "logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/sagemaker/Jobs:*"),
        "logs:PutLogEvents",
        NO_IDENTITY,
    ),
    "logs may not use the key": (
        "dev",
        FOUNDATION,
        lambda template: properties(template, "Key961B73FD")["KeyPolicy"]["Statement"].pop(1),
        "kms:Encrypt",
        "because no resource-based policy allows the {} action",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_found_with_its_sentence(
    mistake: str, assembly: Callable[[str], Assembly], tmp_path: Path
) -> None:
    environment, stack, change, action, reason = MISTAKES[mistake]

    changed = Rehearsal(planted(assembly(environment).folder, tmp_path, stack, change))
    denied = [
        (call.request.action, decision.reason)
        for call, decision in decisions(changed.account, changed.calls)
        if not decision.allowed
    ]

    assert (action, reason.format(action)) in denied
    assert {one for one, _ in denied} <= {action, *_TOGETHER.get(mistake, ())}


# What the same mistake takes away besides.
_TOGETHER = {
    "a boundary leaves out the key": ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey"),
    "a condition asks for a key that the call does not carry": ("s3:AbortMultipartUpload",),
    "the log group has another name": (
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
    ),
    "the VPC's endpoint lets no list through": ("s3:AbortMultipartUpload",),
    "logs may not use the key": (
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ),
}
