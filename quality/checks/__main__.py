"""Our rules and the scanners on the assemblies of both environments."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assembly.manifest import StackArtifact, read_stacks
from assembly.place import Place
from assembly.program import ended
from quality.checks.acknowledged import Outcome, acknowledgements, construct_paths, settle
from quality.checks.iam import TOOL as IAM
from quality.checks.iam import iam
from quality.checks.scanners import Finding, ScannerError, cfn_lint, checkov, synthesized
from stacks.policies.rule import Environment, evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates

_ENVIRONMENTS: Sequence[Environment] = ("dev", "prod")
_OWN = "own rules"
_TOOLS = (_OWN, IAM, "AwsSolutions", "NIST.800.53.R5", "checkov", "cfn-lint")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m quality.checks",
        description="Puts our own rules, AWS's table of actions, cdk-nag's report, checkov and cfn-lint "
        "before the assemblies of both environments. Exits 1 for a finding that is neither fixed nor "
        "acknowledged, and for an acknowledgement that does not cover exactly one finding.",
    )
    parser.add_argument("folder", type=Path, help="holds an assembly each in dev/ and prod/")
    folder = parser.parse_args().folder
    try:
        outcomes = {environment: _examine(environment, folder / environment) for environment in _ENVIRONMENTS}
    except (OSError, ScannerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for outcome in outcomes.values():
        _complain(outcome)
    print(_table(outcomes))
    return 0 if all(outcome.is_clean for outcome in outcomes.values()) else 1


def _examine(environment: Environment, assembly: Path) -> Outcome:
    print(f"examining {assembly}", file=sys.stderr)
    stacks = read_stacks(assembly)
    paths = construct_paths(stacks)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor() as pool:
        bare = _without_skips(stacks, Path(scratch))
        lint = pool.submit(cfn_lint, bare, _region(stacks))
        check = pool.submit(checkov, Path(scratch))
        own = evaluate(RULES, Templates.read(bare), environment)
        by_resource = [
            *(
                Finding(_OWN, one.rule, f"{one.stack}/{one.logical_id}", f"{one.path} {one.fault}")
                for one in own
            ),
            *iam(assembly),
            *lint.result(),
            *check.result(),
        ]
    # The second pass says all that our plugin said, acknowledged past us or not.
    reported = [one for one in synthesized(assembly) if one.tool != "slipway"]
    placed = [
        Finding(one.tool, one.id, paths.get(one.place, one.place), one.message)
        for one in (*by_resource, *reported)
    ]
    return settle(placed, acknowledgements(stacks))


def _without_skips(stacks: Sequence[StackArtifact], scratch: Path) -> list[Path]:
    """Copies of the templates without what silences a scanner in them: every finding is to be seen, and held
    against the acknowledgements."""
    copies = []
    for stack in stacks:
        resources = {
            logical_id: {name: value for name, value in declared.items() if name != "Metadata"}
            for logical_id, declared in stack.template.get("Resources", {}).items()
        }
        copy = scratch / stack.template_path.name
        copy.write_text(json.dumps({**stack.template, "Resources": resources}))
        copies.append(copy)
    return copies


def _region(stacks: Sequence[StackArtifact]) -> str:
    return Place.local(stacks[0].region, None).region


def _complain(outcome: Outcome) -> None:
    for finding in outcome.unmet:
        print(f"unmet: {finding}")
    for acknowledgement in outcome.idle:
        print(f"acknowledged for nothing: {acknowledgement}")
    for acknowledgement in outcome.greedy:
        print(f"acknowledged more than one finding: {acknowledgement}")


def _table(outcomes: Mapping[Environment, Outcome]) -> str:
    """Per tool and environment how many findings are unmet and how many accepted."""
    rows = [
        ["", *(f"{environment} {kind}" for environment in outcomes for kind in ("unmet", "acknowledged"))]
    ]
    others = {one.tool for outcome in outcomes.values() for one in outcome.unmet} - set(_TOOLS)
    for tool in (*_TOOLS, *sorted(others)):
        counts = (
            sum(one.tool == tool for one in found)
            for outcome in outcomes.values()
            for found in (outcome.unmet, outcome.accepted)
        )
        rows.append([tool, *map(str, counts)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


if __name__ == "__main__":
    sys.exit(ended(main))
