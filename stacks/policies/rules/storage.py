"""What keeps data: buckets, repositories, keys, log groups."""

import json

from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Resource

_BUCKET = "AWS::S3::Bucket"
_KEEPS_DATA = (
    _BUCKET,
    "AWS::Cognito::UserPool",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::SageMaker::ModelPackageGroup",
)


@rule("AWS::ECR::Repository")
def repository_expires_images(repository: Resource) -> Faults:
    """A repository expires images: those without a tag, and of the tagged ones the oldest."""
    path = "LifecyclePolicy.LifecyclePolicyText"
    rules = json.loads(repository.get(path) or "{}").get("rules", [])
    expired = {one["selection"]["tagStatus"] for one in rules}
    for status in ("untagged", "tagged"):
        if not expired & {status, "any"}:
            yield path, f"expires no {status} image"


@rule(_BUCKET)
def bucket_cleans_up(bucket: Resource) -> Faults:
    """A bucket expires old versions and abandoned uploads."""
    rules = bucket.get("LifecycleConfiguration.Rules") or []
    for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if not any(one.get(name) and one.get("Status") == "Enabled" for one in rules):
            yield "LifecycleConfiguration.Rules", f"have no {name}"


@rule(_BUCKET)
def bucket_belongs_to_its_owner(bucket: Resource) -> Faults:
    """A bucket's objects belong to its owner, whoever writes them: no access control lists."""
    rules = bucket.get("OwnershipControls.Rules") or [{}]
    if rules[0].get("ObjectOwnership") != "BucketOwnerEnforced":
        yield "OwnershipControls", "are not BucketOwnerEnforced"


@rule(_BUCKET)
def bucket_uses_our_key(bucket: Resource) -> Faults:
    """A bucket encrypts with our key, by a bucket key; but for the bucket of access logs, to which S3
    delivers with its own key only."""
    if any(
        bucket.is_named_in(one.get("LoggingConfiguration.DestinationBucketName"))
        for one in bucket.templates.of_type(_BUCKET)
    ):
        return
    rules = bucket.get("BucketEncryption.ServerSideEncryptionConfiguration") or [{}]
    default = rules[0].get("ServerSideEncryptionByDefault", {})
    if default.get("SSEAlgorithm") != "aws:kms" or not default.get("KMSMasterKeyID"):
        yield "BucketEncryption", "names no key"
    elif rules[0].get("BucketKeyEnabled") is not True:
        yield "BucketEncryption", "has no BucketKeyEnabled"


@rule(*_KEEPS_DATA, dev_may_omit=Omission.RETENTION)
def data_outlives_its_stack(resource: Resource) -> Faults:
    """What holds data, or is needed to read it, stays when its stack goes."""
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.attributes.get(name)
        if policy not in ("Retain", "RetainExceptOnCreate"):
            yield "", f"has {name} {policy}"


@rule("AWS::Logs::LogGroup")
def log_group_expires_and_is_encrypted(group: Resource) -> Faults:
    """A log group has a retention and our key."""
    for name in ("RetentionInDays", "KmsKeyId"):
        if not group.get(name):
            yield name, "is missing"
