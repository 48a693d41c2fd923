"""The bill of an assembly: what its resources cost, by workload."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from assembly.cloud_assembly import Assembly
from assembly.errors import AssemblyError
from assembly.resources import Resource
from rehearsal.cost.by_type import FREE, PRICED
from rehearsal.cost.charges import Charge, Per
from rehearsal.cost.prices import Prices, Unpriced

SHARED = "shared"


@dataclass(frozen=True)
class Bill:
    """The charges of each workload, those of no workload under `shared`; `unpriced` says of each resource
    that is not counted why not."""

    charges: Mapping[str, tuple[Charge, ...]]
    unpriced: tuple[str, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The prices that the bill was made of."""
        return frozenset(one.key for charges in self.charges.values() for one in charges)

    def total(self, per: Per, workload: str | None = None) -> float:
        """The sum for one workload, or for all of them."""
        charges = self.charges.values() if workload is None else [self.charges.get(workload, ())]
        return sum(one.usd for several in charges for one in several if one.per is per)

    def parts(self, workload: str, per: Per) -> Mapping[str, float]:
        """The sums of a workload by what they are for."""
        found: dict[str, float] = defaultdict(float)
        for one in self.charges.get(workload, ()):
            if one.per is per:
                found[one.what] += one.usd
        return found


def bill_of(declared: Assembly, prices: Prices) -> Bill:
    charges: dict[str, list[Charge]] = defaultdict(list)
    unpriced = []
    for resource in _resources(declared):
        if resource.type in FREE:
            continue
        try:
            if resource.type not in PRICED:
                raise AssemblyError("no price for this type")
            found = list(PRICED[resource.type](resource, prices, declared))
        except Unpriced as error:
            unpriced.append(f"{resource.label} ({resource.type}): no price of {error} in prices.toml")
        except AssemblyError as error:
            unpriced.append(f"{resource.label} ({resource.type}): {error}")
        else:
            charges[resource.tags.get("workload", SHARED)] += found
    return Bill({workload: tuple(found) for workload, found in charges.items() if found}, tuple(unpriced))


def _resources(declared: Assembly) -> Iterator[Resource]:
    for stack in declared.stacks:
        for kind in dict.fromkeys(kind for _, kind in stack.types()):
            yield from stack.resources(kind)
