"""SageMaker's own registry, by boto3."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from assembly.errors import SlipwayError, UsageError
from local.registry.package import Container, Package

_PIECE = 1 << 20


class SageMakerRegistry:
    """Model package groups of the account and region of the two boto3 clients.

    `versions` and `set_status` leave the containers' digests open; `package` reads the archives for them.
    What AWS refuses is raised as SlipwayError with its own message.
    """

    name = "aws"

    def __init__(self, sagemaker: Any, s3: Any) -> None:
        self._sagemaker = sagemaker
        self._s3 = s3

    @classmethod
    def connect(cls, region: str) -> Self:
        """The registry of a region, with the credentials that boto3 finds."""
        session = boto3.Session(region_name=region)
        return cls(session.client("sagemaker"), session.client("s3"))

    def versions(self, group: str) -> list[Package]:
        with _asking(group):
            return [self._describe(arn) for _, arn in sorted(self._arns(group).items())]

    def package(self, group: str, version: int) -> Package:
        with _asking(group):
            return self._describe(self._arn(group, version), self._digest)

    def set_status(self, group: str, version: int, status: str, reason: str = "") -> Package:
        with _asking(group):
            arn = self._arn(group, version)
            given = {"ApprovalDescription": reason} if reason else {}
            self._sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status, **given)
            return self._describe(arn)

    def _arn(self, group: str, version: int) -> str:
        arns = self._arns(group)
        if version not in arns:
            known = ", ".join(map(str, sorted(arns))) or "none"
            raise UsageError(f"{group} has no version {version}; it has {known}")
        return arns[version]

    def _arns(self, group: str) -> dict[int, str]:
        pages = self._sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
        found = (one for page in pages for one in page["ModelPackageSummaryList"])
        return {one["ModelPackageVersion"]: one["ModelPackageArn"] for one in found}

    def _describe(self, arn: str, digest: Callable[[str | None], str | None] = lambda url: None) -> Package:
        found = self._sagemaker.describe_model_package(ModelPackageName=arn)
        containers = found.get("InferenceSpecification", {}).get("Containers", [])
        return Package(
            found["ModelPackageGroupName"],
            found["ModelPackageVersion"],
            arn,
            found["ModelApprovalStatus"],
            found["CreationTime"].isoformat(timespec="seconds"),
            self._metrics(found),
            [
                Container(
                    one.get("ContainerHostname", f"container-{position}"),
                    one["Image"],
                    one.get("ModelDataUrl"),
                    digest(one.get("ModelDataUrl")),
                    one.get("Environment", {}),
                )
                for position, one in enumerate(containers, start=1)
            ],
            _baseline(found),
        )

    def _metrics(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        uri = found.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {}).get("S3Uri")
        if uri is None:
            return {}
        metrics = json.loads(self._open(uri).read())
        return metrics if isinstance(metrics, dict) else {"value": metrics}

    def _digest(self, url: str | None) -> str | None:
        if url is None:
            return None
        digest = hashlib.sha256()
        for piece in self._open(url).iter_chunks(_PIECE):
            digest.update(piece)
        return digest.hexdigest()

    def _open(self, uri: str) -> Any:
        scheme, bucket, path, *_ = urlsplit(uri)
        if scheme != "s3":
            raise SlipwayError(f"{uri} is not an S3 URI")
        return self._s3.get_object(Bucket=bucket, Key=path.lstrip("/"))["Body"]


def _baseline(found: Mapping[str, Any]) -> dict[str, str]:
    documents = found.get("ModelMetrics", {}).get("ModelDataQuality", {})
    return {name.lower(): one["S3Uri"] for name, one in documents.items()}


@contextmanager
def _asking(group: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise SlipwayError(f"{group}: {error}") from error
