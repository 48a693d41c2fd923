"""Statements made ready to be asked many times."""

from collections.abc import Sequence

from rehearsal.iam import patterns
from rehearsal.iam.conditions import conditions
from rehearsal.iam.context import RequestContext
from rehearsal.iam.principals import Caller, Naming, is_named
from rehearsal.iam.statement import Statement
from rehearsal.iam.ternary import Ternary, all_of, any_of, negated


class Rule:
    """A statement with its patterns compiled; which actions it matches is kept."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        variables = statement.has_variables
        self._actions = [patterns.action(one) for one in statement.actions or statement.not_actions]
        self._resources = [
            patterns.resource(one, has_variables=variables)
            for one in statement.resources or statement.not_resources
        ]
        self._conditions = conditions(statement.conditions, has_variables=variables)
        self._matched: dict[str, bool] = {}

    def applies(self, action: str, resource: str, context: RequestContext, naming: Naming) -> Ternary:
        """Whether it says something of this request; None where that isn't known, which the context notes."""
        if naming is Naming.NOT or not self._is_action(action, context):
            return False
        noted = len(context.missing)
        found = all_of((self._is_resource(resource, context), is_named(naming)))
        if found is not False:
            found = all_of((found, *(holds(context) for holds in self._conditions)))
        if found is not None:
            context.forget(noted)
        elif len(context.missing) == noted:
            context.note(f"whether {self.statement.source} applies")
        return found

    def _is_action(self, action: str, context: RequestContext) -> bool:
        known = self._matched.get(action)
        if known is None:
            among = any(one.matches(action, context) for one in self._actions)
            known = self._matched[action] = among == bool(self.statement.actions)
        return known

    def _is_resource(self, resource: str, context: RequestContext) -> Ternary:
        if self.statement.not_resources:
            # What a variable without a value leaves out of NotResource isn't documented.
            return negated(any_of(one.matches(resource, context, without=None) for one in self._resources))
        return any_of(one.matches(resource, context) for one in self._resources) if self._resources else True


class Finding:
    """What some statements say of a request: which one denies or allows it, and whether others might."""

    def __init__(
        self, rules: Sequence[Rule], action: str, resource: str, context: RequestContext, caller: Caller
    ) -> None:
        self.deny: Statement | None = None
        self.allow: Statement | None = None
        self.naming = Naming.NOT
        self.may_deny = False
        self.may_name = Naming.NOT
        for rule in rules:
            naming = caller.named(rule.statement)
            found = rule.applies(action, resource, context, naming)
            if found is not False:
                self._add(rule.statement, found, naming)

    def _add(self, statement: Statement, found: Ternary, naming: Naming) -> None:
        if not statement.allows:
            self.deny = self.deny or (statement if found else None)
            self.may_deny = self.may_deny or found is None
        elif found is None:
            self.may_name = max(self.may_name, Naming.SESSION if naming is Naming.MAYBE else naming)
        elif naming > self.naming:
            self.allow, self.naming = statement, naming

    def allows(self, least: Naming = Naming.ACCOUNT) -> Ternary:
        """Whether it allows a caller that is named at least so directly."""
        if self.naming >= least:
            return True
        return None if self.may_name >= least else False
