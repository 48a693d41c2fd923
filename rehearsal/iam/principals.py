"""Whether a statement names who calls, and how directly: that decides what else has to allow the call."""

from collections.abc import Iterable
from enum import IntEnum

from rehearsal.iam import arns
from rehearsal.iam.account import Account, Role
from rehearsal.iam.statement import Principal, Statement
from rehearsal.iam.ternary import Ternary


class Naming(IntEnum):
    """How a statement names a principal, from not at all to most directly.

    An account is named to delegate: its identity-based policies have to allow, too. What a role is granted
    is limited by its permissions boundary; what its session or everybody is granted isn't.
    """

    NOT = 0
    MAYBE = 1
    ACCOUNT = 2
    ROLE = 3
    SESSION = 4


class Caller:
    """Who makes a request: a role of the account, or a service on its own behalf."""

    def __init__(self, account: Account, principal: str, role: Role | None) -> None:
        self._account = account
        self._role = role
        self._names = {principal} if role is None else {role.arn}
        if role is None:
            self._names |= _regional(principal, account.region)

    def named(self, statement: Statement) -> Naming:
        """How Principal or NotPrincipal names the caller; a statement without one is the caller's own."""
        if statement.not_principals:
            return self._excepted(statement.not_principals)
        if statement.principals:
            return max(map(self._named, statement.principals))
        return Naming.SESSION

    def _named(self, principal: Principal) -> Naming:
        if principal.type == "AWS" and principal.value == "*":
            return Naming.SESSION
        if self._role is None:
            named = principal.type in ("Service", "Federated") and principal.value in self._names
            return Naming.SESSION if named else Naming.NOT
        if principal.type == "CanonicalUser":
            return Naming.MAYBE
        return self._as_role(principal.value, self._role) if principal.type == "AWS" else Naming.NOT

    def _as_role(self, value: str, role: Role) -> Naming:
        if value in (self._account.id, self._account.root):
            return Naming.ACCOUNT
        if value == role.arn:
            return Naming.ROLE
        if value == role.session_arn:
            return Naming.SESSION
        # Another session of the role, unless it is known how its session is called.
        start = role.session_arn.rpartition("/")[0] + "/"
        return Naming.MAYBE if value.startswith(start) and not role.session else Naming.NOT

    def _excepted(self, excepted: Iterable[Principal]) -> Naming:
        """NotPrincipal leaves out a role for certain where it names the role, its session and its account."""
        found = {self._named(one) for one in excepted}
        if self._role is None or found == {Naming.NOT}:
            return Naming.NOT if Naming.SESSION in found else Naming.SESSION
        whole = {Naming.ACCOUNT, Naming.ROLE, Naming.SESSION}
        everybody = any(one.type == "AWS" and one.value == "*" for one in excepted)
        return Naming.NOT if everybody or whole <= found else Naming.MAYBE


def is_named(naming: Naming) -> Ternary:
    return None if naming is Naming.MAYBE else naming is not Naming.NOT


def _regional(service: str, region: str) -> set[str]:
    """The other names of a service in its region: logs.eu-west-1.amazonaws.com."""
    name, _, domain = service.partition(".")
    if domain.startswith("amazonaws.com"):
        return {f"{name}.{region}.{domain}"}
    return {f"{name}.{domain.removeprefix(f'{region}.')}"} if domain.startswith(f"{region}.") else set()


def is_gateway_endpoint_service(resource: str) -> bool:
    """Whether a VPC may reach the resource's service by a gateway, whose policy means the root user by an
    account. Both services have interface endpoints, too, whose policies don't."""
    return arns.service(resource) in ("s3", "dynamodb")
