"""The role that SageMaker assumes; images, artifacts and prefixes grant it what they are."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole
from stacks.constructs.operations.log_groups import log_group_arn
from stacks.policies.acknowledgement import acknowledge, wildcard

_STREAMS = "SageMaker names the streams of a job or an instance when it starts; the group is named"


class ExecutionRole(ServiceRole):
    """A role that SageMaker may assume on behalf of this account only.

    It may write the given CloudWatch log groups (names) and nothing else until something is granted. Without
    `names_source` its trust policy names no account: the switch, should SageMaker not send one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str,
        log_groups: Sequence[str] = (),
        names_source: bool = True,
    ) -> None:
        super().__init__(
            scope,
            id,
            service="sagemaker.amazonaws.com",
            description=description,
            names_source=names_source,
        )
        if log_groups:
            self.allow_logs(log_groups)

    def allow_volumes(self, key: kms.IKey) -> None:
        """Let the volumes of jobs and instances be encrypted with the key."""
        add_statement(
            self,
            iam.PolicyStatement(
                actions=["kms:CreateGrant"],
                resources=[key.key_arn],
                conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        )
        add_statement(self, iam.PolicyStatement(actions=["kms:DescribeKey"], resources=[key.key_arn]))

    def allow_logs(self, log_groups: Sequence[str]) -> None:
        """The role may write the given CloudWatch log groups (names), too."""
        groups = [log_group_arn(self, name) for name in log_groups]
        add_statement(
            self,
            iam.PolicyStatement(
                actions=[
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                resources=[arn for group in groups for arn in (group, f"{group}:*")],
            ),
        )
        for group in groups:
            acknowledge(self, wildcard(self, f"{group}:*"), _STREAMS)
