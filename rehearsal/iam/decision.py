"""What IAM answers."""

from dataclasses import dataclass
from enum import Enum

from rehearsal.iam.request import Request
from rehearsal.iam.statement import Statement


class Verdict(Enum):
    ALLOWED = "allowed"
    DENIED = "denied"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """The answer to one request.

    `reason` is the end of AWS's sentence for a denial ("because no identity-based policy allows the
    s3:GetObject action"), for the others what allows it or is not known. `statement` is the one that allows
    or denies, None where none does. `unknown` says for an undecided request what would have to be known;
    `caller` is the ARN of the session that calls, where a role does.
    """

    verdict: Verdict
    reason: str
    statement: Statement | None = None
    unknown: tuple[str, ...] = ()
    caller: str = ""

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOWED

    def message(self, request: Request) -> str:
        """AWS's sentence for a request that is denied, one of the same form for the others."""
        who = f"User: {self.caller or request.principal}"
        on = "" if request.resource == "*" else f" on resource: {request.resource}"
        able = {Verdict.ALLOWED: "is", Verdict.DENIED: "is not", Verdict.UNDECIDED: "may not be"}[
            self.verdict
        ]
        return f"{who} {able} authorized to perform: {request.action}{on} {self.reason}".rstrip()
