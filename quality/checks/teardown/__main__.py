"""Says what an environment leaves behind when it is destroyed."""

import argparse
import sys
from pathlib import Path

from assembly.program import ended
from local.terminal.console import print_table
from quality.checks.teardown.expected import why_expected
from quality.checks.teardown.remainders import remainders

_UNEXPECTED = "NOT EXPECTED"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m quality.checks.teardown",
        description="Tells from the templates of an environment what stays after `cdk destroy --all`, and "
        "why. Exits 1 when something does that is not on the list of quality/checks/teardown/expected.py.",
    )
    parser.add_argument("environment", choices=("dev", "prod"), help="whose list of what may stay")
    parser.add_argument("assembly", type=Path, help="its folder that `cdk synth` wrote")
    arguments = parser.parse_args()
    found = remainders(arguments.assembly)
    reasons = [why_expected(one, arguments.environment) for one in found]
    rows = sorted(
        (_UNEXPECTED if reason is None else "expected", one.place, one.subject, one.reason, reason or "")
        for one, reason in zip(found, reasons, strict=True)
    )
    print_table(("", "stays at", "what", "because", "which is known, since"), rows)
    unexpected = reasons.count(None)
    print(
        f"{len(found)} stay, {unexpected} of them unexpected; docs/teardown.md says how they go",
        file=sys.stderr,
    )
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(ended(main))
