"""Roles that AWS services assume on behalf of this account."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from stacks.asked_once import add_statement, stack_of
from stacks.policies.acknowledgement import acknowledge, wildcard

_OF_ONE_ROLE = "the policy is this one role's and goes with it; a managed policy could be attached elsewhere"
_NO_RESOURCE = "what is allowed on * are actions for which the service knows no resource: see the list below"


class ServiceRole(iam.Role):
    """A role that one service may assume, on behalf of this account only, with nothing granted yet."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: str,
        description: str,
        names_source: bool = True,
        session_tags: Mapping[str, str] | None = None,
    ) -> None:
        """With `session_tags` the service tags its sessions, and has to with these, where there are some."""
        equal = {"aws:SourceAccount": stack_of(scope).account} if names_source else {}
        equal |= {f"aws:RequestTag/{key}": value for key, value in (session_tags or {}).items()}
        conditions = {"StringEquals": equal} if equal else {}
        principal: iam.IPrincipal = iam.ServicePrincipal(service, conditions=conditions)
        if session_tags is not None:
            principal = iam.SessionTagsPrincipal(principal)
        super().__init__(scope, id, description=description, assumed_by=principal)
        acknowledge(self, "NIST.800.53.R5-IAMNoInlinePolicy", _OF_ONE_ROLE)

    @property
    def policy(self) -> IConstruct:
        """What was granted so far. It is a resource of its own: what needs a right depends on it, too."""
        return self.node.find_child("DefaultPolicy")


def allow_without_resource(role: iam.IRole, actions: Sequence[str]) -> None:
    """Allow actions for which the service knows no resource, on `*`; a rule of ours refuses all others."""
    add_statement(role, iam.PolicyStatement(actions=[*actions], resources=["*"]))
    acknowledge(role, wildcard(role, "*"), _NO_RESOURCE)
