"""Where in a network something runs, and what its service may do there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.asked_once import add_statement
from stacks.constructs.access.service_role import allow_without_resource
from stacks.policies.acknowledgement import acknowledge, wildcard


@dataclass(frozen=True)
class Rights:
    """What a service does with network interfaces, and what it looks at, by the names of EC2's actions."""

    writes: Sequence[str]
    reads: Sequence[str]


SAGEMAKER = Rights(
    writes=[
        "CreateNetworkInterface",
        "CreateNetworkInterfacePermission",
        "DeleteNetworkInterface",
        "DeleteNetworkInterfacePermission",
    ],
    reads=["DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs"],
)
LAMBDA = Rights(
    writes=[
        "AssignPrivateIpAddresses",
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "UnassignPrivateIpAddresses",
    ],
    reads=["NetworkInterfaces", "Subnets"],
)


@dataclass(frozen=True)
class VpcConfig:
    """Subnets of two zones and the security group that stands before what runs in them."""

    subnet_ids: Sequence[str]
    security_group_id: str
    rights: Rights

    def as_request(self) -> dict[str, Any]:
        """As SageMaker's requests take it."""
        return {"Subnets": [*self.subnet_ids], "SecurityGroupIds": [self.security_group_id]}

    def grant_attach(self, role: iam.IRole) -> None:
        """Let who assumes the role put network interfaces into these subnets, and take them away."""
        stack = Stack.of(role)
        interfaces = stack.format_arn(service="ec2", resource="network-interface", resource_name="*")
        places = [
            stack.format_arn(service="ec2", resource=kind, resource_name=name)
            for kind, names in (("subnet", self.subnet_ids), ("security-group", [self.security_group_id]))
            for name in names
        ]
        add_statement(
            role,
            iam.PolicyStatement(
                actions=[f"ec2:{action}" for action in self.rights.writes], resources=[interfaces, *places]
            ),
        )
        acknowledge(
            role,
            wildcard(role, interfaces),
            "EC2 gives an interface its id when the service creates it; the subnets and the group are named",
        )
        allow_without_resource(role, [f"ec2:Describe{kind}" for kind in self.rights.reads])
