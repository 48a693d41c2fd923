"""Why MiniStack decides otherwise: each reason with a change of a case after which it doesn't.

docs/decisions/iam.md says of each who is right, and by which page.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from policy_pairs import SESSION, Case, statements

_ARN = re.compile(r"Arn(Not)?(?:Equals|Like)")
_EVERYBODY = ("*", {"AWS": "*"})


def _written(old: str, new: str) -> Callable[[Case], None]:
    """The case with another text in the place of one, wherever it stands."""

    def change(case: Case) -> None:
        case.update(json.loads(json.dumps(case).replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])))

    return change


def _operators(renamed: Callable[[str, Any], str]) -> Callable[[Case], None]:
    """The case with other operators: `renamed` gets an operator and the request's value of the key."""

    def change(case: Case) -> None:
        for one in statements(case):
            condition: dict[str, Any] = {}
            for operator, keys in one.get("Condition", {}).items():
                for key, values in keys.items():
                    given = case["request"]["context"].get(key)
                    condition.setdefault(renamed(operator, given), {})[key] = values
            if condition:
                one["Condition"] = condition

    return change


def _name_the_session(case: Case) -> None:
    for one in statements(case):
        if one.get("Principal") in _EVERYBODY:
            one["Principal"] = {"AWS": SESSION}


def _leave_out_null_of_both(case: Case) -> None:
    for one in statements(case):
        nulls = one.get("Condition", {}).get("Null", {})
        if any(len(values) > 1 for values in nulls.values()):
            del one["Condition"]["Null"]


def _leave_out_empty_texts(case: Case) -> None:
    context = case["request"]["context"]
    context |= {key: [] for key, value in context.items() if value == [""]}


EXPLANATIONS: dict[str, Callable[[Case], None]] = {
    "policy variables": _written("${aws:PrincipalTag/team}", "churn"),
    "a boundary beside a policy for everybody": _name_the_session,
    "an empty text in a set": _leave_out_empty_texts,
    "several values without a set operator": _operators(
        lambda operator, given: (
            operator if ":" in operator or not isinstance(given, list) else f"ForAnyValue:{operator}"
        )
    ),
    "ARNs part by part": _operators(lambda operator, given: _ARN.sub(r"String\1Like", operator)),
    "an asterisk within a part of a resource": _written("arn:a*3:::data/*", "arn:aws:s3:::data/*"),
    "dates without a day": _written("2026-02", "2026-02-01"),
    "Null with both values": _leave_out_null_of_both,
    "numbers that are none": _written("many", "0"),
}
