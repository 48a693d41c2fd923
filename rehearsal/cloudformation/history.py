"""Deploys commit after commit, each onto an empty account and over what its predecessor left.

`scripts/rehearse_history` synthesizes the commits and runs this. Standard input names them, the oldest
first, in lines of `FOLDER COMMIT SUBJECT`: the assembly, with the policies of the role that deploys in its
folder `policies` where the commit had any. It prints a table as Markdown, and ends with 1 where a deployment
fails.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assembly import load
from assembly.errors import SlipwayError
from assembly.program import ended
from rehearsal.cloudformation.declared import Declared
from rehearsal.cloudformation.operations import deploy
from rehearsal.cloudformation.outcome import Action, Deployment
from rehearsal.cloudformation.permissions import HandlerPermissions
from rehearsal.cloudformation.refusals import Refusals
from rehearsal.cloudformation.rehearser import Permissions
from rehearsal.cloudformation.state import State

_SHOWN: Final[tuple[Action, ...]] = ("create", "update", "replace", "delete")
_FILLED: Final = {"AWS::S3::Bucket": "objects", "AWS::ECR::Repository": "images"}


@dataclass(frozen=True)
class Commit:
    """A commit with its assembly. A stack whose model isn't trained here counts as if it were."""

    name: str
    subject: str
    declared: Declared
    permissions: Permissions | None

    @classmethod
    def read(cls, line: str) -> "Commit":
        """Raises AssemblyError for a folder without an assembly."""
        folder, name, subject = line.rstrip("\n").split(" ", 2)
        declared = Declared.read(Path(folder))
        ready = {stack.name: replace(stack, errors=()) for stack in declared.stacks.values()}
        policies = Path(folder) / "policies"
        permissions = HandlerPermissions(policies, load(Path(folder))) if policies.is_dir() else None
        return cls(name, subject, replace(declared, stacks=ready), permissions)

    def onto(self, state: State) -> Deployment:
        return deploy(state, self.declared, checks=(Refusals(),), permissions=self.permissions)

    def onto_nothing(self) -> Deployment:
        return self.onto(State.empty(self.declared.account, self.declared.region))


@dataclass(frozen=True)
class Row:
    commit: Commit
    onto_nothing: Deployment
    over_predecessor: Deployment | None

    @property
    def failed(self) -> bool:
        return any(one and one.failure for one in (self.onto_nothing, self.over_predecessor))

    def __str__(self) -> str:
        found = (told(self.onto_nothing), told(self.over_predecessor))
        cells = (self.commit.name, self.commit.subject, *found)
        return f"| {' | '.join(one.replace('|', '\\|').replace('\n', ' ') for one in cells)} |"


def rows(commits: Iterator[Commit]) -> Iterator[Row]:
    """One for each commit. A predecessor that can't be deployed onto nothing is none."""
    before: Deployment | None = None
    for commit in commits:
        now = commit.onto_nothing()
        over = commit.onto(in_use(before.state)) if before and not before.failure else None
        yield Row(commit, now, over)
        before = now


def in_use(state: State) -> State:
    """The same with something in each bucket and in each repository."""
    stored = (one for stack in state.stacks.values() for one in stack.resources.values())
    return state.holding(
        {(one.type, one.physical_id): _FILLED[one.type] for one in stored if one.type in _FILLED}
    )


def told(deployment: Deployment | None) -> str:
    """A cell: what was done, or why it fails."""
    if deployment is None:
        return "-"
    if deployment.failure is not None:
        one = deployment.failure
        place = "/".join(filter(None, (one.stack, one.path)))
        return f"**{one.kind}** at {place}: {one.message}"
    operations = [inner for outer in deployment.stacks for inner in outer.walk()]
    done = Counter(step.action for one in operations for step in one.steps)
    left = sum(len(one.left) for one in operations)
    parts = [f"{kind} {done[kind]}" for kind in _SHOWN if kind in done]
    return ", ".join([*parts, *([f"leave {left}"] if left else [])]) or "nothing"


def main() -> int:
    print("| Commit | Subject | Onto an empty account | Over its predecessor |\n| --- | --- | --- | --- |")
    failed = False
    for row in rows(Commit.read(line) for line in sys.stdin):
        print(row, flush=True)
        failed |= row.failed
    if failed:
        raise SlipwayError("expected every commit to be deployed; the table says which were not, and why")
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
