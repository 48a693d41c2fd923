"""What a change of policies means, as `python -m rehearsal.iam.changes` writes it, for the report."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembly.errors import AssemblyError
from review.verdict.finding import Finding, Severity


@dataclass(frozen=True)
class Policies:
    """Who can do what that they could not before, in sentences, and each call that will be denied.

    `not_told` says why none of this is known, where it isn't.
    """

    changes: tuple[str, ...] = ()
    denied: tuple[Finding, ...] = ()
    not_told: str = ""

    def lines(self) -> list[str]:
        """The section of the report, none where nothing is to be told."""
        told = [f"- {one}" for one in self.changes]
        told = told or ([f"Cannot be told: {self.not_told}"] if self.not_told else [])
        return ["## What the policies allow", "", *told, ""] if told else []


def read(path: Path) -> Policies:
    """Raises AssemblyError for a file that isn't there, or isn't as the rehearsal writes it."""
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if reason := found.get("not told"):
            return Policies(not_told=str(reason))
        return Policies(tuple(found["changes"]), tuple(_finding(**one) for one in found["denied"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssemblyError(
            f"{path}: expected what `python -m rehearsal.iam.changes` prints, got {error}"
        ) from None


def _finding(made_by: str, purpose: str, message: str) -> Finding:
    stack, _, path = made_by.partition("/")
    return Finding(Severity.DENIES, stack, f"`{path}`" if path else "", f"it {purpose}. {message}")
