"""The second pass: our rules on a synthesized assembly, where no acknowledgement helps."""

import argparse
import sys
from itertools import groupby
from pathlib import Path

from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m stacks.policies",
        description="Checks the templates of an assembly against our own rules. Exits 1 when one is not met.",
    )
    parser.add_argument("environment", choices=("dev", "prod"), help="whose rules bind")
    parser.add_argument("assembly", type=Path, help="folder that a synth wrote")
    arguments = parser.parse_args()
    paths = sorted(arguments.assembly.glob("*.template.json"))
    if not paths:
        parser.error(f"{arguments.assembly} holds no template: run `make synth ENV={arguments.environment}`")
    templates = Templates.read(paths)
    findings = evaluate(RULES, templates, arguments.environment)
    for (rule, demand), found in groupby(findings, key=lambda one: (one.rule, one.demand)):
        print(f"{rule}: {demand}")
        for one in found:
            print(f"    {one.place} {one.fault}")
    bound = sum(rule.binds(arguments.environment) for rule in RULES)
    print(f"{arguments.environment}: {len(findings)} findings of {bound} rules", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
