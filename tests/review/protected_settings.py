"""Properties that protect, for the tests of what weakens them."""

from typing import Any

TITLE = "Weakens security"
BUCKET, FUNCTION, METHOD = "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::ApiGateway::Method"
BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)


def ingress(*sources: str, **more: Any) -> dict[str, Any]:
    return {"SecurityGroupIngress": [{"CidrIp": one, "IpProtocol": "tcp", **more} for one in sources]}


def public_access(flags: dict[str, Any]) -> dict[str, Any]:
    return {"PublicAccessBlockConfiguration": flags}


def within(path: str, value: Any) -> Any:
    """Properties that have a value at a path; a number in it stands for a list of one."""
    for member in reversed(path.split(".")):
        value = [value] if member.isdigit() else {member: value}
    return value
