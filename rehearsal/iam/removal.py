"""An account without one of its statements: what a deletion would do to the calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rehearsal.iam.account import Account, Role, Statements
from rehearsal.iam.request import Request
from rehearsal.iam.statement import Statement

# Of these the statements are others' to keep.
_OTHERS = ("AWS", "CDKToolkit")


@dataclass(frozen=True)
class Place:
    """Where statements stand: `field` is the account's that holds them, `key` the ARN or id in it; of a role
    they are its `identity` or its `trust`."""

    field: str
    key: str
    part: str = ""

    def statements(self, account: Account) -> Statements:
        held = getattr(account, self.field)[self.key]
        found: Statements = getattr(held, self.part) if self.part else held
        return found

    def declared(self, account: Account) -> Iterator[Statement]:
        """Those of the statements that a template declares."""
        return (one for one in self.statements(account) if one.source.stack not in _OTHERS)

    def concerns(self, request: Request) -> bool:
        """Whether what stands here may have a say in the request."""
        if self.part == "identity":
            return request.principal == self.key
        if self.field == "endpoints":
            return request.context.get("aws:SourceVpce") == self.key
        return request.resource == self.key or request.resource.startswith((f"{self.key}/", f"{self.key}:"))

    def without(self, account: Account, statement: Statement) -> Account:
        """The same account, the statement left out here."""
        kept = tuple(one for one in self.statements(account) if one != statement)
        held: Mapping[str, Role | Statements] = getattr(account, self.field)
        before = held[self.key]
        after = _role_with(before, self.part, kept) if isinstance(before, Role) else kept
        changed: dict[str, Mapping[str, Role | Statements]] = {self.field: {**held, self.key: after}}
        return replace(account, **changed)  # type: ignore[arg-type]


def places(account: Account) -> Iterator[Place]:
    """Where the statements of an account stand."""
    for arn in account.roles:
        yield Place("roles", arn, "identity")
        yield Place("roles", arn, "trust")
    for field in ("resource_policies", "keys", "endpoints"):
        yield from (Place(field, key) for key in getattr(account, field))


def _role_with(role: Role, part: str, statements: Statements) -> Role:
    return replace(role, trust=statements) if part == "trust" else replace(role, identity=statements)
