"""The ways in which a request can be allowed: each is what has to allow it together."""

from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.iam.principals import Naming
from rehearsal.iam.rules import Finding
from rehearsal.iam.ternary import Ternary, all_of

IDENTITY, RESOURCE, BOUNDARY = "identity-based policy", "resource-based policy", "permissions boundary"
ENDPOINT, TRUST, GRANT = "VPC endpoint policy", "role trust policy", "grant"


@dataclass(frozen=True)
class Need:
    """A type of policy, in AWS's words, and whether it allows the request."""

    policy: str
    allows: Ternary


@dataclass(frozen=True)
class Way:
    """Policies that have to allow a request together."""

    needs: tuple[Need, ...]

    @property
    def allows(self) -> Ternary:
        return all_of(one.allows for one in self.needs)

    @property
    def lacking(self) -> str:
        """The first type of policy that doesn't allow it; empty where all of them may."""
        return next((one.policy for one in self.needs if one.allows is False), "")


@dataclass(frozen=True)
class Policies:
    """What the policies of each type say of a request; a role's resource policy is its trust policy."""

    identity: Ternary
    boundary: Ternary
    has_boundary: bool
    resource: Finding
    resource_is_known: bool
    resource_name: str = RESOURCE

    def named(self, least: Naming) -> Need:
        """That the resource's policy names the caller at least so directly."""
        found = self.resource.allows(least)
        return Need(self.resource_name, found if self.resource_is_known or found else None)

    @property
    def by_identity(self) -> Need:
        return Need(IDENTITY, self.identity)

    @property
    def limits(self) -> tuple[Need, ...]:
        return (Need(BOUNDARY, self.boundary),) if self.has_boundary else ()


def of_service(policies: Policies) -> list[Way]:
    """A service has no policies of its own."""
    return [Way((policies.named(Naming.SESSION),))]


def of_resource(policies: Policies) -> list[Way]:
    """Within an account a policy of either side suffices."""
    return [Way((policies.by_identity, *policies.limits)), *_direct(policies)]


def of_guarded(policies: Policies) -> list[Way]:
    """The policy of a key or a role has to allow; it may leave the rest to identity-based policies."""
    delegated = (policies.named(Naming.ACCOUNT), policies.by_identity, *policies.limits)
    return [Way(delegated), *_direct(policies)]


def of_other_account(policies: Policies) -> list[Way]:
    """Between accounts both sides have to allow."""
    return [Way((policies.by_identity, *policies.limits, policies.named(Naming.ACCOUNT)))]


def by_grant(granted: Ternary, policies: Policies) -> Way:
    return Way((Need(GRANT, granted), *policies.limits))


def _direct(policies: Policies) -> list[Way]:
    return [
        Way((policies.named(Naming.SESSION),)),
        Way((policies.named(Naming.ROLE), *policies.limits)),
    ]


def lacking(ways: Sequence[Way]) -> str:
    """What the most promising way lacks; empty unless every way lacks something."""
    if any(one.allows is not False for one in ways):
        return ""
    return max(ways, key=lambda way: sum(one.allows is True for one in way.needs)).lacking
