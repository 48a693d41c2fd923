"""What a change of policies means: who can do what that they could not before, and who can no longer.

`python -m rehearsal.iam.changes OLD NEW` compares two cloud assemblies; it prints JSON, which `make diff`
hands to the comparison of everything else.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembly import Assembly, load
from assembly.errors import SlipwayError
from assembly.program import ended
from rehearsal.iam import arns, patterns
from rehearsal.iam.account import Account
from rehearsal.iam.calls import Call, calls
from rehearsal.iam.decision import Decision, Verdict
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.inventory import Inventory
from rehearsal.iam.probes import Probe, probes
from rehearsal.iam.request import Request
from rehearsal.iam.template import account_of
from rehearsal.iam.vocabulary import Words, deeds, under

# Of an object that CDK publishes: another content is another name.
_ASSET = re.compile(r":cdk-[^:/]*-assets-[^:/]*/.*[0-9a-f]{64}")
_CAN = {Verdict.ALLOWED: "can now", Verdict.DENIED: "can no longer"}
# Of a request that meets no condition, where another one that does is decided as before.
_EXCEPT = {"can now": " without conditions", "can no longer": " except under conditions"}
_MAY = {Verdict.ALLOWED: "may no longer be able to", Verdict.DENIED: "may now be able to"}


type _Resources = dict[tuple[str, str], set[str]]


@dataclass(frozen=True)
class Side:
    """An assembly with its account and what is called in it."""

    account: Account
    calls: Sequence[Call]
    words: Words

    @classmethod
    def of(cls, assembly: Assembly) -> "Side":
        """Raises AssemblyError for policies and properties that can't be resolved."""
        return cls(account_of(assembly), [*calls(assembly)], Words(Inventory(assembly)))

    def verdict(self, request: Request) -> Verdict:
        """Denied, too, for a role that isn't there."""
        return evaluate(self.account, request).verdict if self.has(request.principal) else Verdict.DENIED

    def has(self, arn: str) -> bool:
        """Whether it is no role of this account, or one that is there."""
        is_own = arns.is_role(arn) and arns.account(arn) == self.account.id and "*" not in arn
        return not is_own or arn in self.account.roles


@dataclass(frozen=True)
class Change:
    """What becomes of one action of a principal on what a statement grants, or a call is on: it `can now`,
    or `can no longer`, or only may. `under` says under which conditions, where it depends on them."""

    principal: str
    action: str
    resource: str
    can: str
    under: str = ""


def changes(old: Side, new: Side) -> list[Change]:
    """The requests of both sides' grants and calls that the new one decides otherwise. What a role could that
    is gone isn't a change, nor is what an asset's content hash renames."""
    alike: dict[tuple[str, str, str], dict[Probe, None]] = defaultdict(dict)
    for one in (one for side in (new, old) for one in probes(side.account)):
        alike[one.request.principal, one.request.action, one.granted][one] = None
    found = [change for asked in alike.values() for change in _changed([*asked], old, new)]
    for side in (new, old):
        for call in side.calls:
            one = Probe(call.request, call.request.resource)
            if not _is_told(one, found):
                found += _changed([one], old, new)
    return [*dict.fromkeys(found)]


def _changed(asked: Sequence[Probe], old: Side, new: Side) -> Iterator[Change]:
    """What becomes of one grant. Its conditions are told where it doesn't change under all of them."""
    cans = [_becomes(one, old, new) for one in asked]
    is_mixed = len({*cans}) > 1
    for one, can in zip(asked, cans, strict=True):
        if can:
            told = (under(one.under) or _EXCEPT.get(can, "")) if is_mixed else ""
            yield Change(one.request.principal, one.request.action, one.granted, can, told)


def _becomes(one: Probe, old: Side, new: Side) -> str:
    """What it can now, or no longer; empty where nothing changes."""
    request = one.request
    is_gone = old.has(request.resource) and not new.has(request.resource)
    if is_gone or not new.has(request.principal) or _ASSET.search(one.granted):
        return ""
    before, after = old.verdict(request), new.verdict(request)
    return "" if before is after else _CAN.get(after) or _MAY[before]


def _is_told(one: Probe, found: Sequence[Change]) -> bool:
    request = one.request
    return any(
        (change.principal, change.action) == (request.principal, request.action)
        and patterns.glob(change.resource).fullmatch(request.resource)
        for change in found
    )


def denied(old: Side, new: Side) -> list[tuple[Call, Decision]]:
    """The calls of the new side that its policies deny, unless the old side's denied them as well."""
    found = []
    for call in new.calls:
        decision = evaluate(new.account, call.request)
        if decision.verdict is Verdict.DENIED:
            known = any(one.request == call.request for one in old.calls)
            if not known or old.verdict(call.request) is not Verdict.DENIED:
                found.append((call, decision))
    return found


def told(old: Side, new: Side) -> dict[str, object]:
    """The changes in sentences, and the calls that will be denied; what `review.policies` reads."""
    return {
        "changes": sentences(changes(old, new), new.words, old),
        "denied": [
            {"made_by": call.made_by, "purpose": call.purpose, "message": decision.message(call.request)}
            for call, decision in denied(old, new)
        ],
    }


def sentences(found: Sequence[Change], words: Words, old: Side) -> list[str]:
    """One for each principal and what becomes of it: the function `...` can no longer invoke `endpoint/a`."""
    by_who: dict[tuple[str, str], _Resources] = defaultdict(lambda: defaultdict(set))
    for one in found:
        by_who[one.principal, one.can][one.resource, one.under].add(one.action)
    lines = []
    for (principal, can), resources in by_who.items():
        who = words.who(principal) if old.has(principal) else f"{words.who(principal)}, which is new,"
        lines.append(f"{who} {can} {'; '.join(_together(resources, words))}")
    return sorted(lines)


def _together(resources: _Resources, words: Words) -> Iterator[str]:
    """What is done to resources, those to which the same is done together."""
    alike: dict[str, list[str]] = defaultdict(list)
    for (resource, condition), actions in sorted(resources.items()):
        alike[deeds(actions)].append(words.what(resource) + condition)
    for deed, on in alike.items():
        yield f"{deed} {', '.join(dict.fromkeys(on))}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.iam.changes", description=__doc__)
    parser.add_argument("old", type=Path, help="cloud assembly that is deployed")
    parser.add_argument("new", type=Path, help="cloud assembly that would be deployed over it")
    arguments = parser.parse_args()
    try:
        found = told(*(Side.of(load(one)) for one in (arguments.old, arguments.new)))
    except SlipwayError as error:
        found = {"not told": str(error)}
    json.dump(found, sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
