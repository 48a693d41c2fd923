"""VPC: address ranges that don't fit into each other, security groups with too much."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule

_SUBNETS: Final = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
_GROUPS: Final = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
_QUOTAS: Final = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_CREATE_GROUP: Final = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"
type Network = ipaddress.IPv4Network


def size(case: Case) -> Iterator[Refusal]:
    """A VPC or a subnet has between 16 and 65,536 addresses."""
    text = case.known("CidrBlock")
    if isinstance(text, str):
        found = _network(text)
        if found is None or not 16 <= found.prefixlen <= 28:
            message = f"The CIDR '{text}' is invalid."
            yield Refusal(
                "address-range", message, _SUBNETS, ("a block between /16 and /28, from its first address",)
            )


def subnet(case: Case) -> Iterator[Refusal]:
    """A subnet lies in its VPC and shares no address with another one."""
    own, vpc = (
        _network(case.known("CidrBlock")),
        case.find("AWS::EC2::VPC", case.resource.properties.get("VpcId")),
    )
    if own is None or vpc is None:
        return
    whole = _network(vpc.properties.get("CidrBlock"))
    if whole is not None and not own.subnet_of(whole):
        message = f"The CIDR '{own}' is invalid. (the VPC has {whole})"
        yield Refusal("address-range", message, _SUBNETS, (f"a block within {whole}",))
    for one in case.existing("AWS::EC2::Subnet"):
        other = _network(one.properties.get("CidrBlock"))
        if (
            one.properties.get("VpcId") == case.resource.properties.get("VpcId")
            and other
            and own.overlaps(other)
        ):
            message = f"The CIDR '{own}' conflicts with another subnet ({one.path})"
            ways = ("a block that no other subnet has", "two deployments: without the other subnet first")
            yield Refusal("address-range", message, _SUBNETS, ways)


def _network(text: Any) -> Network | None:
    try:
        return ipaddress.IPv4Network(text)
    except (ValueError, TypeError):
        return None


def group(case: Case) -> Iterator[Refusal]:
    """A security group's name, ports, and number of rules."""
    name = str(case.known("GroupName") or "")
    if name.startswith("sg-"):
        message = f"Invalid security group name '{name}': group names may not be in the format sg-*"
        yield Refusal("reserved-name", message, _CREATE_GROUP, ("begin the name differently",))
    most = case.quotas.numbers["rules_per_security_group"]
    for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
        count = len(case.members(direction))
        if count > most:
            message = (
                f"The maximum number of rules per security group has been reached. ({count}, at most {most})"
            )
            yield Refusal(
                "too-many", message, _QUOTAS, ("a prefix list", "a second group", "raise the quota")
            )
        for one in case.members(direction):
            yield from _ports(one)


def _ports(rule: Mapping[str, Any]) -> Iterator[Refusal]:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if isinstance(first, int) and isinstance(last, int) and -1 < last < first:
        message = f"Invalid TCP port range ({first}:{last}). Start port must not exceed end port."
        yield Refusal("port-range", message, _GROUPS, ("FromPort of at most ToPort",))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "AWS::EC2::VPC": (size,),
    "AWS::EC2::Subnet": (size, subnet),
    "AWS::EC2::SecurityGroup": (group,),
}
