"""What the tests of steps share: a stack, and what all jobs of a pipeline in it have."""

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.pipeline.steps import Jobs
from stacks.constructs.storage.artifact import S3Prefix


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "Stack", env=Environment(region="eu-central-1"))


@pytest.fixture
def outputs(stack: Stack) -> S3Prefix:
    key = kms.Key(stack, "Key")
    return S3Prefix(s3.Bucket(stack, "Bucket", encryption_key=key), "training")


@pytest.fixture
def jobs(stack: Stack, outputs: S3Prefix) -> Jobs:
    return Jobs(
        scope=stack,
        role=ExecutionRole(stack, "JobRole", description="runs"),
        starter=ExecutionRole(stack, "Role", description="starts"),
        outputs=outputs,
        key_arn="key",
    )
