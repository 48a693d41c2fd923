"""An account for tests: a role, and documents that become statements."""

from collections.abc import Mapping
from typing import Any

from rehearsal.iam import Account, PolicyKind, Request, Role, Source, Statement, parse_document

ID, REGION = "111122223333", "eu-west-1"
ROOT = f"arn:aws:iam::{ID}:root"
ROLE = f"arn:aws:iam::{ID}:role/job"
SESSION = f"arn:aws:sts::{ID}:assumed-role/job/SageMaker"
BUCKET = "arn:aws:s3:::data"
OBJECT = f"{BUCKET}/churn/train.csv"
KEY = f"arn:aws:kms:{REGION}:{ID}:key/1234"


def statements(
    kind: PolicyKind, *declared: Mapping[str, Any], version: str = "2012-10-17"
) -> tuple[Statement, ...]:
    source = Source("stack", kind.name.title(), f"stack/{kind.name.title()}")
    return parse_document({"Version": version, "Statement": list(declared)}, source, kind) if declared else ()


def identity(*declared: Mapping[str, Any]) -> tuple[Statement, ...]:
    return statements(PolicyKind.IDENTITY, *declared)


def resource(*declared: Mapping[str, Any]) -> tuple[Statement, ...]:
    return statements(PolicyKind.RESOURCE, *declared)


def trust(*declared: Mapping[str, Any]) -> tuple[Statement, ...]:
    return statements(PolicyKind.TRUST, *declared)


def allow(action: str | list[str] = "s3:GetObject", on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action: str | list[str] = "s3:GetObject", on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, on, **more), "Effect": "Deny"}


def role(*policy: Mapping[str, Any], **more: Any) -> Role:
    return Role(ROLE, "job", **{"identity": identity(*policy), "session": "SageMaker", **more})


def account(one: Role, **more: Any) -> Account:
    """The account of that role, whose bucket has no policy unless one is given."""
    policies = {BUCKET: (), **more.pop("resource_policies", {})}
    return Account(ID, "aws", REGION, roles={one.arn: one}, resource_policies=policies, **more)


def request(action: str = "s3:GetObject", on: str = OBJECT, **context: str | tuple[str, ...]) -> Request:
    """A call of the role; a key is written with two underscores for its colon."""
    return Request(ROLE, action, on, {key.replace("__", ":"): value for key, value in context.items()})
