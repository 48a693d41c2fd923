"""What AWS's table of actions says of the policies of an assembly."""

from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from assembly_files import write_assembly

from quality.checks.iam import iam

BUCKET, OBJECT = "arn:aws:s3:::data", "arn:aws:s3:::data/*"


def policy(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "Own",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "Roles": [{"Ref": "Role"}],
        },
    }


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    },
}


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (policy("s3:GetObjects", OBJECT), "the action s3:GetObjects doesn't exist"),
        (policy("sagemaker:InvokeEndpoints", "*"), "the action sagemaker:InvokeEndpoints doesn't exist"),
        (policy("s3:ListBucket", OBJECT), "s3:ListBucket takes"),
        (policy(["s3:GetObject"], [BUCKET, OBJECT]), f"none of its actions takes the resource {BUCKET}"),
        (
            policy("s3:ListBucket", BUCKET, Condition={"StringLike": {"s3:prefixes": "churn/*"}}),
            "the condition key s3:prefixes doesn't exist",
        ),
    ],
    ids=["action", "action on *", "resource of another type", "resource for nothing", "condition key"],
)
def test_a_planted_fault_is_a_finding(tmp_path: Path, planted: dict[str, Any], said: str) -> None:
    found = [*iam(write_assembly(tmp_path / "cdk.out", {"Role": ROLE, "Policy": planted}))]

    assert {(one.tool, one.place) for one in found} == {("IAM", "Shop/Policy")}
    assert any(said in one.message for one in found)


def test_a_policy_that_says_what_aws_has_is_none(tmp_path: Path) -> None:
    good = policy(["s3:GetObject", "s3:ListBucket"], [BUCKET, OBJECT])

    assert [*iam(write_assembly(tmp_path / "cdk.out", {"Role": ROLE, "Policy": good}))] == []


def test_the_policies_of_both_environments_are_good(each: Assembly) -> None:
    assert [*iam(each.folder)] == []
