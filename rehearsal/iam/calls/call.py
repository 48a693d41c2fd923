"""One call that a service makes, and who makes it with what it carries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from rehearsal.iam.inventory import Inventory
from rehearsal.iam.request import Request, Values

type Context = Mapping[str, Values]

# What depends on where and when somebody calls: a policy that asks for one of them is not decided here.
NOBODY_KNOWS = frozenset(
    {
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:Referer",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:SourceIp",
        "aws:SourceOrgID",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "aws:VpcSourceIp",
    }
)


@dataclass(frozen=True)
class Call:
    """A request that is made once the stacks are deployed: `made_by` is the path of the construct that brings
    it about, `purpose` says what for, `page` is AWS's documentation of it. What it fetches is code that the
    caller `runs`, or data."""

    request: Request
    made_by: str
    purpose: str
    page: str
    runs: bool = False


@dataclass(frozen=True)
class Caller:
    """Who calls: a role, or a service on its own behalf, for the construct `made_by`. In a VPC (its id) a
    call leaves by the VPC endpoint of its service."""

    inventory: Inventory
    principal: str
    made_by: str
    vpc: str | None = None
    carries: Context = field(default_factory=dict)

    def within(self, vpc_config: Mapping[str, Sequence[str]] | None) -> Self:
        """The same in the network of a VpcConfig, or in none."""
        subnets = (vpc_config or {}).get("Subnets") or (vpc_config or {}).get("SubnetIds") or ()
        return replace(self, vpc=self.inventory.vpc_of(subnets))

    def assumes(self, role: str, page: str) -> Call:
        """How a service gets the credentials of a role."""
        return self.call("sts:AssumeRole", role, f"{self.principal} assumes the role", page)

    def call(
        self,
        action: str,
        resource: str,
        purpose: str,
        page: str,
        context: Context | None = None,
        *,
        leaves_by: str = "",
    ) -> Call:
        """One call; `leaves_by` is the service whose VPC endpoint it takes if it leaves from the VPC."""
        place = self.inventory.place
        owner = resource.split(":")[4] if resource.startswith("arn:") else ""
        keys: dict[str, Values] = {
            "aws:SecureTransport": "true",
            "aws:RequestedRegion": place.region,
            "aws:ResourceAccount": owner or place.account,
            **self.carries,
            **(context or {}),
        }
        if leaves_by and self.vpc and (endpoint := self.inventory.way_out(self.vpc, leaves_by)):
            keys |= {"aws:SourceVpce": endpoint, "aws:SourceVpc": self.vpc}
        return Call(
            Request(self.principal, action, resource, keys, NOBODY_KNOWS), self.made_by, purpose, page
        )

    def calls(
        self,
        actions: Sequence[str],
        resource: str,
        purpose: str,
        page: str,
        context: Context | None = None,
        *,
        leaves_by: str = "",
    ) -> Iterator[Call]:
        """Several calls of one kind on one resource."""
        for action in actions:
            yield self.call(action, resource, purpose, page, context, leaves_by=leaves_by)


def of_service(inventory: Inventory, service: str, made_by: str, source_arn: str) -> Caller:
    """A service that calls on its own behalf, for one resource of the account."""
    carries = {
        "aws:SourceAccount": inventory.place.account,
        "aws:SourceArn": source_arn,
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
    }
    return Caller(inventory, service, made_by, carries=carries)


def run(calls: Iterable[Call]) -> Iterator[Call]:
    """The same calls; what they fetch is code, or an image."""
    fetches = ("s3:GetObject", "ecr:BatchGetImage")
    return (replace(one, runs=one.request.action in fetches) for one in calls)
