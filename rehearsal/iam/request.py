"""One call as IAM sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = str | tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """Who calls what on which resource, with the condition keys that the call carries.

    `principal` is the ARN of a role of the account, or a service as it calls on its own behalf
    (`s3.amazonaws.com`). `resource` is an ARN, or `*` for an action that knows no resource. Keys of `context`
    are compared without regard to case; a key with a tuple has several values. What follows from the account
    and the principal (aws:PrincipalArn, aws:PrincipalTag/...) doesn't need to be given. A key that isn't
    given is one that the call does not carry, unless `unknown` names it: then nobody knows.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, Values] = field(default_factory=dict, hash=False)
    unknown: frozenset[str] = frozenset()

    @property
    def is_of_service(self) -> bool:
        return not self.principal.startswith("arn:")
