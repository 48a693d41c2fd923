"""Resources that watch over others, and what is lost when one is removed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from review.resource_changes import Fate
from review.resources import Resource
from review.rows import resource_cell
from review.stack_changes import StackReview, Standing
from review.values import show
from review.verdict.finding import Finding, Severity
from review.verdict.subjects import gone_with


@dataclass(frozen=True)
class Guard:
    """What a type does, and the properties that say what it guards or watches."""

    loss: str
    guards: tuple[str, ...] = ()


GUARDS: Mapping[str, Guard] = {
    "AWS::ApiGateway::Authorizer": Guard("requests are not authorized", ("RestApiId",)),
    "AWS::ApiGatewayV2::Authorizer": Guard("requests are not authorized", ("ApiId",)),
    "AWS::Backup::BackupPlan": Guard("it backs up nothing"),
    "AWS::Backup::BackupSelection": Guard("it backs up nothing"),
    "AWS::CloudTrail::Trail": Guard("calls are no longer recorded"),
    "AWS::CloudWatch::Alarm": Guard(
        "the alarm is gone", ("Namespace", "MetricName", "Dimensions", "Metrics")
    ),
    "AWS::CloudWatch::CompositeAlarm": Guard("the alarm is gone", ("AlarmRule",)),
    "AWS::Config::ConfigRule": Guard("the rule is no longer checked", ("Source", "Scope")),
    "AWS::Config::ConfigurationRecorder": Guard("configurations are no longer recorded"),
    "AWS::EC2::FlowLog": Guard("traffic is no longer logged", ("ResourceId",)),
    "AWS::GuardDuty::Detector": Guard("threats are no longer looked for"),
    "AWS::SNS::Subscription": Guard("messages are no longer delivered there", ("TopicArn", "Endpoint")),
    "AWS::SecretsManager::RotationSchedule": Guard("the secret is no longer rotated", ("SecretId",)),
    "AWS::WAFv2::LoggingConfiguration": Guard("requests are no longer logged", ("ResourceArn",)),
    "AWS::WAFv2::WebACL": Guard("requests are no longer filtered"),
    "AWS::WAFv2::WebACLAssociation": Guard("requests are no longer filtered", ("ResourceArn",)),
}


def lost_guards(review: StackReview) -> Iterator[Finding]:
    """Every removed guard of something that stays, unless another one takes its place."""
    if review.standing is Standing.GONE:
        return
    placed = [_watched(change.resource) for change in review.of(Fate.ADDED)]
    for change in review.of(Fate.REMOVED):
        guard = GUARDS.get(change.resource.type)
        watched = _watched(change.resource)
        if guard and watched not in placed and not gone_with(change, guard.guards, review):
            yield Finding(Severity.WEAKENS, review.name, resource_cell(change), guard.loss, "Removed")


def _watched(resource: Resource) -> tuple[str, ...]:
    guard = GUARDS.get(resource.type)
    properties = resource.properties
    if guard is None or not isinstance(properties, dict):
        return ()
    names = guard.guards or sorted(properties)
    return (resource.type, *(show(properties[name]) for name in names if name in properties))
