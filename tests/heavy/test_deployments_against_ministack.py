"""Sequences of templates, deployed by MiniStack, too: each difference has its reason."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from template_sequences import Template, sequences

from local.containers.environment import ImageEnvironment
from rehearsal.cloudformation.declared import Declared, DeclaredStack
from rehearsal.cloudformation.operations import deploy
from rehearsal.cloudformation.state import State

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/heavy/ministack"
STACK, COUNT, SEED = "one", 300, 20261201


@dataclass(frozen=True)
class Outcome:
    """What is there after a template: the stack's status, the names by logical id; `refused` is the kind of
    our refusal."""

    status: str | None
    names: Mapping[str, str]
    refused: str = ""

    @property
    def is_complete(self) -> bool:
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True)
class Difference:
    """Both outcomes of a template, and the resources that each engine kept as they were."""

    old: Template
    new: Template
    ours: Outcome
    theirs: Outcome
    kept: frozenset[str]
    kept_by_them: frozenset[str]

    def refuses(self, kind: str) -> bool:
        """Whether we refuse for that reason what MiniStack does."""
        return self.ours.refused == kind and self.theirs.is_complete


def _renamed_bucket(one: Difference) -> bool:
    if not (one.ours.is_complete and one.theirs.is_complete):
        return False
    more = one.kept_by_them - one.kept
    buckets = {id for id in more if one.new["Resources"][id]["Type"] == "AWS::S3::Bucket"}
    named = {id for id in more if "BucketName" in one.new["Resources"][id].get("Properties", {})}
    return bool(more) and more == buckets and not named


# One template may have both.
_OF_REFERENCES = ("circular-dependency", "unresolved-reference")
EXPLANATIONS: Mapping[str, Callable[[Difference], bool]] = {
    "a name is given to two resources": lambda one: one.refuses("name-taken"),
    "a dependency on what isn't declared counts for nothing": lambda one: one.refuses("unresolved-reference"),
    "a resource becomes one of another type": lambda one: one.ours.refused == "type-changed",
    "a circle is found once the stack exists": lambda one: (
        one.ours.refused in _OF_REFERENCES and str(one.theirs.status).endswith("_FAILED")
    ),
    "a bucket keeps its name when the template takes it away": _renamed_bucket,
}


@pytest.fixture(scope="module")
def python() -> Path:
    folder = ROOT / "build" / "environments"
    return ImageEnvironment(
        "ministack-cloudformation", folder, "3.12", FOLDER / "cloudformation.txt"
    ).python()


def deployed(templates: Sequence[Template]) -> Iterator[Outcome]:
    state = State.empty("000000000000", "us-east-1")
    for template in templates:
        declared = Declared(state.account, state.region, {STACK: DeclaredStack(STACK, template)})
        found = deploy(state, declared)
        state = found.state
        stack = state.stacks.get(STACK)
        names = {id: one.physical_id for id, one in stack.resources.items()} if stack else {}
        yield Outcome(stack.status if stack else None, names, found.failure.kind if found.failure else "")


def judged(python: Path, generated: Sequence[Sequence[Template]]) -> list[list[Outcome]]:
    done = subprocess.run(
        [str(python), str(FOLDER / "deployments.py")],
        input=json.dumps(generated),
        capture_output=True,
        text=True,
        check=True,
    )
    return [[Outcome(one["status"], one["resources"]) for one in each] for each in json.loads(done.stdout)]


def differences(templates: Sequence[Template], theirs: Sequence[Outcome]) -> Iterator[Difference | None]:
    """What differs after each template, None where nothing does, up to the first: then the states differ."""
    old: Template = {"Resources": {}}
    before = before_theirs = Outcome(None, {})
    for new, ours, their in zip(templates, deployed(templates), theirs, strict=True):
        kept, kept_by_them = _kept(before, ours), _kept(before_theirs, their)
        same = (ours.status, ours.names.keys(), kept) == (their.status, their.names.keys(), kept_by_them)
        yield None if same else Difference(old, new, ours, their, kept, kept_by_them)
        if not same:
            return
        old, before, before_theirs = new, ours, their


def _kept(before: Outcome, after: Outcome) -> frozenset[str]:
    return frozenset(id for id, name in after.names.items() if before.names.get(id) == name)


def test_every_difference_has_its_reason(python: Path) -> None:
    generated = sequences(COUNT, SEED)
    compared = [
        one
        for templates, theirs in zip(generated, judged(python, generated), strict=True)
        for one in differences(templates, theirs)
    ]
    found = [one for one in compared if one is not None]
    reasons = [[name for name, explains in EXPLANATIONS.items() if explains(one)] for one in found]
    counts = Counter({"templates": len(compared), "differences": len(found)})
    counts.update(name for names in reasons for name in names)
    print("\n".join(f"{count:6} {name}" for name, count in counts.items()))

    assert [one for one, names in zip(found, reasons, strict=True) if len(names) != 1] == []
    assert all(counts[name] for name in EXPLANATIONS), counts
    assert len(found) < len(compared) / 4


def test_each_reason_is_told_in_the_decisions() -> None:
    text = (ROOT / "docs/decisions/rehearsal.md").read_text()

    assert [name for name in EXPLANATIONS if f"| {name} |" not in text] == []
