"""`python -m rehearsal iam`: who may do what, by the policies of the templates alone."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assembly import load
from assembly.errors import UsageError
from assembly.manifest import EMPTY
from rehearsal.iam import escalation, reach, wording
from rehearsal.iam.calls.call import NOBODY_KNOWS
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.early import early
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.idle import idle_grants, reasons, settled, stale
from rehearsal.iam.rehearsal import Rehearsal
from rehearsal.iam.request import Request, Values
from rehearsal.iam.use import decisions

SUMMARY = "who may do what, by the policies of the templates"
_DESCRIPTION = """\
Reads the roles and policies of an assembly (cdk.out) and answers as IAM would: nothing is asked of AWS.

An answer is allowed, denied or undecided: undecided where it depends on what no template says, such as the
address that somebody calls from. docs/iam.md has examples, and what is not modeled.
"""
_CAN = """\
Answers one question as IAM does: may ROLE do ACTION on RESOURCE?

  python -m rehearsal iam can slipway-dev-churn-training/JobRole s3:GetObject \\
      arn:aws:s3:::slipway-dev-foundation-databucket/churn/input/churn.txt
  python -m rehearsal iam can slipway-dev-churn-training/Pipeline/Role iam:PassRole \\
      arn:aws:iam::000000000000:role/NAME iam:PassedToService=sagemaker.amazonaws.com

Exits 0 when it is allowed, 1 when it is denied, 3 when it is undecided.
"""
_EXIT = {Verdict.ALLOWED: 0, Verdict.DENIED: 1, Verdict.UNDECIDED: 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = _DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")

    def add(name: str, summary: str, answer: Callable[[Rehearsal, Any], int], **more: Any) -> Any:
        command = questions.add_parser(name, help=summary, **({"description": summary} | more))
        command.add_argument(
            "--assembly", type=Path, default=Path("cdk.out"), help="what `cdk synth` wrote (default: cdk.out)"
        )
        command.set_defaults(answer=answer)
        return command

    add(
        "calls", "what services call once the stacks are deployed, and what of it is denied", _calls
    ).add_argument("--all", action="store_true", help="list those that are allowed, too")
    can = add(
        "can",
        "whether a role may do one thing, and which statement says so",
        _can,
        description=_CAN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    can.add_argument(
        "role", metavar="ROLE", help="name, logical id, construct path or ARN of a role, or a service"
    )
    can.add_argument("action", metavar="ACTION", help="such as s3:GetObject")
    can.add_argument("resource", metavar="RESOURCE", help="an ARN, or * for an action without resources")
    can.add_argument("context", metavar="KEY=VALUE", nargs="*", help="condition keys that the call carries")
    add("matrix", "what each role may do, on which resources", _matrix).add_argument(
        "--role", help="of this role only"
    )
    add("unused", "what is granted and no rehearsed call uses", _unused)
    add("escalation", "how a role may become more than it is", _escalation)
    add("reach", "what others than this account's roles can reach", _reach)


def run(arguments: argparse.Namespace) -> int:
    """Raises AssemblyError for an assembly that cannot be read, UsageError for a role that is not in it."""
    answer: Callable[[Rehearsal, Any], int] = arguments.answer
    return answer(Rehearsal(load(arguments.assembly)), arguments)


def _calls(rehearsal: Rehearsal, arguments: Any) -> int:
    answers = list(decisions(rehearsal.account, rehearsal.calls))
    for call, decision in answers:
        if arguments.all or not decision.allowed:
            print(wording.call(call, decision))
    too_early = sorted(early(rehearsal.assembly))
    for one in too_early:
        print(f"too early: {one}")
    counts = {one: sum(decision.verdict is one for _, decision in answers) for one in Verdict}
    print(", ".join(f"{count} {one.value}" for one, count in counts.items()))
    return 0 if counts[Verdict.ALLOWED] == len(answers) and not too_early else 1


def _can(rehearsal: Rehearsal, arguments: Any) -> int:
    principal = arguments.role
    if not principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        principal = rehearsal.role(principal).arn
    request = Request(
        principal, arguments.action, arguments.resource, _context(arguments.context), NOBODY_KNOWS
    )
    decision: Decision = evaluate(rehearsal.account, request)
    print(wording.answer(request, decision))
    return _EXIT[decision.verdict]


def _context(given: Iterable[str]) -> dict[str, Values]:
    """The keys as a call carries them; one that is given twice has several values."""
    found: dict[str, Values] = {"aws:SecureTransport": "true"}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise UsageError(f"expected KEY=VALUE, got {one!r}")
        before = found.get(key, ()) if key != "aws:SecureTransport" else ()
        values = (*((before,) if isinstance(before, str) else before), value)
        found[key] = values if len(values) > 1 else value
    return found


def _matrix(rehearsal: Rehearsal, arguments: Any) -> int:
    roles = [rehearsal.role(arguments.role)] if arguments.role else rehearsal.account.roles.values()
    paths = rehearsal.role_paths
    for role in sorted(roles, key=lambda one: paths[one.arn]):
        print(wording.role(role, paths[role.arn], rehearsal.account))
    return 0


def _unused(rehearsal: Rehearsal, arguments: Any) -> int:
    idle = list(idle_grants(rehearsal.uses))
    known = reasons(rehearsal.assembly)
    unexplained = 0
    for grant, reason in settled(idle, known):
        print(f"{grant}\n    {'no reason is given' if reason is None else reason.text}")
        unexplained += reason is None
    for one in stale(idle, known):
        print(f"{one.path}: its reason covers nothing that is unused ({one.what}: {one.text})")
        unexplained += 1
    if unexplained:
        print(
            "Remove what no call needs, or say why it is kept: keep_idle() of stacks/policies/idle_grant.py.",
            file=sys.stderr,
        )
        if empty := {mark["workload"] for _, mark in rehearsal.assembly.metadata(EMPTY)}:
            names = ", ".join(sorted(empty))
            said = f"Stacks of {names} are empty until trained or released: what they call is not known."
            print(said, file=sys.stderr)
    return 1 if unexplained else 0


def _escalation(rehearsal: Rehearsal, arguments: Any) -> int:
    paths = rehearsal.role_paths
    for step in escalation.steps(rehearsal.account, rehearsal.calls):
        print(f"{paths[step.role]} -> {paths.get(step.becomes, step.becomes)}: {step.how}")
    return 0


def _reach(rehearsal: Rehearsal, arguments: Any) -> int:
    for one in reach.reachable(rehearsal.account):
        print(one)
    return 0
