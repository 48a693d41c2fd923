"""What holds of every policy and request, over generated ones."""

import copy
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from policy_pairs import Case, account, cases, request

from rehearsal.iam import Verdict, evaluate

ALLOWED, DENIED, UNDECIDED = Verdict
SEEDS = st.integers(0, 2**32)
EVERYTHING = {"Action": "*", "Resource": "*"}


def case(seed: int) -> Case:
    return cases(1, seed)[0]


def verdict(one: Case) -> Verdict:
    return evaluate(account(one), request(one)).verdict


def added(one: Case, statement: dict[str, Any]) -> Case:
    changed = copy.deepcopy(one)
    changed["identity"]["Statement"].append(statement)
    return changed


@settings(max_examples=200)
@given(SEEDS)
def test_what_denies_everything_denies(seed: int) -> None:
    assert verdict(added(case(seed), {"Effect": "Deny", **EVERYTHING})) is DENIED


@settings(max_examples=200)
@given(SEEDS)
def test_another_allow_takes_nothing_away(seed: int) -> None:
    one = case(seed)
    more = verdict(added(one, {"Effect": "Allow", **EVERYTHING}))

    assert verdict(one) is not ALLOWED or more is ALLOWED


@settings(max_examples=200)
@given(SEEDS)
def test_the_order_of_statements_makes_no_difference(seed: int) -> None:
    one = case(seed)
    turned = copy.deepcopy(one)
    for name in ("identity", "resource", "boundary"):
        if turned[name]:
            turned[name]["Statement"].reverse()

    assert verdict(turned) is verdict(one)


@settings(max_examples=200)
@given(SEEDS)
def test_a_boundary_adds_nothing(seed: int) -> None:
    one = case(seed)
    without = {**one, "boundary": None}

    assert not (verdict(one) is ALLOWED and verdict(without) is DENIED)


@settings(max_examples=400)
@given(SEEDS, st.data())
def test_nothing_is_decided_that_depends_on_what_is_not_known(seed: int, data: st.DataObject) -> None:
    """Whatever an unknown key turns out to be, a decision that was made without it stands."""
    one = case(seed)
    asked = request(one)
    key = data.draw(st.sampled_from(sorted(asked.context)))
    rest = {name: value for name, value in asked.context.items() if name != key}
    blind = evaluate(account(one), replace(asked, context=rest, unknown=frozenset({key})))
    seen = evaluate(account(one), asked)

    assert blind.verdict in (UNDECIDED, seen.verdict) or seen.verdict is UNDECIDED
    assert blind.verdict is not UNDECIDED or blind.unknown


@settings(max_examples=200)
@given(SEEDS)
def test_the_statement_that_is_named_decides(seed: int) -> None:
    one = case(seed)
    decision = evaluate(account(one), request(one))
    if decision.statement is None:
        assert decision.verdict is not ALLOWED
        return
    where = decision.statement.source
    document = {"IDENTITY": "identity", "BOUNDARY": "boundary"}.get(where.logical_id, "resource")
    effect = one[document]["Statement"][where.index]["Effect"]

    assert (effect, decision.verdict) in [("Allow", ALLOWED), ("Deny", DENIED)]
