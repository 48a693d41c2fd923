"""The policies of the role with which CloudFormation deploys, and the boundary of roles that it creates."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from assembly.errors import UsageError
from rehearsal.deployment.needs import Deployment
from rehearsal.iam.account import Account

# Of a managed policy, as AWS counts: without white space.
MOST_CHARACTERS: Final = 6_144
_OF_ARNS = frozenset({"iam:PolicyARN", "iam:PermissionsBoundary"})
_OWN_POLICY = re.compile(r"arn:aws:iam::\d+:policy/(.*)")
type Document = Mapping[str, Any]
type Statement = dict[str, Any]


def documents(deployment: Deployment) -> dict[str, Document]:
    """The documents by the names of their managed policies, each as large as AWS accepts. Raises UsageError
    for a boundary that is larger."""
    policies = [_document(one) for one in _packed(list(_statements(deployment)))]
    found = {f"deploy-{deployment.prefix}{number}": one for number, one in enumerate(policies, start=1)}
    boundary = _boundary(deployment.account, deployment.prefix)
    if size(boundary) > MOST_CHARACTERS:
        raise UsageError(f"the boundary has {size(boundary)} characters; expected at most {MOST_CHARACTERS}")
    return {**found, deployment.boundary_name: boundary}


def size(document: Document) -> int:
    """Its characters, as AWS counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _statements(deployment: Deployment) -> Iterator[Statement]:
    """One for each set of resources with its conditions."""
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for action in deployment.actions:
        resources, keys = deployment.patterns(action), deployment.contexts(action.name)
        if resources and all(keys.values()):
            grouped[json.dumps([resources, _conditions(keys, deployment.prefix)])].append(action.name)
    for described, actions in grouped.items():
        resources, conditions = json.loads(described)
        statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
        yield statement | ({"Condition": conditions} if conditions else {})


def _conditions(keys: Mapping[str, Sequence[str]], prefix: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    found: defaultdict[str, dict[str, Sequence[str]]] = defaultdict(dict)
    for key, values in keys.items():
        operator = "ArnLike" if key in _OF_ARNS else "StringEquals"
        found[operator][key] = sorted({_anywhere(one, prefix) for one in values})
    return found


def _anywhere(value: str, prefix: str) -> str:
    """Of an ARN of a policy of ours those in whichever account, by the prefix where it begins with that."""
    own = _OWN_POLICY.fullmatch(value)
    if own is None:
        return value
    return f"arn:aws:iam::*:policy/{f'{prefix}*' if own[1].startswith(prefix) else own[1]}"


def _packed(statements: Sequence[Statement]) -> list[list[Statement]]:
    """The statements in as few policies as hold them, the largest first."""
    policies: list[list[Statement]] = []
    waiting = sorted(statements, key=lambda one: (-len(json.dumps(one)), json.dumps(one)))
    for statement in waiting:
        fitting = (one for one in policies if size(_document([*one, statement])) <= MOST_CHARACTERS)
        room = next(fitting, None)
        if room is None:
            policies.append([statement])
        else:
            room.append(statement)
    return policies


def _document(statements: Sequence[Statement]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _boundary(account: Account, prefix: str) -> Document:
    """The most that the roles of the templates may do: what any of them may, and to pass one another."""
    allowed = {
        action
        for role in account.roles.values()
        for one in role.identity
        if one.allows
        for action in one.actions
    }
    passes = {"iam:PassRole"} & allowed
    statements = [{"Effect": "Allow", "Action": sorted(allowed - passes), "Resource": "*"}]
    if passes:
        statements.append(
            {"Effect": "Allow", "Action": sorted(passes), "Resource": f"arn:aws:iam::*:role/{prefix}*"}
        )
    return _document(statements)
