"""Which statements of an account the rehearsed calls need: without one that is used, a call is denied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rehearsal.iam import patterns
from rehearsal.iam.account import Account
from rehearsal.iam.calls import Call
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.evaluate import Evaluator
from rehearsal.iam.removal import places
from rehearsal.iam.statement import Statement

_PLAIN_HTTP = {"aws:SecureTransport": "false"}


@dataclass(frozen=True)
class Use:
    """A statement and the calls that end otherwise without it: an allowed one is denied, or one over plain
    HTTP, which it denies, is allowed. Where there are none, nobody needs it."""

    statement: Statement
    needed_by: Sequence[Call]

    @cached_property
    def idle_actions(self) -> Sequence[str]:
        """The actions of the statement that none of the calls asks for."""
        asked = {call.request.action for call in self.needed_by}
        return [one for one in self.statement.actions if not _asked(one, asked)]

    @cached_property
    def idle_resources(self) -> Sequence[str]:
        """The resources of the statement that none of the calls is on."""
        touched = {call.request.resource for call in self.needed_by}
        variables = self.statement.has_variables
        compiled = {one: patterns.resource(one, has_variables=variables) for one in self.statement.resources}
        return [
            one
            for one, pattern in compiled.items()
            if not any(pattern.matches(arn, NO_VALUES) for arn in touched)
        ]


class _NoValues:
    def value(self, key: str) -> str | None:
        return None


NO_VALUES = _NoValues()


def _asked(action: str, asked: set[str]) -> bool:
    pattern = patterns.action(action)
    return any(pattern.matches(one, NO_VALUES) for one in asked)


def decisions(account: Account, calls: Sequence[Call]) -> Iterator[tuple[Call, Decision]]:
    """What IAM answers to each call."""
    evaluator = Evaluator(account)
    for call in calls:
        yield call, evaluator.decide(call.request)


def uses(account: Account, calls: Sequence[Call]) -> Iterator[Use]:
    """Each statement that the templates declare, deleted in turn, with the calls that need it."""
    plain = [_over_plain_http(call) for call in calls if call.request.resource != "*"]
    allowed = [call for call, decision in decisions(account, calls) if decision.allowed]
    denied = [call for call, decision in decisions(account, plain) if decision.verdict is Verdict.DENIED]
    for place in places(account):
        concerned = {
            effect: [call for call in of_effect if place.concerns(call.request)]
            for effect, of_effect in (("Allow", allowed), ("Deny", denied))
        }
        for statement in place.declared(account):
            changed = Evaluator(place.without(account, statement))
            yield Use(
                statement,
                [
                    call
                    for call in _applied(concerned[statement.effect], statement)
                    if changed.decide(call.request).allowed is not statement.allows
                ],
            )


def _applied(calls: Sequence[Call], statement: Statement) -> Iterator[Call]:
    """The calls with an action and a resource that the statement is about, as far as that is easy to see."""
    actions = [patterns.action(one) for one in statement.actions]
    resources = [patterns.resource(one, has_variables=statement.has_variables) for one in statement.resources]
    for call in calls:
        asked = not actions or any(one.matches(call.request.action, NO_VALUES) for one in actions)
        if asked and (
            not resources
            or any(one.matches(call.request.resource, NO_VALUES, without=True) for one in resources)
        ):
            yield call


def _over_plain_http(call: Call) -> Call:
    request = replace(call.request, context={**call.request.context, **_PLAIN_HTTP})
    return replace(call, request=request)
