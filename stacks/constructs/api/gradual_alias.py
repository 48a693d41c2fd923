"""An alias of a Lambda function that CodeDeploy shifts to a new version, and back on an alarm."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import ArnFormat, CfnCodeDeployLambdaAliasUpdate, CfnUpdatePolicy, Stack
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_cloudwatch import CfnAlarm
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import ServiceRole

_ALIAS = "live"


class GradualAlias(Construct):
    """`live`, the version that callers get. `shift` is one of CodeDeploy's ways for Lambda, such as
    `Canary10Percent5Minutes`; an alarm during the shift takes the old version back."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function: lambda_.Function,
        shift: str,
        alarms: Sequence[CfnAlarm],
    ) -> None:
        super().__init__(scope, id)
        application = codedeploy.CfnApplication(self, "Application", compute_platform="Lambda")
        role = ServiceRole(
            self,
            "Role",
            service="codedeploy.amazonaws.com",
            description="Shifts an alias of a function to its new version",
            names_source=False,
        )
        group = codedeploy.CfnDeploymentGroup(
            self,
            "Group",
            application_name=application.ref,
            service_role_arn=role.role_arn,
            deployment_config_name=f"CodeDeployDefault.Lambda{shift}",
            deployment_style=codedeploy.CfnDeploymentGroup.DeploymentStyleProperty(
                deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
            ),
            alarm_configuration=codedeploy.CfnDeploymentGroup.AlarmConfigurationProperty(
                enabled=True,
                alarms=[codedeploy.CfnDeploymentGroup.AlarmProperty(name=alarm.ref) for alarm in alarms],
            ),
            auto_rollback_configuration=codedeploy.CfnDeploymentGroup.AutoRollbackConfigurationProperty(
                enabled=True,
                events=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
            ),
        )
        self.alias = lambda_.Alias(self, "Alias", alias_name=_ALIAS, version=function.current_version)
        self._allow_shifting(role, function, alarms)
        group.node.add_dependency(role.policy)
        cast(lambda_.CfnAlias, self.alias.node.default_child).cfn_options.update_policy = CfnUpdatePolicy(
            code_deploy_lambda_alias_update=CfnCodeDeployLambdaAliasUpdate(
                application_name=application.ref, deployment_group_name=group.ref
            )
        )

    def _allow_shifting(self, role: iam.Role, function: lambda_.Function, alarms: Sequence[CfnAlarm]) -> None:
        alias = Stack.of(self).format_arn(
            service="lambda",
            resource="function",
            resource_name=f"{function.function_name}:{_ALIAS}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        add_statement(
            role,
            iam.PolicyStatement(
                actions=[
                    "lambda:GetAlias",
                    "lambda:GetProvisionedConcurrencyConfig",
                    "lambda:UpdateAlias",
                ],
                resources=[alias],
            ),
        )
        add_statement(
            role,
            iam.PolicyStatement(
                actions=["cloudwatch:DescribeAlarms"], resources=[alarm.attr_arn for alarm in alarms]
            ),
        )
