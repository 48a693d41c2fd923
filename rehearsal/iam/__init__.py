"""IAM on this machine: whether the policies of a template allow a call, and which statement says so."""

from rehearsal.iam.account import Account, Grant, Role
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.request import Request
from rehearsal.iam.statement import PolicyError, PolicyKind, Source, Statement, parse_document

__all__ = [
    "Account",
    "Decision",
    "Grant",
    "PolicyError",
    "PolicyKind",
    "Request",
    "Role",
    "Source",
    "Statement",
    "Verdict",
    "evaluate",
    "parse_document",
]
