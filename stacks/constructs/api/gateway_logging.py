"""The account's own setting of API Gateway: the role with which it writes logs."""

from aws_cdk import aws_iam as iam
from aws_cdk.aws_apigateway import CfnAccount
from constructs import Construct

from stacks.policies.acknowledgement import acknowledge


class GatewayLogging(Construct):
    """One role for all APIs of the account and region: a second one would take the first one's place."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        policy = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        role = iam.Role(
            self,
            "Role",
            description="Lets API Gateway write the logs of every API of this account and region",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy)],
        )
        acknowledge(
            role,
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]",
            "AWS's own policy for this role: API Gateway checks the role's rights when it is set",
        )
        CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
