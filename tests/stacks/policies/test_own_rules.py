"""Each of our rules turns red for its own planted faults, and only then."""

from typing import Any

import pytest

from quality.checks.planted.faults import Fault, faults
from quality.checks.planted.templates import good, templates
from stacks.policies.rule import Finding, Omission, evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates

GOOD = good()
FAULTS = faults()


def findings(by_stack: dict[str, Any], environment: str = "prod") -> list[Finding]:
    return evaluate(RULES, Templates(by_stack), environment)  # type: ignore[arg-type]


def test_good_templates_have_no_finding():
    assert findings(templates(GOOD)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_turns_exactly_its_rule_red(fault: Fault):
    assert {finding.rule for finding in findings(fault.planted(GOOD))} == (
        {fault.rule} if fault.rule else set()
    )


def test_every_rule_is_proven_by_a_fault():
    assert {rule.id for rule in RULES} == {fault.rule for fault in FAULTS if fault.rule}


def test_dev_may_omit_six_things_and_each_of_them_is_ruled_in_prod():
    assert {rule.dev_may_omit for rule in RULES if rule.dev_may_omit} == set(Omission)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.rule], ids=lambda fault: fault.what)
def test_in_dev_a_fault_shows_unless_it_is_about_what_dev_may_omit(fault: Fault):
    rule = next(rule for rule in RULES if rule.id == fault.rule)
    expected = set() if rule.dev_may_omit else {fault.rule}
    assert {finding.rule for finding in findings(fault.planted(GOOD), "dev")} == expected
