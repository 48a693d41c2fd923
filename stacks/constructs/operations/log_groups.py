"""How an environment keeps logs: every group has a retention and the environment's key."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.aws_logs import CfnLogGroup, LogGroup
from constructs import Construct


@dataclass(frozen=True)
class LogGroups:
    """Makes log groups; the key's policy lets CloudWatch Logs use it for groups of the account."""

    key: kms.IKey
    retention_days: int
    removal_policy: RemovalPolicy

    def group(self, scope: Construct, id: str, *, name: str | None = None) -> LogGroup:
        """A log group, named by CloudFormation unless a service insists on a name."""
        group = LogGroup(
            scope, id, log_group_name=name, encryption_key=self.key, removal_policy=self.removal_policy
        )
        # The class takes a member of an enumeration, named in words.
        cast(CfnLogGroup, group.node.default_child).retention_in_days = self.retention_days
        return group


def log_group_arn(scope: Construct, name: str) -> str:
    """The ARN of a log group of the scope's stack's account, without the `:*` of its streams at the end."""
    return Stack.of(scope).format_arn(
        service="logs",
        resource="log-group",
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
