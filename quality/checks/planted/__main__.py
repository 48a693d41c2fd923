"""Writes docs/planted-faults.md, or says that it is stale."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembly.program import ended
from quality.checks.documents import write_or_compare
from quality.checks.planted.faults import Fault, faults
from quality.checks.planted.scan import scan
from stacks.policies.rules import RULES

_DOCUMENT = Path("docs/planted-faults.md")
_TOOLS = ("own rule", "cdk-nag", "checkov", "cfn-lint")
_HEAD = """# Planted faults

Each fault below is planted alone into good templates (`quality/checks/planted/good/`) and put before
our own rules (`stacks/policies/rules/`), cdk-nag (AwsSolutions and NIST 800-53 R5), checkov and cfn-lint. A
cell names what the tool says of the fault and not of the good templates. Written by `make documents`; `make
check` fails when it is stale. `make test` proves that each fault turns exactly its own rule red.
"""

type Caught = Mapping[str, Sequence[str]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.checks.planted", description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help=f"write {_DOCUMENT} instead of comparing with it"
    )
    write = parser.parse_args().write
    planted = faults()
    print(f"planting {len(planted)} faults before {', '.join(_TOOLS)}", file=sys.stderr)
    results = list(scan(planted))
    missed = [fault.what for fault, caught in results if not any(caught.values())]
    for what in missed:
        print(f"nobody sees: {what}", file=sys.stderr)
    stale = write_or_compare(_DOCUMENT, _page(results), write=write)
    return 1 if missed or stale else 0


def _page(results: Sequence[tuple[Fault, Caught]]) -> str:
    counts = {tool: sum(bool(caught[tool]) for _, caught in results) for tool in _TOOLS}
    scanners = sum(any(caught[tool] for tool in _TOOLS[1:]) for _, caught in results)
    lines = [
        _HEAD,
        f"**{len(results)} faults, all caught: {counts['own rule']} by our {len(RULES)} rules, of which the "
        f"scanners see {_both(results)}; {scanners} by scanners (cdk-nag {counts['cdk-nag']}, checkov "
        f"{counts['checkov']}, cfn-lint {counts['cfn-lint']}).**",
        "",
        f"| fault | {' | '.join(_TOOLS)} |",
        f"|{' --- |' * (len(_TOOLS) + 1)}",
        *(
            f"| {fault.what} | {' | '.join(_cell(caught[tool]) for tool in _TOOLS)} |"
            for fault, caught in results
        ),
        "",
        "## The rules",
        "",
        "A rule binds dev and prod, but where dev may omit what it asks for.",
        "",
        "| rule | asks that | dev may omit |",
        "| --- | --- | --- |",
        *(
            f"| {rule.id} | {rule.demand} | {rule.dev_may_omit.value if rule.dev_may_omit else ''} |"
            for rule in RULES
        ),
    ]
    return "\n".join(lines) + "\n"


def _both(results: Sequence[tuple[Fault, Caught]]) -> int:
    return sum(bool(caught["own rule"]) and any(caught[tool] for tool in _TOOLS[1:]) for _, caught in results)


def _cell(found: Sequence[str]) -> str:
    return "<br>".join(one.removeprefix("NIST.800.53.R5-").removeprefix("AwsSolutions-") for one in found)


if __name__ == "__main__":
    sys.exit(ended(main))
