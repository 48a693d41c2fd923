"""Acknowledgements as a synthesized assembly holds them, and how they meet findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assembly.manifest import StackArtifact
from quality.checks.scanners import Finding

_TYPE = "aws:cdk:acknowledged-rules"


@dataclass(frozen=True, order=True)
class Acknowledgement:
    """One finding of a tool accepted at a construct."""

    tool: str
    id: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        same = (self.tool, self.id) == (finding.tool, finding.id)
        return same and f"{finding.place}/".startswith(f"{self.path}/")

    def __str__(self) -> str:
        return f"{self.tool} {self.id} at {self.path}"


@dataclass(frozen=True)
class Outcome:
    """What findings and acknowledgements leave of each other."""

    unmet: Sequence[Finding]
    accepted: Sequence[Finding]
    idle: Sequence[Acknowledgement]
    greedy: Sequence[Acknowledgement]

    @property
    def is_clean(self) -> bool:
        return not (self.unmet or self.idle or self.greedy)


def acknowledgements(stacks: Iterable[StackArtifact]) -> list[Acknowledgement]:
    """Every acknowledgement of an assembly, once."""
    return sorted(
        {
            Acknowledgement(tool, finding, path, reason)
            for stack in stacks
            for path, data in stack.metadata(_TYPE)
            for identifier, reason in data.items()
            for tool, _, finding in [identifier.partition("::")]
        }
    )


def settle(findings: Iterable[Finding], acknowledged: Sequence[Acknowledgement]) -> Outcome:
    """Each acknowledgement accepts the one finding that it covers: one that covers none is idle, one that
    covers several is greedy."""
    findings = sorted(set(findings))
    covered = {one: [finding for finding in findings if one.covers(finding)] for one in acknowledged}
    accepted = {finding for found in covered.values() for finding in found}
    return Outcome(
        unmet=[finding for finding in findings if finding not in accepted],
        accepted=sorted(accepted),
        idle=[one for one, found in covered.items() if not found],
        greedy=[one for one, found in covered.items() if len(found) > 1],
    )


def construct_paths(stacks: Iterable[StackArtifact]) -> Mapping[str, str]:
    """The construct's path for each `<stack>/<logical id>`."""
    return {f"{stack.name}/{logical_id}": path for stack in stacks for path, logical_id in stack.logical_ids}
