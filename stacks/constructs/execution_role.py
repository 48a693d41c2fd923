"""The role that SageMaker assumes; images, artefacts and prefixes grant it what they are."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct


class ExecutionRole(iam.Role):
    """A role that SageMaker may assume on behalf of this account only.

    It may write the given CloudWatch log groups (names) and nothing else until something is granted.
    """

    def __init__(
        self, scope: Construct, id: str, *, description: str, log_groups: Sequence[str] = ()
    ) -> None:
        stack = Stack.of(scope)
        super().__init__(
            scope,
            id,
            description=description,
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
        )
        if log_groups:
            self._allow_logs(stack, log_groups)

    @property
    def policy(self) -> IConstruct:
        """What was granted so far. It is a resource of its own: what needs a right depends on it, too."""
        return self.node.find_child("DefaultPolicy")

    def _allow_logs(self, stack: Stack, log_groups: Sequence[str]) -> None:
        groups = [
            stack.format_arn(
                service="logs",
                resource="log-group",
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            for name in log_groups
        ]
        self.add_to_principal_policy(
            iam.PolicyStatement(
                actions=[
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                resources=[arn for group in groups for arn in (group, f"{group}:*")],
            )
        )
