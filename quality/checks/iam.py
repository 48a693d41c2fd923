"""What of the policies of an assembly can have no effect, by AWS's own table of actions."""

from collections.abc import Iterator
from pathlib import Path

from assembly import load
from quality.checks.scanners import Finding
from rehearsal.iam.actions import faults
from rehearsal.iam.removal import places
from rehearsal.iam.template import account_of

TOOL = "IAM"
_ID = "statement-without-effect"


def iam(folder: Path) -> Iterator[Finding]:
    """An action that does not exist, an action or a resource that meet none of the other in their statement,
    and a condition key that does not exist, each once, at the resource that declares the policy."""
    account = account_of(load(folder))
    declared = dict.fromkeys(one for place in places(account) for one in place.declared(account))
    for statement in declared:
        source = statement.source
        for fault in faults(statement):
            yield Finding(
                TOOL, _ID, f"{source.stack}/{source.logical_id}", f"statement {source.index}: {fault}"
            )
