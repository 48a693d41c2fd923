"""Thousands of policies and requests, decided by MiniStack, too: each difference has its reason."""

import copy
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from differences import EXPLANATIONS
from policy_pairs import Case, account, cases, request

from local.containers.environment import ImageEnvironment
from rehearsal.iam import evaluate

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/heavy/ministack"
COUNT, SEED = 12_000, 20261130


@pytest.fixture(scope="module")
def python() -> Path:
    folder = ROOT / "build" / "environments"
    return ImageEnvironment("ministack", folder, "3.12", FOLDER / "requirements.txt").python()


def decided(generated: Iterable[Case]) -> list[str]:
    return [evaluate(account(one), request(one)).verdict.value for one in generated]


def judged(python: Path, generated: Sequence[Case]) -> list[str]:
    done = subprocess.run(
        [str(python), str(FOLDER / "judge.py")],
        input=json.dumps(generated),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def without(reasons: Iterable[str], case: Case) -> Case:
    """The case without what those reasons are about."""
    changed = copy.deepcopy(case)
    for reason in reasons:
        EXPLANATIONS[reason](changed)
    return changed


def differing(python: Path, generated: Sequence[Case]) -> list[int]:
    both = zip(decided(generated), judged(python, generated), strict=True)
    return [index for index, (ours, theirs) in enumerate(both) if ours != theirs]


def test_every_difference_has_its_reason(python: Path) -> None:
    generated = cases(COUNT, SEED)
    verdicts = Counter(decided(generated))
    left = [generated[index] for index in differing(python, generated)]
    counts = Counter({"cases": COUNT, "differences": len(left), **verdicts})

    for reason in EXPLANATIONS:
        kept = {*differing(python, [without([reason], one) for one in left])}
        counts[reason] = len(left) - len(kept)
        left = [one for index, one in enumerate(left) if index in kept]
    unexplained = [left[index] for index in differing(python, [without(EXPLANATIONS, one) for one in left])]
    counts["several of these together"] = len(left) - len(unexplained)
    print("\n".join(f"{count:6} {name}" for name, count in counts.items()))

    assert unexplained == []
    assert all(counts[reason] for reason in EXPLANATIONS), counts
    assert min(verdicts["allowed"], verdicts["denied"]) > COUNT / 10


def test_each_reason_is_told_in_the_decisions() -> None:
    text = (ROOT / "docs/decisions/iam.md").read_text()

    assert [reason for reason in EXPLANATIONS if f"| {reason} |" not in text] == []
