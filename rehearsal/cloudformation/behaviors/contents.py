"""Types that aren't deleted while something is in them, and what empties them."""

from collections.abc import Iterator
from typing import Any, Final

from rehearsal.cloudformation.behaviors.behavior import Behavior, without_contents
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.state import ResourceState, State

_BUCKET: Final = "AWS::S3::Bucket"
_EMPTIES: Final = "aws-cdk:auto-delete-objects"


class Container(Behavior):
    """`message` is what AWS says of one that isn't empty, `{name}` its name; `empties` is how a person does
    it."""

    def __init__(self, message: str, source: str, empties: str) -> None:
        self._message, self._source, self._empties = message, source, empties

    def keeps(self, resource: ResourceState, state: State) -> Iterator[Refusal]:
        held = state.contents.get((resource.type, resource.physical_id))
        if held is not None and not self._is_emptied(resource):
            name = resource.physical_id
            ways = (self._empties.format(name=name), "retain it: DeletionPolicy Retain")
            text = f"{self._message.format(name=name)} (it holds: {held})"
            yield Refusal("not-empty", text, self._source, ways)

    def _is_emptied(self, resource: ResourceState) -> bool:
        """Whether its deletion empties it."""
        return False


class Repository(Container):
    """An ECR repository, which CloudFormation empties if it is told to."""

    def _is_emptied(self, resource: ResourceState) -> bool:
        return resource.properties.get("EmptyOnDelete") in (True, "true")


class AutoDelete(Behavior):
    """CDK's custom resource: its deletion empties a bucket, if that has a tag which allows it."""

    def deleted(self, resource: ResourceState, state: State) -> State:
        bucket = state.find(_BUCKET, str(resource.properties.get("BucketName")))
        if bucket is None or not _is_tagged(bucket.properties.get("Tags", [])):
            return state
        return without_contents(state, _BUCKET, bucket.physical_id)


def _is_tagged(tags: list[dict[str, Any]]) -> bool:
    return any(one.get("Key") == _EMPTIES and one.get("Value") == "true" for one in tags)


CONTAINERS: Final = {
    _BUCKET: Container(
        "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)",
        "https://repost.aws/knowledge-center/delete-cf-stack-retain-resources",
        "empty it first, all versions of its objects: aws s3api delete-objects, or set auto_delete_objects "
        "and deploy once before; its name is {name}",
    ),
    "AWS::ECR::Repository": Repository(
        "The repository with name '{name}' cannot be deleted because it still contains images",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html",
        "aws ecr delete-repository --force --repository-name {name}, or set empty_on_delete and deploy once "
        "before",
    ),
    "AWS::SageMaker::ModelPackageGroup": Container(
        "Model Package Group {name} cannot be deleted because it still contains Model Packages",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-delete-model-group.html",
        "delete its versions first: aws sagemaker delete-model-package, for each that aws sagemaker "
        "list-model-packages --model-package-group-name {name} lists",
    ),
    "AWS::SageMaker::Domain": Container(
        "Unable to delete Domain {name}: it still has apps, spaces or user profiles",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html",
        "delete its apps and spaces first: aws sagemaker delete-app, aws sagemaker delete-space",
    ),
    "AWS::SageMaker::UserProfile": Container(
        "Unable to delete UserProfile {name}: it still has apps or spaces",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/domain-user-profile-remove.html",
        "delete its apps and spaces first: aws sagemaker delete-app, aws sagemaker delete-space",
    ),
    "AWS::SageMaker::Space": Container(
        "Unable to delete Space {name}: it still has apps",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteSpace.html",
        "delete its apps first: aws sagemaker delete-app, and wait until they are gone",
    ),
}
