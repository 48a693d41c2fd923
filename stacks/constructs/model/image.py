"""Container images: each knows its URI in the stack's region and grants a role the right to pull it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Protocol, Self

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from stacks.asked_once import add_statement, stack_of
from stacks.constructs.access.service_role import allow_without_resource
from stacks.constructs.model.image_uris import Use, locate
from stacks.settings import ROOT

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


class Image(Protocol):
    """What a container runs."""

    def bind(self, scope: Construct, role: iam.IRole, use: Use) -> str:
        """The URI of the image for this use in the scope's stack; the role may pull it afterwards."""
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

    def bind(self, scope: Construct, role: iam.IRole, use: Use) -> str:
        stack = stack_of(scope)
        region = stack.region
        found = locate(self.framework, self.version, region, use)
        _grant_pull(stack, role, found.account, found.repository)
        image = f"{_registry(found.account, region)}/{found.repository}"
        return f"{image}:{found.tag}" if found.tag else image


@dataclass(frozen=True)
class OwnImage:
    """An image that we build, tagged by the content of its source and kept in a repository of ours.

    Stacks that use it are deployed after `built_by`, which is complete once the image is there. The
    repository goes by its explicit name.
    """

    built_by: Stack
    repository_name: str
    tag: str

    def bind(self, scope: Construct, role: iam.IRole, use: Use) -> str:
        stack = stack_of(scope)
        stack.add_stack_dependency(self.built_by)
        account = stack.account
        _grant_pull(stack, role, account, self.repository_name)
        return f"{_registry(account, stack.region)}/{self.repository_name}:{self.tag}"


@dataclass(frozen=True)
class ReleasedImage:
    """An image that a release names, `<registry>/<repository>` with a tag or a digest."""

    uri: str

    def bind(self, scope: Construct, role: iam.IRole, use: Use) -> str:
        registry, _, image = self.uri.partition("/")
        repository = re.split("[:@]", image)[0]
        _grant_pull(stack_of(scope), role, registry.partition(".")[0], repository)
        return self.uri


def _registry(account: str, region: str) -> str:
    return f"{account}.dkr.ecr.{region}.{_domain_suffix(region)}"


@cache
def _domain_suffix(region: str) -> str | None:
    return RegionInfo.get(region).domain_suffix


def _grant_pull(stack: Stack, role: iam.IRole, account: str, repository: str) -> None:
    arn = stack.format_arn(service="ecr", account=account, resource="repository", resource_name=repository)
    add_statement(role, iam.PolicyStatement(actions=_PULL, resources=[arn]))
    # The token is of the caller's registry as a whole: ECR knows no resource for this action.
    allow_without_resource(role, ["ecr:GetAuthorizationToken"])
