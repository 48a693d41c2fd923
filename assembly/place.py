"""Where a stack would be deployed, and the names that follow from it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from assembly.errors import AssemblyError
from assembly.intrinsics import NO_VALUE

# The shortest limit among the services whose names the runner makes up.
LONGEST_NAME = 63


@dataclass(frozen=True)
class Place:
    """Region and account of a stack."""

    region: str
    account: str

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
            raise AssemblyError(f"the runner does not know the pseudo parameter {name}")
        return values[name]


def generated_name(stack: str, logical_id: str) -> str:
    """The physical name of a resource that has no explicit one: lower case, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{stack}-{logical_id}".lower()).strip("-")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9].rstrip('-')}-{digest}"
