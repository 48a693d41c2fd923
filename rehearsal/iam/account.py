"""The principals and policies of one account, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rehearsal.iam.statement import Statement

Statements = tuple[Statement, ...]


@dataclass(frozen=True)
class Role:
    """A role with its policies. `boundary` is None for a role without a permissions boundary.

    `session` is the name of its session where a service chooses it (SageMaker's is "SageMaker", a function's
    its name), empty where it is not known. `unknown` names the policies that are attached and whose documents
    aren't known: an AWS managed policy.
    """

    arn: str
    name: str
    identity: Statements = ()
    boundary: Statements | None = None
    trust: Statements = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    session: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def session_arn(self) -> str:
        """The ARN of its session, with `*` in the place of a session's name that isn't known."""
        arn = self.arn.replace(":iam:", ":sts:", 1).split(":role/")[0]
        return f"{arn}:assumed-role/{self.name}/{self.session or '*'}"


@dataclass(frozen=True)
class Grant:
    """A grant of a KMS key. `encryption_context` is what a call's encryption context must equal
    (`equals`) or contain."""

    grantee: str
    operations: frozenset[str]
    encryption_context: Mapping[str, str] = field(default_factory=dict, hash=False)
    equals: bool = False


@dataclass(frozen=True, eq=False)
class Account:
    """What IAM decides by.

    `resource_policies` are by the ARN of what they are attached to (a bucket's, not an object's); an ARN of
    this account that isn't there has no policy, a bucket or another account's resource that isn't there has
    one that is not known. Resource policies of CloudWatch Logs, which belong to the account, are at
    `arn:aws:logs:REGION:ACCOUNT:*`. `keys` are the key policies by the keys' ARNs, `grants` their grants,
    `endpoints` the policies of VPC endpoints by the endpoints' ids (`aws:SourceVpce`), `tags` the tags of
    resources by ARN.
    """

    id: str
    partition: str
    region: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    resource_policies: Mapping[str, Statements] = field(default_factory=dict)
    keys: Mapping[str, Statements] = field(default_factory=dict)
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    endpoints: Mapping[str, Statements] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return f"arn:{self.partition}:iam::{self.id}:root"
