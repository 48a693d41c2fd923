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
    """One action of a grant as a request; `granted` is the resource as the statement writes it."""

    request: Request
    granted: str


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
    context = _meeting(statement)
    for resource in on:
        if statement.has_variables and "${" in resource:
            continue
        for action in (action for pattern in statement.actions for action in find(pattern)):
            if not resource.strip("*") or action.takes(resource):
                asked = "*" if not resource.strip("*") else resource.replace("*", _ANY_NAME).replace("?", "x")
                yield Probe(Request(principal, action.name, asked, context), resource)


def _meeting(statement: Statement) -> Mapping[str, Values]:
    """A context that meets the conditions of a statement, as far as its values say what does."""
    found: dict[str, Values] = {}
    for written, keys in statement.conditions.items():
        name = Name.read(written)
        for key, values in keys.items():
            value = values[0].replace("*", _ANY_NAME).replace("?", "x")
            if name.operator == "Null":
                if _ABSENT not in values:
                    found.setdefault(key, _ANY_NAME)
            elif "Not" not in name.operator:
                found[key] = (value,) if name.of_set else value
    return found
