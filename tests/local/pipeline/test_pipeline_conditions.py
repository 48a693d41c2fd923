from typing import Any

import pytest

from local.errors import PipelineError
from local.pipeline.conditions import Outcome, check_all, evaluate_all


def compare(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        (compare("Equals", "a", "a"), Outcome(True, "a = a")),
        (compare("Equals", 1, 2), Outcome(False, "1 is not = 2")),
        (compare("GreaterThan", 2, 1), Outcome(True, "2 > 1")),
        (compare("GreaterThan", 1, 1), Outcome(False, "1 is not > 1, missed by 0")),
        (compare("GreaterThanOrEqualTo", 0.9, 0.9), Outcome(True, "0.9 >= 0.9")),
        (
            compare("GreaterThanOrEqualTo", 0.81, 0.9),
            Outcome(False, "0.81 is not >= 0.9, missed by 0.09"),
        ),
        (
            compare("GreaterThan", 1.5, 10**400),
            Outcome(False, f"1.5 is not > {10**400}"),
        ),
        (compare("LessThan", "a", "b"), Outcome(True, "a < b")),
        (compare("LessThanOrEqualTo", 3, 2), Outcome(False, "3 is not <= 2, missed by 1")),
        ({"Type": "In", "QueryValue": "a", "Values": ["a", "b"]}, Outcome(True, "a is in a, b")),
        ({"Type": "In", "QueryValue": "c", "Values": ["a", "b"]}, Outcome(False, "c is not in a, b")),
        ({"Type": "Not", "Expression": compare("Equals", 1, 1)}, Outcome(False, "1 = 1")),
        (
            {"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("Equals", 1, 1)]},
            Outcome(True, "1 is not = 2 or 1 = 1"),
        ),
    ],
)
def test_a_condition_says_whether_it_holds_and_what_was_compared(condition: Any, outcome: Outcome) -> None:
    check_all([condition])
    assert evaluate_all([condition]) == outcome


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Equals", [False, True, False]),
        ("GreaterThan", [False, False, True]),
        ("GreaterThanOrEqualTo", [False, True, True]),
        ("LessThan", [True, False, False]),
        ("LessThanOrEqualTo", [True, True, False]),
    ],
)
@pytest.mark.parametrize(("less", "more"), [(1, 2), (0.5, 0.75), (-1, 0), ("a", "b")])
def test_a_comparison_is_right_on_both_sides_of_its_boundary_and_on_it(
    kind: str, expected: list[bool], less: Any, more: Any
) -> None:
    pairs = [(less, more), (less, less), (more, less)]
    outcomes = [evaluate_all([compare(kind, left, right)]).holds for left, right in pairs]
    assert outcomes == expected


def test_all_conditions_have_to_hold_and_the_first_that_does_not_is_named() -> None:
    assert evaluate_all([compare("Equals", 1, 1), compare("Equals", 2, 3)]) == Outcome(False, "2 is not = 3")


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ([], "needs a list of Conditions"),
        ("f1 > 0.9", "needs a list of Conditions"),
        ([{"Type": "Matches"}], "does not support conditions of type Matches, only Equals, GreaterThan"),
        ([{"Type": "Equals", "LeftValue": 1}], "the condition Equals is missing RightValue"),
        ([{"Type": "Or", "Conditions": [{"Type": "Not"}]}], "the condition Not is missing Expression"),
        ([{"Type": "Or", "Conditions": 0}], "an Or, needs a list of Conditions"),
        ([{"Type": "Or", "Conditions": []}], "an Or, needs a list of Conditions"),
        ([{"Type": "In", "QueryValue": "a", "Values": "abc"}], "In needs a list of Values"),
    ],
)
def test_what_is_no_condition_is_refused(conditions: Any, message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        check_all(conditions)


@pytest.mark.parametrize(("left", "right"), [("1", 1), (None, 0.5), (True, 0.5)])
def test_values_of_different_kinds_are_not_compared_by_size(left: Any, right: Any) -> None:
    with pytest.raises(PipelineError, match="cannot be compared by GreaterThan"):
        evaluate_all([compare("GreaterThan", left, right)])
