"""Which settings decide what reaches a resource or what it reaches: networks, public access, CORS."""

import re

from review.differences import Path

# Types that are about nothing else.
_TYPES = frozenset(
    {
        "AWS::EC2::EIP",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::Route",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EC2::VPCPeeringConnection",
        "AWS::Lambda::Url",
        "AWS::WAFv2::IPSet",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    }
)
_PROPERTIES = frozenset(
    {
        "AccessControl",
        "ApiKeyRequired",
        "AppNetworkAccessType",
        "AuthorizationType",
        "AuthorizerId",
        "DirectInternetAccess",
        "DisableExecuteApiEndpoint",
        "EnableInterContainerTrafficEncryption",
        "EnableNetworkIsolation",
        "EndpointConfiguration",
        "EndpointPublicAccess",
        "MapPublicIpOnLaunch",
        "NetworkConfig",
        "OwnershipControls",
        "PublicAccessCidrs",
        "PublicAccessBlockConfiguration",
        "RemoteAccess",
        "RootAccess",
        "SecurityGroupEgress",
        "SecurityGroupIds",
        "SecurityGroupIngress",
        "SecurityGroups",
        "SubnetId",
        "SubnetIds",
        "VpcConfig",
        "WebsiteConfiguration",
    }
)
# CorsConfiguration, Access-Control-Allow-Origin, and a variable such as ALLOWED_ORIGINS.
_CROSS_ORIGIN = re.compile(r"cors|origin(?!al)|Access-Control-", re.IGNORECASE)


def is_opening(resource_type: str, path: Path) -> bool:
    """Whether a difference at that path below a resource's declaration belongs first in a review."""
    if path[:1] != ("Properties",):
        return False
    if resource_type in _TYPES:
        return "Tags" not in path
    return any(member in _PROPERTIES or _CROSS_ORIGIN.search(member) for member in path[1:])
