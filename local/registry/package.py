"""A model package, and the operations that every registry has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

PENDING, APPROVED, REJECTED = STATUSES = ("PendingManualApproval", "Approved", "Rejected")


@dataclass(frozen=True)
class Container:
    """One container of a package; `digest` is the SHA-256 of its model archive, None without one."""

    hostname: str
    image: str
    model_data_url: str | None
    digest: str | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Package:
    """A version of a model package group: its containers in their order, and how good they are.

    `baseline` is where the `statistics` and the `constraints` of its data are; empty without them.
    `reason` is what whoever approved or rejected it wrote.
    """

    group: str
    version: int
    arn: str
    status: str
    created: str
    metrics: Mapping[str, Any]
    containers: Sequence[Container]
    baseline: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


class Registry(Protocol):
    """A registry; `name` is what a release calls it. A version that is not there raises UsageError."""

    name: str

    def versions(self, group: str) -> list[Package]:
        """The packages of a group, the oldest first; none of a group that nothing was registered in."""
        ...

    def package(self, group: str, version: int) -> Package: ...

    def set_status(self, group: str, version: int, status: str, reason: str = "") -> Package:
        """Approve or reject a version, for a reason if one is given; returns it as it is then."""
        ...
