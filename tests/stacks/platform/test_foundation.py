"""The foundation: what its key, buckets and repository let through, and what outlives it."""

import json
from typing import Any

import pytest
from assemblies import Assembly
from declared import only, resources, text

from stacks.constructs.model.build_context import image_sources
from stacks.setting_parts import LONGEST_JOB_DAYS

IMAGES = [one.name for one in image_sources()]


def builds(env: str) -> list[str]:
    """Where CodePipeline puts what each build is given: the first 20 characters of its name."""
    return [f"slipway-{env}-{one.name}-image"[:20] + "/" for one in image_sources()]


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("foundation")


def buckets(template: Any) -> dict[str, Any]:
    """Data and artifact buckets, and the one that keeps their access logs, by construct."""
    found = {
        logical_id.rstrip("0123456789ABCDEF"): one["Properties"]
        for logical_id, one in template["Resources"].items()
        if one["Type"] == "AWS::S3::Bucket"
    }
    assert set(found) == {"DataBucket", "ArtifactBucket", "AccessLogBucket"}
    return found


def test_the_key_rotates(template: Any) -> None:
    assert only(template, "AWS::KMS::Key")["Properties"]["EnableKeyRotation"] is True


def test_cloudwatch_logs_may_use_the_key_for_groups_of_this_account_only(template: Any) -> None:
    statements = only(template, "AWS::KMS::Key")["Properties"]["KeyPolicy"]["Statement"]
    [logs] = [one for one in statements if "ArnLike" in one.get("Condition", {})]
    assert text(logs["Principal"]["Service"]) == "logs.eu-central-1.${AWS::URLSuffix}"
    assert text(logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]) == (
        "arn:aws:logs:eu-central-1:${AWS::AccountId}:log-group:*"
    )


def test_api_gateway_writes_logs_with_one_role_for_the_account(template: Any) -> None:
    role = text(only(template, "AWS::ApiGateway::Account")["Properties"]["CloudWatchRoleArn"])
    [trust] = [
        one["Properties"]
        for logical_id, one in template["Resources"].items()
        if role == f"${{{logical_id}.Arn}}"
    ]
    assert trust["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "Service": "apigateway.amazonaws.com"
    }


def test_every_bucket_is_private_owned_and_versioned(template: Any) -> None:
    for bucket in buckets(template).values():
        assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
            ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
        )
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_every_bucket_refuses_what_does_not_come_over_tls(template: Any) -> None:
    policies = resources(template, "AWS::S3::BucketPolicy")
    assert len(policies) == len(buckets(template))
    for policy in policies:
        [denied] = [
            one for one in policy["Properties"]["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"
        ]
        assert denied["Action"] == "s3:*"
        assert denied["Principal"] == {"AWS": "*"}
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_data_and_artifacts_are_encrypted_with_our_key_and_log_who_reads_them(template: Any) -> None:
    found = buckets(template)
    logs = found.pop("AccessLogBucket")
    for name, bucket in found.items():
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"] is True
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert "Key" in text(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
        assert bucket["LoggingConfiguration"]["LogFilePrefix"] == f"{name}/"
    [rule] = logs["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_old_versions_half_uploads_and_logs_expire_but_data_does_not(each: Assembly) -> None:
    for name, bucket in buckets(each.template("foundation")).items():
        rule, *passing = bucket["LifecycleConfiguration"]["Rules"]
        expected = ["capture/", "checkpoints/", *builds(each.env)] if name == "ArtifactBucket" else []
        assert [one["Prefix"] for one in passing] == expected
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
        assert rule.get("ExpirationInDays") == (365 if name == "AccessLogBucket" else None)


def test_checkpoints_outlive_the_longest_job_and_not_by_much(each: Assembly) -> None:
    bucket = buckets(each.template("foundation"))["ArtifactBucket"]
    [rule] = [one for one in bucket["LifecycleConfiguration"]["Rules"] if one.get("Prefix") == "checkpoints/"]
    assert LONGEST_JOB_DAYS < rule["ExpirationInDays"] <= LONGEST_JOB_DAYS + 7
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def repositories(template: Any) -> dict[str, Any]:
    return {
        one["Properties"]["RepositoryName"]: one["Properties"]
        for one in resources(template, "AWS::ECR::Repository")
    }


def test_each_image_has_a_repository_with_the_name_that_an_engineer_types(each: Assembly) -> None:
    names = [f"slipway-{each.env}-{image}" for image in IMAGES]
    assert list(repositories(each.template("foundation"))) == names


@pytest.mark.parametrize("image", IMAGES)
def test_images_are_immutable_scanned_and_encrypted(each: Assembly, image: str) -> None:
    repository = repositories(each.template("foundation"))[f"slipway-{each.env}-{image}"]
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"


@pytest.mark.parametrize("image", IMAGES)
def test_untagged_and_old_images_expire_but_released_ones_are_matched_before_them(
    each: Assembly, image: str
) -> None:
    repository = repositories(each.template("foundation"))[f"slipway-{each.env}-{image}"]
    rules = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    released, tagged, untagged = sorted(rules, key=lambda rule: int(rule["rulePriority"]))
    assert released["selection"]["tagPrefixList"] == ["release-"]
    assert released["selection"]["countNumber"] == 10_000
    assert (tagged["selection"]["tagPatternList"], tagged["selection"]["countNumber"]) == (["*"], 50)
    assert untagged["selection"]["tagStatus"] == "untagged"


@pytest.mark.parametrize("image", IMAGES)
def test_sagemaker_pulls_our_image_for_this_account_only(each: Assembly, image: str) -> None:
    repository = repositories(each.template("foundation"))[f"slipway-{each.env}-{image}"]
    [statement] = repository["RepositoryPolicyText"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert text(statement["Condition"]["StringEquals"]["aws:SourceAccount"]) == "${AWS::AccountId}"
    assert not any("Put" in action or "*" in action for action in statement["Action"])


def kept(template: Any, kind: str) -> set[str]:
    return {one["DeletionPolicy"] for one in resources(template, kind)}


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::KMS::Key", "AWS::ECR::Repository"])
def test_prod_keeps_data_and_dev_leaves_nothing_behind(dev: Assembly, prod: Assembly, kind: str) -> None:
    assert kept(prod.template("foundation"), kind) == {"Retain"}
    assert kept(dev.template("foundation"), kind) == {"Delete"}


def test_only_dev_empties_what_it_destroys(dev: Assembly, prod: Assembly) -> None:
    assert len(resources(dev.template("foundation"), "Custom::S3AutoDeleteObjects")) == 3
    assert resources(prod.template("foundation"), "Custom::S3AutoDeleteObjects") == []
    emptied = [one.get("EmptyOnDelete") for one in repositories(dev.template("foundation")).values()]
    kept_full = [one.get("EmptyOnDelete") for one in repositories(prod.template("foundation")).values()]
    assert set(emptied) == {True}
    assert not any(kept_full)
