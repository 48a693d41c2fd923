"""What EventBridge, CloudWatch and AWS Budgets call: they start pipelines, and tell a topic of alarms."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assembly import Resource
from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.storage import by_service
from rehearsal.iam.inventory import Inventory


def event_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of every AWS::Events::Rule, AWS::CloudWatch::Alarm and AWS::Budgets::Budget."""
    for rule in inventory.resources("AWS::Events::Rule"):
        yield from _rule(inventory, rule)
    for alarm in inventory.resources("AWS::CloudWatch::Alarm"):
        arn = inventory.arn("cloudwatch", f"alarm:{alarm.name}")
        caller = of_service(inventory, "cloudwatch.amazonaws.com", inventory.path(alarm), arn)
        actions = ("AlarmActions", "OKActions", "InsufficientDataActions")
        for topic in dict.fromkeys(one for name in actions for one in alarm.properties.get(name, [])):
            yield from _publishes(caller, topic, pages.ALARMS)
    for budget in inventory.resources("AWS::Budgets::Budget"):
        place = inventory.place
        arn = f"arn:{place.partition}:budgets::{place.account}:budget/{budget.name}"
        caller = of_service(inventory, "budgets.amazonaws.com", inventory.path(budget), arn)
        for notification in budget.properties.get("NotificationsWithSubscribers", []):
            for one in notification["Subscribers"]:
                if one["SubscriptionType"] == "SNS":
                    yield from _publishes(caller, one["Address"], pages.BUDGETS)


def starts(inventory: Inventory, pipeline: str) -> Iterator[Call]:
    """How EventBridge starts the pipeline of that ARN, by each rule that does."""
    for rule in inventory.resources("AWS::Events::Rule"):
        yield from _rule(inventory, rule, lambda target: target.get("Arn") == pipeline)


def _rule(
    inventory: Inventory, rule: Resource, chosen: Callable[[Mapping[str, Any]], bool] = bool
) -> Iterator[Call]:
    arn, path = inventory.arn("events", f"rule/{rule.name}"), inventory.path(rule)
    for target in filter(chosen, rule.properties.get("Targets", [])):
        if role := target.get("RoleArn"):
            yield of_service(inventory, "events.amazonaws.com", path, arn).assumes(role, pages.EVENTS)
            if "SageMakerPipelineParameters" in target:
                caller = Caller(inventory, role, path)
                yield caller.call(
                    "sagemaker:StartPipelineExecution", target["Arn"], "starts the pipeline", pages.SCHEDULE
                )


def _publishes(caller: Caller, topic: str, page: str) -> Iterator[Call]:
    inventory = caller.inventory
    yield caller.call("sns:Publish", topic, "tells who has subscribed", page)
    for one in inventory.resources("AWS::SNS::Topic"):
        key = one.properties.get("KmsMasterKeyId")
        if key and inventory.arn("sns", one.name) == topic:
            carries = by_service(caller, "sns", {"aws:sns:topicArn": topic})
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                yield caller.call(action, key, "encrypts the message", pages.ALARM_KEYS, carries)
