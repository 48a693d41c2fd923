"""Container images: each knows its URI in the stack's region and grants a role the right to pull it."""

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Protocol, Self

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from stacks.constructs.access.service_role import allow_without_resource
from stacks.constructs.storage.artifact import source_files
from stacks.settings import ROOT

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


class Image(Protocol):
    """What a container runs."""

    def bind(self, scope: Construct, role: iam.IRole) -> str:
        """The image's URI for the scope's stack; the role may pull it afterwards."""
        ...


@dataclass(frozen=True)
class ManagedImage:
    """An image that AWS keeps in an account of its own in each region."""

    framework: str
    version: str

    @classmethod
    def named(cls, name: str) -> Self:
        """The image pinned as `[images.<name>]` in versions.toml."""
        pinned = tomllib.loads((ROOT / "versions.toml").read_text())["images"][name]
        return cls(pinned["framework"], pinned["version"])

    def bind(self, scope: Construct, role: iam.IRole) -> str:
        stack = Stack.of(scope)
        account, repository, tag = self._place(stack.region)
        _grant_pull(stack, role, account, repository)
        return f"{_registry(account, stack.region)}/{repository}:{tag}"

    def _place(self, region: str) -> tuple[str, str, str]:
        # Importing sagemaker.core.image_uris would cost 2 s of CPU; its tables are plain files.
        path = distribution("sagemaker-core").locate_file(
            f"sagemaker/core/image_uri_config/{self.framework}.json"
        )
        table = json.loads(Path(str(path)).read_text())
        versions: dict[str, Any] = _by_tag(table.get("inference", table)["versions"])
        if self.version not in versions:
            raise ValueError(f"{self.framework} has no image {self.version}; it has {', '.join(versions)}")
        row = versions[self.version]
        if region not in row["registries"]:
            raise ValueError(f"AWS keeps no {self.framework} image {self.version} in region {region}")
        processor = ["cpu"] if "container_version" in row else row.get("processors", [])[:1]
        system = [row["container_version"]["cpu"]] if "container_version" in row else []
        tag = "-".join([self.version, *processor, *row.get("py_versions", [])[:1], *system])
        return row["registries"][region], row["repository"], tag


@dataclass(frozen=True)
class OwnImage:
    """An image that we build, tagged by the content of its source and kept in a repository of ours.

    Stacks that use it are deployed after `built_by`, which is complete once the image is there. The
    repository goes by its explicit name.
    """

    built_by: Stack
    repository_name: str
    tag: str

    def bind(self, scope: Construct, role: iam.IRole) -> str:
        stack = Stack.of(scope)
        stack.add_stack_dependency(self.built_by)
        _grant_pull(stack, role, stack.account, self.repository_name)
        return f"{_registry(stack.account, stack.region)}/{self.repository_name}:{self.tag}"


@dataclass(frozen=True)
class ReleasedImage:
    """An image that a release names, `<registry>/<repository>` with a tag or a digest."""

    uri: str

    def bind(self, scope: Construct, role: iam.IRole) -> str:
        registry, _, image = self.uri.partition("/")
        repository = re.split("[:@]", image)[0]
        _grant_pull(Stack.of(scope), role, registry.partition(".")[0], repository)
        return self.uri


def _by_tag(versions: dict[str, Any]) -> dict[str, Any]:
    """The table's rows by the beginning of their images' tags: Hugging Face's are by two versions."""
    return {
        f"{name.removeprefix('pytorch')}-transformers{version}" if name else version: row
        for version, entry in versions.items()
        for name, row in ({"": entry} if "registries" in entry else entry).items()
        if isinstance(row, dict)
    }


def content_tag(source: Path) -> str:
    """16 hex digits that change with any file's name, content or executable bit below the folder."""
    digest = hashlib.sha256()
    for path in source_files(source):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        executable = bool(path.stat().st_mode & 0o100)
        digest.update(f"{path.relative_to(source).as_posix()}\0{content}\0{executable}\n".encode())
    return digest.hexdigest()[:16]


def _registry(account: str, region: str) -> str:
    return f"{account}.dkr.ecr.{region}.{RegionInfo.get(region).domain_suffix}"


def _grant_pull(stack: Stack, role: iam.IRole, account: str, repository: str) -> None:
    arn = stack.format_arn(service="ecr", account=account, resource="repository", resource_name=repository)
    role.add_to_principal_policy(iam.PolicyStatement(actions=_PULL, resources=[arn]))
    # The token is of the caller's registry as a whole: ECR knows no resource for this action.
    allow_without_resource(role, ["ecr:GetAuthorizationToken"])
