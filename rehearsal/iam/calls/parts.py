"""What several services do alike for a role: pull an image, write logs, enter a network, encrypt a volume."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service, run
from rehearsal.iam.request import Values

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[^.]+)\.(?P<suffix>amazonaws\.com(?:\.cn)?)/(?P<name>[^:@]+)"
)
_INTERFACE = "network-interface/eni-0123456789abcdef0"
_SAGEMAKER_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
_SAGEMAKER_LOOKS = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


def repository_of(caller: Caller, image: str) -> str | None:
    """The ARN of the repository of an image in ECR, None for an image that is elsewhere."""
    found = _IMAGE.match(image)
    if found is None:
        return None
    partition = caller.inventory.place.partition
    return f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"


def pulls(caller: Caller, image: str, page: str) -> Iterator[Call]:
    """The image is pulled by SageMaker with the role: from its own network, not from the VPC."""
    if (repository := repository_of(caller, image)) is not None:
        yield caller.call("ecr:GetAuthorizationToken", "*", "signs in to the registry", page)
        yield from run(caller.calls(PULL, repository, "pulls the image", page))


def pulled_by_service(caller: Caller, image: str) -> Iterator[Call]:
    """An image of this account beside others in one model is pulled by SageMaker on its own behalf, too."""
    repository = repository_of(caller, image)
    if repository is not None and caller.inventory.place.account in repository:
        model = caller.inventory.arn("sagemaker", "model/example")
        service = of_service(caller.inventory, "sagemaker.amazonaws.com", caller.made_by, model)
        yield from service.calls(PULL, repository, "pulls the image", pages.PULLED_BY_SERVICE)


def logs(caller: Caller, group: str, page: str, *, creates_group: bool = True) -> Iterator[Call]:
    """Streams of a log group are created and written."""
    arn = f"{caller.inventory.arn('logs', 'log-group')}:{group}"
    if creates_group:
        yield caller.call("logs:CreateLogGroup", arn, "creates its log group", page)
        yield caller.call("logs:DescribeLogStreams", f"{arn}:log-stream:", "looks for its log stream", page)
    yield from caller.calls(
        ("logs:CreateLogStream", "logs:PutLogEvents"), f"{arn}:log-stream:example", "writes its log", page
    )


def enters(caller: Caller, vpc_config: Mapping[str, Any] | None, page: str) -> Iterator[Call]:
    """SageMaker puts a network interface into each subnet, and takes it away."""
    if not vpc_config:
        return
    for resource in _places(caller, vpc_config["Subnets"], vpc_config["SecurityGroupIds"]):
        yield caller.call(_SAGEMAKER_INTERFACES[0], resource, "enters its VPC", page)
    interface = caller.inventory.arn("ec2", _INTERFACE)
    yield from caller.calls(_SAGEMAKER_INTERFACES[1:], interface, "enters and leaves its VPC", page)
    yield from caller.calls(_SAGEMAKER_LOOKS, "*", "looks at its VPC", page)


def _places(caller: Caller, subnets: Sequence[str], groups: Sequence[str]) -> Iterator[str]:
    """What the creation of a network interface is asked for."""
    yield caller.inventory.arn("ec2", _INTERFACE)
    yield from (caller.inventory.arn("ec2", f"subnet/{one}") for one in subnets)
    yield from (caller.inventory.arn("ec2", f"security-group/{one}") for one in groups)


def function_enters(caller: Caller, vpc_config: Mapping[str, Any], page: str) -> Iterator[Call]:
    """Lambda does so for a function, without the rights that SageMaker needs."""
    for resource in _places(caller, vpc_config["SubnetIds"], vpc_config["SecurityGroupIds"]):
        yield caller.call("ec2:CreateNetworkInterface", resource, "enters its VPC", page)
    interface = caller.inventory.arn("ec2", _INTERFACE)
    yield from caller.calls(
        ("ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"),
        interface,
        "enters and leaves its VPC",
        page,
    )
    yield from caller.calls(
        ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"), "*", "looks at its VPC", page
    )


def encrypts_volume(caller: Caller, key: str | None, page: str) -> Iterator[Call]:
    """The volume of an instance is encrypted: the key is granted to EBS."""
    if key:
        carries: dict[str, Values] = {
            "kms:CallerAccount": caller.inventory.place.account,
            "kms:GrantIsForAWSResource": "true",
            "kms:GrantOperations": ("CreateGrant", "Decrypt", "Encrypt", "GenerateDataKeyWithoutPlaintext"),
        }
        yield caller.call("kms:CreateGrant", key, "encrypts its volume", page, carries)
        looks = {"kms:CallerAccount": caller.inventory.place.account}
        yield caller.call("kms:DescribeKey", key, "encrypts its volume", pages.EBS_KEYS, looks)
