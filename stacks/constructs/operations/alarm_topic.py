"""Where the alarms of an environment are heard: an encrypted topic, and a budget that speaks there."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_budgets import CfnBudget
from aws_cdk.aws_sns import CfnSubscription, Topic
from constructs import Construct

from stacks.setting_parts import Operations

# Before the month is over, and when the forecast says that it will be too much.
_THRESHOLDS = (("ACTUAL", 80), ("FORECASTED", 100))


class AlarmTopic(Construct):
    """CloudWatch and Budgets publish for this account; whoever the settings name gets e-mail, once it is
    confirmed. Raises nothing for a missing address: then somebody subscribes by hand."""

    def __init__(
        self, scope: Construct, id: str, *, environment: str, settings: Operations, key: kms.Key
    ) -> None:
        super().__init__(scope, id)
        topic = Topic(self, "Topic", master_key=key, enforce_ssl=True)
        publishers = [iam.ServicePrincipal(f"{name}.amazonaws.com") for name in ("cloudwatch", "budgets")]
        for_us = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=publishers,
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions=for_us,
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=publishers,
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=for_us,
            )
        )
        if settings.alarm_email:
            CfnSubscription(
                self, "Email", topic_arn=topic.topic_arn, protocol="email", endpoint=settings.alarm_email
            )
        self.arn = topic.topic_arn
        self._build_budget(environment, settings.monthly_budget_usd)

    def _build_budget(self, environment: str, limit: int) -> None:
        """Counts what carries the environment's tag, once an administrator has activated it for billing."""
        CfnBudget(
            self,
            "Budget",
            budget=CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=CfnBudget.SpendProperty(amount=limit, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:environment$slipway-{environment}"]},
            ),
            notifications_with_subscribers=[
                CfnBudget.NotificationWithSubscribersProperty(
                    notification=CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[CfnBudget.SubscriberProperty(subscription_type="SNS", address=self.arn)],
                )
                for kind, percent in _THRESHOLDS
            ],
        )
