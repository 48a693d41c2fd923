"""Whether one account's policies allow a request: an explicit deny wins, then one way has to allow it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from rehearsal.iam import arns, ways
from rehearsal.iam.account import Account, Role, Statements
from rehearsal.iam.actions import find
from rehearsal.iam.context import RequestContext
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.grants import is_granted
from rehearsal.iam.principals import Caller, Naming, is_gateway_endpoint_service
from rehearsal.iam.request import Request
from rehearsal.iam.rules import Finding, Rule
from rehearsal.iam.ternary import Ternary, any_of
from rehearsal.iam.ways import BOUNDARY, ENDPOINT, IDENTITY, RESOURCE, TRUST, Policies, Way

_MOST_REMEMBERED = 10_000
_ASSUMES_ROLE = "sts:assumerole"


def evaluate(account: Account, request: Request) -> Decision:
    """What IAM answers to a request, by the policies of one account.

    Denied only where a statement certainly denies, or no policy is left that might allow; allowed only where
    nothing that isn't known could deny; undecided otherwise. Service control policies, resource control
    policies and session policies aren't in a template: there are none.
    """
    return _evaluator(account).decide(request)


class Evaluator:
    """One account with its statements compiled when they are first asked; it remembers what it decided."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._rules: dict[int, Sequence[Rule]] = {}
        self._decided: dict[Request, Decision] = {}

    def decide(self, request: Request) -> Decision:
        """As `evaluate`; the context of the request mustn't change afterwards."""
        known = self._decided.get(request)
        if known is None:
            if len(self._decided) >= _MOST_REMEMBERED:
                self._decided.clear()
            known = self._decided[request] = self._decide(request)
        return known

    def _decide(self, request: Request) -> Decision:
        role = None if request.is_of_service else self.account.roles.get(request.principal)
        if role is None and not request.is_of_service:
            return _undecided([f"the policies of {request.principal}"])
        decision = _Case(self, request, role).decision()
        return decision if role is None else replace(decision, caller=role.session_arn)

    def rules(self, statements: Statements) -> Sequence[Rule]:
        # The account, which holds the tuple, lives as long as this: its id is its own.
        found = self._rules.get(id(statements))
        if found is None:
            found = self._rules[id(statements)] = [Rule(one) for one in statements]
        return found


@lru_cache(maxsize=8)
def _evaluator(account: Account) -> Evaluator:
    return Evaluator(account)


class _Case:
    """One request, and what the policies of each type say of it."""

    def __init__(self, evaluator: Evaluator, request: Request, role: Role | None) -> None:
        self._evaluator = evaluator
        self._account = evaluator.account
        self._request = request
        self._role = role
        self._context = RequestContext(self._account, request, role)
        self._caller = Caller(self._account, request.principal, role)
        self._identity = self._finding(role.identity if role else ())
        self._boundary = self._finding(role.boundary or () if role else ())
        name, statements = self._of_resource()
        self._resource_name, self._resource_is_known = name, statements is not None
        self._resource = self._finding(statements or ())
        self._endpoint = self._of_endpoint()

    def decision(self) -> Decision:
        for policy, finding in self._findings():
            if finding.deny is not None:
                reason = f"with an explicit deny in {_article(policy)} {policy}"
                return Decision(Verdict.DENIED, reason, finding.deny)
        possible = self._ways()
        passes = self._passes_endpoint()
        if lacking := ways.lacking(possible) or (ENDPOINT if passes is False else ""):
            return Decision(Verdict.DENIED, f"because no {lacking} allows the {self._request.action} action")
        may_deny, exists = self._may_deny(), self._is_action()
        if may_deny or not exists or passes is None or any_of(one.allows for one in possible) is None:
            return _undecided([*self._context.missing])
        return self._allowed(next(one for one in possible if one.allows))

    def _allowed(self, way: Way) -> Decision:
        policy = next(
            (one.policy for one in way.needs if one.policy in (IDENTITY, ways.GRANT)), way.needs[0].policy
        )
        statement = {IDENTITY: self._identity.allow, ways.GRANT: None}.get(policy, self._resource.allow)
        reason = f"because {_article(policy)} {policy} allows the {self._request.action} action"
        return Decision(Verdict.ALLOWED, reason, statement)

    def _findings(self) -> Iterable[tuple[str, Finding]]:
        yield IDENTITY, self._identity
        yield self._resource_name, self._resource
        yield BOUNDARY, self._boundary
        if self._endpoint is not None:
            yield ENDPOINT, self._endpoint

    def _ways(self) -> list[Way]:
        policies = Policies(
            self._by_identity(),
            self._boundary.allows(),
            self._role is not None and self._role.boundary is not None,
            self._resource,
            self._resource_is_known,
            self._resource_name,
        )
        if self._role is None:
            found = ways.of_service(policies)
        elif arns.account(self._request.resource) not in ("", self._account.id):
            return ways.of_other_account(policies)
        elif self._resource_name == TRUST or arns.is_key(self._request.resource):
            found = ways.of_guarded(policies)
        else:
            return ways.of_resource(policies)
        if arns.is_key(self._request.resource):
            found.append(ways.by_grant(is_granted(self._account, self._request, self._role), policies))
        return found

    def _by_identity(self) -> Ternary:
        found = self._identity.allows()
        return None if not found and self._role is not None and self._role.unknown else found

    def _is_action(self) -> bool:
        if find(self._request.action):
            return True
        self._context.note(f"the action {self._request.action}, which AWS's reference doesn't have")
        return False

    def _may_deny(self) -> bool:
        for one in self._role.unknown if self._role else ():
            self._context.note(f"the document of {one}")
        if not self._resource_is_known:
            self._context.note(f"the {self._resource_name} of {self._holder}")
        unknown = not self._resource_is_known or bool(self._role and self._role.unknown)
        return unknown or any(finding.may_deny for _, finding in self._findings())

    def _of_resource(self) -> tuple[str, Statements | None]:
        """The policy of the resource, how it is called, and None where it isn't known."""
        arn, account = self._request.resource, self._account
        if self._request.action.lower() == _ASSUMES_ROLE and arns.is_role(arn):
            role = account.roles.get(arn)
            return TRUST, None if role is None else role.trust
        if arns.is_key(arn):
            return RESOURCE, account.keys.get(arn)
        policy = account.resource_policies.get(self._holder)
        if policy is None and (arn == "*" or arns.account(arn) == account.id):
            return RESOURCE, ()
        return RESOURCE, policy

    @property
    def _holder(self) -> str:
        return arns.holder(self._request.resource, self._account)

    def _of_endpoint(self) -> Finding | None:
        statements = self._account.endpoints.get(self._context.endpoint or "")
        return None if statements is None else self._finding(statements)

    def _passes_endpoint(self) -> Ternary:
        endpoint = self._context.endpoint
        if endpoint is None:
            return True
        if self._endpoint is None:
            self._context.note(f"the policy of the VPC endpoint {endpoint}")
            return None
        if self._endpoint.naming is Naming.ACCOUNT and is_gateway_endpoint_service(self._request.resource):
            self._context.note(f"whether {endpoint} is a gateway: its policy names the account")
            return None
        return self._endpoint.allows()

    def _finding(self, statements: Statements) -> Finding:
        rules = self._evaluator.rules(statements)
        return Finding(rules, self._request.action, self._request.resource, self._context, self._caller)


def _article(policy: str) -> str:
    if policy == TRUST:
        return "the"
    return "an" if policy.startswith("i") else "a"


def _undecided(unknown: Sequence[str]) -> Decision:
    return Decision(
        Verdict.UNDECIDED, f"because this isn't known: {', '.join(unknown)}", None, tuple(unknown)
    )
