"""Every fault before every scanner, all of them at once."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aws_cdk import App, Stack
from aws_cdk.cloudformation_include import CfnInclude
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

from quality.checks.planted.faults import Fault
from quality.checks.planted.templates import good, templates
from quality.checks.scanners import Finding, cfn_lint, checkov
from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates

_REGION = "eu-central-1"
_GOOD = "good"


def scan(faults: Sequence[Fault]) -> Iterator[tuple[Fault, dict[str, list[str]]]]:
    """Each fault with, by tool, the ids of what it says of the fault and not of the good templates."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write(folder, faults)
        with ThreadPoolExecutor() as pool:
            lint = pool.submit(cfn_lint, sorted(folder.glob("*.template.json")), _REGION)
            check = pool.submit(checkov, folder)
            nagged = _nag(folder)
            found = [*nagged, *lint.result(), *check.result()]
    by_case: dict[str, set[tuple[str, str, str]]] = {}
    for one in found:
        case, _, place = one.place.partition("-")
        by_case.setdefault(case, set()).add((one.tool, one.id, place))
    for index, fault in enumerate(faults):
        new = by_case.get(_case(index), set()) - by_case.get(_GOOD, set())
        ours = evaluate(RULES, Templates(fault.planted()), "prod")
        yield (
            fault,
            {
                "own rule": sorted({one.rule for one in ours}),
                "cdk-nag": _ids(new, ("AwsSolutions", "NIST.800.53.R5")),
                "checkov": _ids(new, ("checkov",)),
                "cfn-lint": _ids(new, ("cfn-lint",)),
            },
        )


def _write(folder: Path, faults: Iterable[Fault]) -> None:
    """The good templates, and of each fault those that it changes, as `<case>-<stack>.template.json`."""
    source = good()
    unharmed = templates(source)
    cases = {_GOOD: unharmed} | {_case(index): fault.planted(source) for index, fault in enumerate(faults)}
    for case, by_stack in cases.items():
        for stack, template in by_stack.items():
            if case == _GOOD or template != unharmed[stack]:
                (folder / f"{case}-{stack}.template.json").write_text(json.dumps(template))


def _nag(folder: Path) -> list[Finding]:
    """cdk-nag reads constructs: each template becomes a stack of one app."""
    app = App()
    for path in sorted(folder.glob("*.template.json")):
        CfnInclude(Stack(app, path.name.removesuffix(".template.json")), "Template", template_file=str(path))
    return [
        Finding(pack.read_pack_name, one.rule_name, str(resource.construct_path), one.description)
        for pack in (AwsSolutionsChecks(), NIST80053R5Checks())
        for one in pack.validate_scope(app).violations
        for resource in one.violating_resources
    ]


def _case(index: int) -> str:
    return f"fault{index}"


def _ids(found: Iterable[tuple[str, str, str]], tools: Sequence[str]) -> list[str]:
    return sorted({finding.partition("[")[0] for tool, finding, _ in found if tool in tools})
