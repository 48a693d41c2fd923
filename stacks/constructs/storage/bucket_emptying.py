"""The CDK's handler that empties buckets before they are deleted: the one custom resource that we accept."""

from typing import cast

from aws_cdk import CfnResource, Stack
from aws_cdk.aws_logs import CfnLogGroup

from stacks.constructs.operations.log_groups import LogGroups
from stacks.policies.acknowledgement import acknowledge

_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_ONCE = "the CDK's handler runs at deployments only, called by CloudFormation"
_ACCEPTED = {
    "CKV_AWS_115": f"{_ONCE}: one call a bucket, so there is no concurrency to reserve",
    "CKV_AWS_116": f"{_ONCE}, which hears of a failure by itself: a dead letter would have no reader",
    "CKV_AWS_117": f"{_ONCE}: it calls S3 in an environment that has no VPC",
    "W3005": f"{_ONCE}: that the handler waits for its role twice over is how the CDK writes it",
}


def tidy_bucket_emptying(stack: Stack, logs: LogGroups) -> None:
    """Give the handler of a stack's auto-deleted buckets a log group that goes with the stack."""
    provider = stack.node.find_child(_PROVIDER)
    handler = cast(CfnResource, provider.node.find_child("Handler"))
    group = logs.group(stack, "BucketEmptyingLogs")
    handler.add_property_override("LoggingConfig.LogGroup", cast(CfnLogGroup, group.node.default_child).ref)
    for finding, reason in _ACCEPTED.items():
        acknowledge(handler, finding, reason)
