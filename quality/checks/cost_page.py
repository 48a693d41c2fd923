"""docs/cost.md: what each environment costs a month, from its templates and prices.toml."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import assembly
from assembly.program import ended
from quality.checks.documents import write_or_compare
from rehearsal.cost.bill import Bill, bill_of
from rehearsal.cost.prices import Prices
from rehearsal.cost.report import report

DOCUMENT = Path("docs/cost.md")
_HEAD = """# What it costs

USD, on demand, from the templates of both environments as they stand, and from
[`prices.toml`](../prices.toml), which says where each price was found, when, and whether it was verified.
**Verify those that are not in the AWS Pricing Calculator before you rely on them.** The same file says how
much of everything is used: fill in your own, then `make documents` writes this page again.

```sh
make cost ENV=prod               # this page for one environment
make cost ENV=prod BASE=main     # what the working tree changes; `make diff` ends with it
```

*A month* is what runs without a request, with the trainings of the usage; *at most*, with every instance
that scaling may add, all month. During a blue/green deployment the second fleet is billed by the hour. A
resource without a price is named, and in no sum. The budgets (`monthly_budget_usd`) alert at 80 % and when
the forecast exceeds them.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.checks.cost_page", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds an assembly each in dev/ and prod/")
    folder = parser.parse_args().folder
    prices = Prices.read()
    bills = {name: bill_of(assembly.load(folder / name), prices) for name in ("dev", "prod")}
    return write_or_compare(DOCUMENT, page(bills, prices), write=True)


def page(bills: Mapping[str, Bill], prices: Prices) -> str:
    """The document for the bills of the environments."""
    return "\n".join([_HEAD, *(f"## {name}\n\n{report(bill, prices)}" for name, bill in bills.items())])


if __name__ == "__main__":
    sys.exit(ended(main))
