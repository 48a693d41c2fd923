"""Requests that a grant is for: what a statement would allow, asked of a whole account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rehearsal.iam.account import Account
from rehearsal.iam.actions import find
from rehearsal.iam.conditions import Name
from rehearsal.iam.request import Request, Values
from rehearsal.iam.statement import Statement

# What stands for any name.
_ANY_NAME = "any"
_ABSENT = "true"


@dataclass(frozen=True)
class Probe:
    """One action of a grant as a request; `granted` is the resource as the statement writes it, `under` the
    values of its conditions that the request meets, by key."""

    request: Request
    granted: str
    under: tuple[tuple[str, str], ...] = ()


def probes(account: Account) -> Iterator[Probe]:
    """A request for each action and resource that a statement of the account allows a role or a service.

    What everybody or another account is granted isn't asked, nor is what a policy variable decides.
    """
    for role in account.roles.values():
        for statement in role.identity:
            yield from _of_statement(statement, role.arn, statement.resources)
        for statement in role.trust:
            yield from _of_principals(account, statement, (role.arn,))
    for held in (account.resource_policies, account.keys):
        for arn, statements in held.items():
            for statement in statements:
                # A key's policy means the key by `*`, a repository's has no resources.
                on = tuple(one for one in statement.resources if one.strip("*"))
                yield from _of_principals(account, statement, on or (arn,))


def _of_principals(account: Account, statement: Statement, on: tuple[str, ...]) -> Iterator[Probe]:
    for one in statement.principals:
        if one.type == "Service" or one.value in account.roles:
            yield from _of_statement(statement, one.value, on)


def _of_statement(statement: Statement, principal: str, on: tuple[str, ...]) -> Iterator[Probe]:
    if not statement.allows:
        return
    for resource in on:
        if statement.has_variables and "${" in resource:
            continue
        asked = _sample(resource) if resource.strip("*") else "*"
        for action in (action for pattern in statement.actions for action in find(pattern)):
            if not resource.strip("*") or action.takes(resource):
                for under in _meeting(statement):
                    context = {key: values for key, (_, values) in under.items()}
                    written = tuple((key, value) for key, (value, _) in under.items())
                    yield Probe(Request(principal, action.name, asked, context), resource, written)


def _meeting(statement: Statement) -> Iterator[Mapping[str, tuple[str, Values]]]:
    """Contexts that meet the conditions of a statement, as far as its values say what does: by key the value
    as it is written, and what a request carries. Each value of a condition is in one of them."""
    first: dict[str, tuple[str, Values]] = {}
    others: list[tuple[str, tuple[str, Values]]] = []
    for written, keys in statement.conditions.items():
        name = Name.read(written)
        for key, values in keys.items():
            if name.operator == "Null":
                if _ABSENT not in values:
                    first.setdefault(key, (_ANY_NAME, _ANY_NAME))
            elif "Not" not in name.operator:
                each = [(one, (_sample(one),) if name.of_set else _sample(one)) for one in values]
                first[key] = each[0]
                others += [(key, one) for one in each[1:]]
    yield first
    for key, one in others:
        yield {**first, key: one}


def _sample(pattern: str) -> str:
    return pattern.replace("*", _ANY_NAME).replace("?", "x")
