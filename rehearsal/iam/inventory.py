"""What of the templates a call depends on: which key encrypts what, which network leads where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from assembly import Assembly, Resource

# Of an assembly that an app of another team wrote, too: nothing here is Slipway's own.
_BUCKET, _VPC_ENDPOINT, _SUBNET = "AWS::S3::Bucket", "AWS::EC2::VPCEndpoint", "AWS::EC2::Subnet"


class Inventory:
    """The resources of an assembly, and what follows from them for who calls."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.place = assembly.place

    def resources(self, kind: str) -> Sequence[Resource]:
        return self.assembly.resources(kind)

    def path(self, resource: Resource) -> str:
        """The construct path of a resource; its label where the assembly does not say it."""
        return self.assembly.construct_paths.get(resource.label, resource.label)

    def arn(self, service: str, resource: str) -> str:
        return self.place.arn(service, resource)

    def bucket_arn(self, name: str) -> str:
        return f"arn:{self.place.partition}:s3:::{name}"

    @cached_property
    def bucket_keys(self) -> Mapping[str, str | None]:
        """The ARN of the key that encrypts a bucket's objects, None for a key of S3's own."""
        return {one.name: _key_of(one.properties) for one in self.resources(_BUCKET)}

    @cached_property
    def bucket_key_enabled(self) -> frozenset[str]:
        """The buckets with a bucket key: their encryption context is the bucket's ARN, not an object's."""
        return frozenset(
            one.name
            for one in self.resources(_BUCKET)
            if any(rule.get("BucketKeyEnabled") for rule in _encryption(one.properties))
        )

    def vpc_of(self, subnets: Iterable[str]) -> str | None:
        """The VPC that subnets lie in, None where the templates do not declare them."""
        declared = {one.known_name: one.known("VpcId") for one in self.resources(_SUBNET)}
        return next((declared[one] for one in subnets if one in declared), None)

    def way_out(self, vpc: str | None, service: str) -> str | None:
        """The VPC endpoint by which who is in the VPC reaches a service (`s3`, `sagemaker.api`)."""
        for one in self.resources(_VPC_ENDPOINT):
            if one.known("VpcId") == vpc and str(one.known("ServiceName")).endswith(
                f".{self.place.region}.{service}"
            ):
                return one.known_name
        return None


def _encryption(bucket: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])


def _key_of(bucket: Mapping[str, Any]) -> str | None:
    for rule in _encryption(bucket):
        default = rule.get("ServerSideEncryptionByDefault", {})
        if default.get("SSEAlgorithm") == "aws:kms" and "KMSMasterKeyID" in default:
            return str(default["KMSMasterKeyID"])
    return None
