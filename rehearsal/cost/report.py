"""The bill as people read it, Markdown, and as programs do, JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembly.markdown import table
from rehearsal.cost.bill import SHARED, Bill
from rehearsal.cost.charges import Per
from rehearsal.cost.prices import Prices

# What the sums leave out; none of it is in a template.
LEFT_OUT = (
    "Not counted: data transfer, requests of S3 and KMS, traces, our own metrics, free tiers, discounts."
)


def report(bill: Bill, prices: Prices) -> str:
    """What each workload costs, and what its month is made of."""
    names = _workloads(bill)
    rows = [[name, *(_usd(bill.total(per, name)) for per in Per)] for name in names]
    # A million predictions or a run of all workloads is nothing that happens.
    rows.append(
        ["**all**", _usd(bill.total(Per.MONTH)), _usd(bill.total(Per.AT_MOST)), *[""] * (len(Per) - 2)]
    )
    parts = [
        [name, what, _usd(usd)]
        for name in names
        for what, usd in sorted(bill.parts(name, Per.MONTH).items(), key=lambda one: -one[1])
    ]
    tables = [
        table(["USD", *(per.value for per in Per)], rows),
        table(["workload", "what", "USD a month"], parts),
    ]
    return "\n\n".join([*map("\n".join, tables), *_footer(bill, prices)]) + "\n"


def changes(old: Bill, new: Bill, prices: Prices) -> str:
    """What each workload's sums become; a sum that stays is left out."""
    rows = [
        [name, per.value, _usd(before), _usd(after), f"{after - before:+,.2f}"]
        for name in dict.fromkeys([*_workloads(old), *_workloads(new)])
        for per in Per
        if abs((after := new.total(per, name)) - (before := old.total(per, name))) >= 0.005
    ]
    if not rows:
        return "The cost does not change.\n"
    lines = table(["workload", "USD", "before", "after", "change"], rows)
    return "\n\n".join(["\n".join(lines), *_footer(new, prices)]) + "\n"


def as_json(bill: Bill, prices: Prices) -> Mapping[str, Any]:
    """The sums and parts in USD, the usage that they assume, and what is not priced."""
    return {
        "region": prices.region,
        "usd": {
            name: {per.name.lower(): round(bill.total(per, name), 4) for per in Per}
            for name in _workloads(bill)
        },
        "parts": {name: bill.parts(name, Per.MONTH) for name in _workloads(bill)},
        "usage": prices.usage.model_dump(),
        "not_verified": sorted(_not_verified(bill, prices)),
        "not_priced": list(bill.unpriced),
    }


def _workloads(bill: Bill) -> Sequence[str]:
    return sorted(bill.charges, key=lambda name: (name == SHARED, name))


def _footer(bill: Bill, prices: Prices) -> Iterator[str]:
    if bill.unpriced:
        yield "Not priced, and in no sum:\n" + "\n".join(f"- {one}" for one in bill.unpriced)
    unsure = _not_verified(bill, prices)
    yield (
        f"On demand in {prices.region}; usage and prices are those of prices.toml, of which {len(unsure)} of "
        f"{len(bill.keys)} are not verified. {LEFT_OUT}"
    )


def _not_verified(bill: Bill, prices: Prices) -> set[str]:
    return {key for key in bill.keys if not prices.price[key].verified}


def _usd(value: float) -> str:
    return f"{value:,.2f}" if value else "-"
