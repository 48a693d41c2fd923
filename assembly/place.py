"""Where a stack would be deployed, and the names that follow from it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Self

from assembly.errors import AssemblyError
from assembly.intrinsics import NO_VALUE

# The shortest limit among the services whose names the runner makes up.
LONGEST_NAME = 63
# They stand for what the assembly leaves open, as CDK does for a stack without an environment.
_LOCAL_ACCOUNT = "000000000000"
_LOCAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Place:
    """Region and account of a stack."""

    region: str
    account: str

    @classmethod
    def local(cls, region: str | None, account: str | None) -> Self:
        """The place of a stack on this machine, whatever its app leaves open."""
        return cls(region or _LOCAL_REGION, account or _LOCAL_ACCOUNT)

    @property
    def partition(self) -> str:
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def suffix(self) -> str:
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def filled(self, text: str) -> str:
        """The text with what stands for the place, as in an asset manifest's destinations."""
        for name in ("AWS::AccountId", "AWS::Region", "AWS::Partition"):
            text = text.replace(f"${{{name}}}", self.pseudo_parameter(name, ""))
        return text

    def pseudo_parameter(self, name: str, stack: str) -> Any:
        """The value of `AWS::Region` and its kin within the named stack; raises AssemblyError for others."""
        values = {
            "AWS::AccountId": self.account,
            "AWS::NoValue": NO_VALUE,
            "AWS::NotificationARNs": [],
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackId": self.arn("cloudformation", f"stack/{stack}/local"),
            "AWS::StackName": stack,
            "AWS::URLSuffix": self.suffix,
        }
        if name not in values:
            raise AssemblyError(f"the runner does not support the pseudo parameter {name}")
        return values[name]


def generated_name(stack: str, logical_id: str) -> str:
    """The physical name of a resource that has no explicit one: lower case, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{stack}-{logical_id}".lower()).strip("-")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9].rstrip('-')}-{digest}"
