"""Calls, decisions and roles as people read them."""

import json
from collections.abc import Iterator

from rehearsal.iam.account import Account, Role
from rehearsal.iam.calls import Call
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.request import Request, Values
from rehearsal.iam.statement import Statement
from rehearsal.iam.ways import RESOURCE, TRUST

# Without these, a statement that somebody pastes would allow more than the call needs.
_NARROWING = (
    ("StringEquals", "iam:PassedToService"),
    ("StringEquals", "kms:ViaService"),
    ("Bool", "kms:GrantIsForAWSResource"),
)


def call(one: Call, decision: Decision) -> str:
    """A call and its answer: who brings it about, what for, and where AWS says so."""
    lines = [f"{decision.verdict.value}: {decision.message(one.request)}"]
    lines.append(f"    {one.made_by} {one.purpose}: {one.page}")
    lines += _where(decision)
    if decision.verdict is Verdict.DENIED and decision.statement is None:
        lines.append(f"    to allow it: {_grant(one.request, decision)}")
    return "\n".join(lines)


def remedy(one: Call, decision: Decision) -> str:
    """What a denied call is for, and what would allow it: a statement to add, or the one that denies."""
    why = f"{one.made_by} {one.purpose}"
    if decision.statement is not None:
        source = decision.statement.source
        place = f"{source.path}, statement {source.index} ({source.stack}/{source.logical_id})"
        return f"{why}; denied by {place}"
    return f"{why}; to allow it, add to the {_lacking(decision)}: {_grant(one.request, decision)}"


def _lacking(decision: Decision) -> str:
    """The type of policy that doesn't allow it, as the decision names it."""
    return decision.reason.removeprefix("because no ").partition(" allows ")[0]


def answer(request: Request, decision: Decision) -> str:
    """The answer to one question, with the statement that gives it."""
    return "\n".join([f"{decision.verdict.value}: {decision.message(request)}", *_where(decision)])


def role(one: Role, path: str, account: Account) -> str:
    """What a role may do: each statement's actions, and below them the resources."""
    lines = [path]
    for statement in sorted(one.identity, key=lambda each: each.actions):
        actions = ", ".join(statement.actions) or f"all but {', '.join(statement.not_actions)}"
        lines.append(f"  {'' if statement.allows else 'not '}{actions}{_only(statement)}")
        lines += [f"      {resource}" for resource in _resources(statement, account)]
    lines += [f"  and what {name} allows, which is not known" for name in one.unknown]
    return "\n".join(lines)


def _resources(statement: Statement, account: Account) -> tuple[str, ...]:
    """The resources, without what every ARN of the account begins with."""
    region = f"arn:{account.partition}:"
    named = statement.resources or tuple(f"all but {one}" for one in statement.not_resources)
    return tuple(one.removeprefix(region).replace(f":{account.region}:{account.id}:", ":") for one in named)


def _only(statement: Statement) -> str:
    parts = [
        f"{operator} {key} {' or '.join(values)}"
        for operator, keys in statement.conditions.items()
        for key, values in keys.items()
    ]
    return f", only if {' and '.join(parts)}" if parts else ""


def _where(decision: Decision) -> Iterator[str]:
    if decision.statement is not None:
        source = decision.statement.source
        yield f"    {source.path}, statement {source.index}, {source.stack}/{source.logical_id}"


def _grant(request: Request, decision: Decision) -> str:
    """A statement that allows the request in the type of policy that lacks one."""
    policy = _lacking(decision)
    statement: dict[str, object] = {"Effect": "Allow"}
    if policy in (RESOURCE, TRUST):
        kind = "Service" if request.is_of_service else "AWS"
        statement["Principal"] = {kind: request.principal}
    statement["Action"] = request.action
    if policy != TRUST:
        statement["Resource"] = request.resource
    if kept := _conditions(request):
        statement["Condition"] = kept
    return json.dumps(statement)


def _conditions(request: Request) -> dict[str, dict[str, Values]]:
    """What keeps the grant to this use: the service that a role is passed to, or that a key is used by."""
    carried = {key.lower(): value for key, value in request.context.items()}
    found: dict[str, dict[str, Values]] = {}
    for operator, key in _NARROWING:
        if key.lower() in carried:
            found.setdefault(operator, {})[key] = carried[key.lower()]
    return found
