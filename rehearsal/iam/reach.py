"""Resources that others than the roles of the account can reach, by a policy of the resource."""

from collections.abc import Iterator

from rehearsal.iam.account import Account
from rehearsal.iam.statement import Principal, Statement

# What limits a caller to this account, or to one of its resources.
_BOUNDS = ("aws:sourceaccount", "aws:sourcearn", "aws:principalaccount", "aws:sourcevpce", "aws:sourcevpc")


def reachable(account: Account) -> Iterator[str]:
    """A line for each statement that allows somebody else something: who, what, and what limits it."""
    policies = {
        **account.resource_policies,
        **account.keys,
        **{arn: role.trust for arn, role in account.roles.items()},
    }
    for arn, statements in sorted(policies.items()):
        for statement in statements:
            if statement.allows and statement.source.stack != "AWS":
                yield from _lines(account, arn, statement)


def _lines(account: Account, arn: str, statement: Statement) -> Iterator[str]:
    actions = ", ".join(statement.actions) or f"all but {', '.join(statement.not_actions)}"
    for principal in statement.principals:
        if who := _other(account, principal):
            yield f"{arn}: {who} may {actions}, {_limits(statement)}"
    if statement.not_principals:
        yield f"{arn}: everybody but a few may {actions}, {_limits(statement)}"


def _other(account: Account, principal: Principal) -> str:
    """Who it is, if it is nobody of the account."""
    if principal.value == "*":
        return "everybody"
    if principal.type == "AWS" and account.id in principal.value:
        return ""
    return principal.value


def _limits(statement: Statement) -> str:
    keys = {key for conditions in statement.conditions.values() for key in conditions}
    bounds = sorted(key for key in keys if key.lower() in _BOUNDS or key.lower().startswith("kms:encryption"))
    return f"limited by {', '.join(bounds)}" if bounds else "for whomever it calls: nothing limits it"
