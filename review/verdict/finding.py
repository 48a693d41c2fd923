"""What a verdict consists of."""

from dataclasses import dataclass
from enum import Enum

from review.differences import Difference
from review.openings import is_opening
from review.permissions import is_permission
from review.resource_changes import Fate, ResourceChange


class Severity(Enum):
    """The most severe first; the value completes "this deployment ..."."""

    FAILS = "will fail"
    DENIES = "leads to calls that are denied"
    UNREAD = "changes nested stacks, which cannot be judged"
    UNDOES = "deletes what it has just created"
    DELETES = "deletes data"
    WEAKENS = "weakens security"
    REPLACES = "replaces or removes resources"


@dataclass(frozen=True)
class Finding:
    """One reason for the verdict. `subject` is a construct's path with its type, empty for the stack itself;
    `reason` is Markdown; `section` is the report's section that tells more, empty where none does; the
    heavier `weight` comes first among those of one severity."""

    severity: Severity
    stack: str
    subject: str
    reason: str
    section: str = ""
    weight: int = 0


def section_of(change: ResourceChange, difference: Difference | None = None) -> str:
    """The section of the report in which a difference of a resource stands; without one, the resource."""
    if difference and is_permission(change.resource.type, difference):
        return "Permissions"
    if difference and change.fate is not Fate.REPLACED and is_opening(change.resource.type, difference.path):
        return "Network and access"
    return change.fate.value.capitalize() if change.fate else ""
