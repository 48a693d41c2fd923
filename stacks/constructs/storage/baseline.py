"""What the data that a model was trained on were like, beside the model that is deployed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.storage.artifact import Downloaded, ReleasedArchive, file_asset, grant_list

STATISTICS, CONSTRAINTS = "statistics", "constraints"
FILES = (STATISTICS, CONSTRAINTS)


class Document(Protocol):
    """Where one of the two documents comes from."""

    def bind(self, role: iam.IRole) -> str:
        """Its S3 URI; the role may read that object afterwards."""
        ...


class AssetDocument(Downloaded):
    """A document from the local disk, published as a CDK asset, whose hash follows from its content."""

    def __init__(self, scope: Construct, id: str, *, path: Path, model: str) -> None:
        """The document at `path` that belongs to `model`, a workload's."""
        super().__init__(scope, id)
        self._asset = file_asset(self, path, f"artifacts/{model}/baseline/{path.name}")


class ReleasedDocument(ReleasedArchive):
    """A document that a release names; the key encrypts it."""

    def bind(self, role: iam.IRole) -> str:
        bucket, _, name = self.url.removeprefix("s3://").partition("/")
        bucket_arn = Stack.of(role).format_arn(service="s3", region="", account="", resource=bucket)
        grant_list(role, bucket_arn, [f"{name}*"])
        return super().bind(role)


@dataclass(frozen=True)
class Baseline:
    """Statistics and constraints, as Model Monitor writes them."""

    statistics: Document
    constraints: Document

    @classmethod
    def of_paths(cls, scope: Construct, *, paths: Sequence[Path], model: str) -> Self:
        """Documents of the local disk, statistics first."""
        names = zip(FILES, paths, strict=True)
        return cls(
            *(
                AssetDocument(scope, f"Baseline{name.capitalize()}", path=path, model=model)
                for name, path in names
            )
        )

    @classmethod
    def of_urls(cls, scope: Construct, *, urls: Sequence[str], key: kms.IKey) -> Self:
        """Those of a release, statistics first, encrypted with the key."""
        return cls(*(ReleasedDocument(url, key) for url in urls))


type DeclareBaseline = Callable[[Construct], Baseline]
