"""Types that CloudFormation doesn't update, or not in each of their properties."""

from collections.abc import Iterator
from typing import Final

from rehearsal.cloudformation.behaviors.behavior import Behavior
from rehearsal.cloudformation.behaviors.contents import AutoDelete
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.situation import Resource, Situation

_WAITS: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-cloudformation-waitcondition.html"
)
_CUSTOM: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-cloudformation-customresource.html"
)


class WaitCondition(Behavior):
    """It has waited: another wait is another resource."""

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        if resource.action == "update":
            text = f"Update to resource type {resource.type} is not supported."
            ways = ("give the construct another id, for example with a hash of what it waits for",)
            yield Refusal("update-unsupported", text, _WAITS, ways)


class CustomResource(Behavior):
    """The function behind a custom resource stays the same one."""

    def refuses(self, resource: Resource, situation: Situation) -> Iterator[Refusal]:
        token = resource.properties.get("ServiceToken")
        if resource.old is not None and resource.old.properties.get("ServiceToken") != token:
            ways = ("give the construct of the custom resource another id, so that a new one is created",)
            yield Refusal("service-token", "Modifying service token is not allowed.", _CUSTOM, ways)


class AutoDeleteObjects(CustomResource, AutoDelete):
    """A custom resource that empties a bucket."""


CUSTOM_RESOURCE: Final = CustomResource()
UNCHANGEABLE: Final = {
    "AWS::CloudFormation::WaitCondition": WaitCondition(),
    "AWS::CloudFormation::CustomResource": CUSTOM_RESOURCE,
    "Custom::S3AutoDeleteObjects": AutoDeleteObjects(),
}
