"""The parts of ARNs, and which policy of a resource decides about one."""

from rehearsal.iam.account import Account

_KEY = "key/"


def part(arn: str, index: int) -> str:
    parts = arn.split(":", 5)
    return parts[index] if index < len(parts) else ""


def service(arn: str) -> str:
    return part(arn, 2)


def account(arn: str) -> str:
    """The account in an ARN; empty in that of a bucket, and where there is none."""
    return part(arn, 4)


def is_key(arn: str) -> bool:
    return service(arn) == "kms" and part(arn, 5).startswith(_KEY)


def is_role(arn: str) -> bool:
    return service(arn) == "iam" and part(arn, 5).startswith("role/")


def holder(arn: str, of: Account) -> str:
    """What the policy that decides about a resource is attached to: an object's bucket, a log group's
    account, else the resource itself."""
    if service(arn) == "s3":
        return arn.partition("/")[0]
    if service(arn) == "logs":
        return f"arn:{of.partition}:logs:{of.region}:{of.id}:*"
    return arn
