"""A run that IAM judges: each call is decided before it is done, by the policies of one assembly."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Protocol

from assembly import Assembly
from assembly.errors import AssemblyError, SlipwayError
from rehearsal.iam import arns, wording
from rehearsal.iam.calls import Call, derived
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.evaluate import Evaluator
from rehearsal.iam.inventory import Inventory
from rehearsal.iam.request import Request
from rehearsal.iam.statement import PolicyError
from rehearsal.iam.template import account_of

# What somebody is about to call, by what the templates say.
type Derive = Callable[[Inventory], Iterable[Call]]

# What waits for nobody: without these rights AWS does the work all the same, and leaves out its records.
_BESIDE = ("logs:", "xray:", "cloudwatch:")
_WITH_POLICIES = ("AWS::ECR::Repository", "AWS::Lambda::Function", "AWS::SNS::Topic")
_SERVICE_ENDS = (".amazonaws.com", ".amazonaws.com.cn")


class AccessDeniedError(SlipwayError):
    """A call that IAM denies: `sentence` is AWS's, `code` the error that its service answers with; the text
    has the statement to add, too."""

    def __init__(self, call: Call, decision: Decision) -> None:
        action = call.request.action
        self.code = "AccessDenied" if action.startswith(("s3:", "sts:")) else "AccessDeniedException"
        self.sentence = decision.message(call.request)
        self.remedy = wording.remedy(call, decision)
        super().__init__(f"{self.code}: {self.sentence}\n  {self.remedy}")


class Iam(Protocol):
    """Who is asked before a call is done."""

    def demand(self, derive: Derive) -> None:
        """Raise AccessDeniedError for the first of the calls that is denied."""
        ...


class Off:
    """Nothing is judged."""

    def demand(self, derive: Derive) -> None:
        pass


OFF = Off()


class Enforcement:
    """Judges by the policies of an assembly, which don't change while it runs.

    `note` is told once of each thing that leaves a call undecided, of each role that no template has, and of
    what is denied where AWS goes on without: none of them stops the run.
    """

    def __init__(self, declared: Assembly, note: Callable[[str], None]) -> None:
        self._inventory = Inventory(declared)
        self._evaluator = Evaluator(account_of(declared))
        self._note = note
        self._told: set[str] = set()

    def demand(self, derive: Derive) -> None:
        for call in self._calls(derive):
            decision = self._evaluator.decide(call.request)
            if decision.verdict is Verdict.UNDECIDED:
                for one in decision.unknown:
                    self._tell(f"not decided by IAM here, and done: what depends on {one}")
            elif decision.verdict is Verdict.DENIED:
                error = AccessDeniedError(call, decision)
                if not call.request.action.startswith(_BESIDE):
                    raise error
                self._tell(f"denied by IAM, and left out on AWS: {error}")

    def _calls(self, derive: Derive) -> Iterator[Call]:
        try:
            for call in derived(derive, self._inventory):
                if self._is_known(call.request.principal) and self._is_known_resource(call.request):
                    yield call
        except AssemblyError as error:
            self._tell(f"not decided by IAM here, and done: {error}")

    def _is_known_resource(self, request: Request) -> bool:
        """Whether the policies that decide are all there: of a role that is taken on, and of what a service
        uses on its own behalf, by the policy of the resource alone."""
        arn = request.resource
        if arns.is_role(arn):
            return self._is_known(arn)
        if not request.is_of_service or arns.account(arn) != self._inventory.place.account:
            return True
        name = arn.split(":", 5)[5].removeprefix("repository/").removeprefix("function:").partition(":")[0]
        if arns.is_key(arn) or name in self._declared:
            return True
        self._tell(f"{arn} is in no template: IAM doesn't decide here who may use it")
        return False

    @cached_property
    def _declared(self) -> frozenset[str | None]:
        """The names of what has a policy of its own."""
        return frozenset(one.known_name for kind in _WITH_POLICIES for one in self._inventory.resources(kind))

    def _is_known(self, principal: str) -> bool:
        if principal.endswith(_SERVICE_ENDS) or principal in self._evaluator.account.roles:
            return True
        self._tell(f"{principal} is a role of no template: IAM doesn't decide here what it may do")
        return False

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._note(text)


def enforced(declared: Assembly, note: Callable[[str], None]) -> Iam:
    """What judges by an assembly; nothing, with a note, where its policies cannot be read."""
    try:
        return Enforcement(declared, note)
    except (AssemblyError, PolicyError, KeyError, TypeError, AttributeError) as error:
        note(f"IAM decides nothing here, the policies cannot be read: {error}")
        return OFF
