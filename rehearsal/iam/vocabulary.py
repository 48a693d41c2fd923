"""Grants in words: who, does what, on what."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from rehearsal.iam import arns
from rehearsal.iam.inventory import Inventory

# What actions do to their resource, where a word says more than a name: one of the first, with the others.
_VERBS: Mapping[str, tuple[set[str], set[str]]] = {
    "read": ({"s3:GetObject"}, {"s3:GetObjectVersion"}),
    "list": ({"s3:ListBucket"}, {"s3:ListBucketVersions"}),
    "write": ({"s3:PutObject"}, {"s3:AbortMultipartUpload"}),
    "delete": ({"s3:DeleteObject"}, {"s3:DeleteObjectVersion"}),
    "invoke": ({"sagemaker:InvokeEndpoint", "lambda:InvokeFunction"}, set()),
    "start": ({"sagemaker:StartPipelineExecution", "codebuild:StartBuild"}, set()),
    "decrypt with": ({"kms:Decrypt"}, set()),
    "encrypt with": ({"kms:Encrypt", "kms:GenerateDataKey"}, {"kms:GenerateDataKeyWithoutPlaintext"}),
    "create grants of": ({"kms:CreateGrant"}, set()),
    "pull images of": (
        {"ecr:BatchGetImage"},
        {"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"},
    ),
    "pass": ({"iam:PassRole"}, set()),
    "assume": ({"sts:AssumeRole"}, set()),
    "publish to": ({"sns:Publish"}, set()),
    "write logs to": ({"logs:PutLogEvents"}, {"logs:CreateLogStream"}),
}


class Words:
    """The words for the principals and the resources of one assembly, by what the assembly calls them."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def who(self, principal: str) -> str:
        """A role, by the function that runs with it where one does, or a service."""
        if not principal.startswith("arn:"):
            return f"the service `{principal}`"
        return self._functions.get(principal) or f"the role `{self._names.get(principal, principal)}`"

    def what(self, resource: str) -> str:
        """A resource as a statement writes it: a construct where one declares it, and what is below."""
        if not resource.strip("*"):
            return "everything"
        if arns.service(resource) == "s3":
            bucket, _, keys = resource.partition("/")
            name = self._names.get(bucket, arns.part(bucket, 5))
            return f"`{keys}` in `{name}`" if keys else f"`{name}`"
        return f"`{self._names.get(resource) or arns.part(resource, 5) or resource}`"

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The construct paths of what a name alone doesn't tell, by ARN."""
        inventory = self._inventory
        found = {inventory.bucket_arn(one.name): one for one in inventory.resources("AWS::S3::Bucket")}
        found |= {_arn_of_role(inventory, one.name): one for one in inventory.resources("AWS::IAM::Role")}
        found |= {
            inventory.arn("kms", f"key/{one.name}"): one for one in inventory.resources("AWS::KMS::Key")
        }
        return {arn: inventory.path(one) for arn, one in found.items()}

    @cached_property
    def _functions(self) -> Mapping[str, str]:
        return {
            one.properties["Role"]: f"the function `{self._inventory.path(one)}`"
            for one in self._inventory.resources("AWS::Lambda::Function")
        }


def deeds(actions: Iterable[str]) -> str:
    """What actions do, in words: read and list, or call an action that has no word of its own."""
    left = set(actions)
    words = []
    for verb, (first, others) in _VERBS.items():
        if left & first:
            words.append(verb)
            left -= first | others
    if left:
        words.append(f"call {', '.join(f'`{one}`' for one in sorted(left))} on")
    return " and ".join(words)


def under(conditions: Iterable[tuple[str, str]]) -> str:
    """The condition under which something changes, for the end of a phrase."""
    told = " and ".join(f"`{key}` is `{value}`" for key, value in conditions)
    return f" where {told}" if told else ""


def _arn_of_role(inventory: Inventory, name: str) -> str:
    return f"arn:{inventory.place.partition}:iam::{inventory.place.account}:role/{name}"
