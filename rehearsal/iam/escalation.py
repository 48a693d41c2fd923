"""How a role may become more than it is: by a role that it passes or assumes, or by what another one runs.

Each step is asked of the evaluator, so that a condition or an explicit deny that is in the way counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rehearsal.iam import patterns
from rehearsal.iam.account import Account, Role
from rehearsal.iam.calls import Call
from rehearsal.iam.evaluate import Evaluator
from rehearsal.iam.request import Request, Values
from rehearsal.iam.use import NO_VALUES

# With one of these a principal writes its own policies, or another's.
_EDITS = (
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
)
_BY_CODE = ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration")


@dataclass(frozen=True, order=True)
class Step:
    """A role, what it may become, and how."""

    role: str
    becomes: str
    how: str


def steps(account: Account, calls: Sequence[Call]) -> list[Step]:
    """What each role of the account may become in one step; a chain is several of them."""
    return sorted({*_passed(account), *_chained(account), *_edited(account), *_replaced(account, calls)})


class _Asking:
    """Questions about what one role may do, over TLS and with whatever else a call has to carry."""

    def __init__(self, evaluator: Evaluator, role: Role) -> None:
        self._evaluator, self._role = evaluator, role
        self._named: dict[str, bool] = {}

    def names(self, action: str) -> bool:
        """Whether a policy of the role names the action at all: IAM has no policies of resources."""
        if action not in self._named:
            patterns_of = (patterns.action(one) for each in self._role.identity for one in each.actions)
            others = any(each.not_actions for each in self._role.identity)
            self._named[action] = others or any(one.matches(action, NO_VALUES) for one in patterns_of)
        return self._named[action]

    def may(self, action: str, resource: str, **context: Values) -> bool:
        carries: dict[str, Values] = {"aws:SecureTransport": "true", **context}
        return self._evaluator.decide(Request(self._role.arn, action, resource, carries)).allowed


def _each(account: Account) -> Iterator[tuple[Role, _Asking]]:
    evaluator = Evaluator(account)
    for role in account.roles.values():
        yield role, _Asking(evaluator, role)


def _passed(account: Account) -> Iterator[Step]:
    """A role that is passed to a service runs what the one who passes it tells the service to run."""
    services = {
        role.arn: {
            one.value for statement in role.trust for one in statement.principals if one.type == "Service"
        }
        for role in account.roles.values()
    }
    for role, asking in _each(account):
        for other, trusted in services.items() if asking.names("iam:PassRole") else ():
            for service in sorted(trusted):
                if other != role.arn and asking.may(
                    "iam:PassRole", other, **{"iam:PassedToService": service}
                ):
                    yield Step(role.arn, other, f"passes it to {service} (iam:PassRole)")


def _chained(account: Account) -> Iterator[Step]:
    trusting = [
        other.arn
        for other in account.roles.values()
        if any(one.type == "AWS" for statement in other.trust for one in statement.principals)
        or any(statement.not_principals for statement in other.trust)
    ]
    for role, asking in _each(account):
        for other in trusting:
            if other != role.arn and asking.may("sts:AssumeRole", other):
                yield Step(role.arn, other, "assumes it (sts:AssumeRole)")


def _edited(account: Account) -> Iterator[Step]:
    for role, asking in _each(account):
        named = [action for action in _EDITS if asking.names(action)]
        for other in account.roles if named else ():
            if edits := [action for action in named if asking.may(action, other)]:
                yield Step(role.arn, other, f"changes its policies ({', '.join(edits)})")


def _replaced(account: Account, calls: Sequence[Call]) -> Iterator[Step]:
    """Who may write what another role fetches and runs decides what that role does."""
    fetched = {(call.request.resource, call.request.principal) for call in calls if call.runs}
    functions = {
        (call.request.context.get("aws:SourceArn"), call.request.resource)
        for call in calls
        if call.request.action == "sts:AssumeRole" and call.request.principal == "lambda.amazonaws.com"
    }
    for role, asking in _each(account):
        for resource, other in sorted(fetched):
            action = "ecr:PutImage" if ":ecr:" in resource else "s3:PutObject"
            if other != role.arn and other.startswith("arn:") and asking.may(action, resource):
                yield Step(role.arn, other, f"replaces what it runs, {resource} ({action})")
        for function, other in functions:
            for action in _BY_CODE:
                if isinstance(function, str) and other != role.arn and asking.may(action, function):
                    yield Step(role.arn, other, f"replaces what it runs, {function} ({action})")
