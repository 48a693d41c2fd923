"""Every condition operator against AWS's documented examples, with a missing key and its forms.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from typing import Any

import pytest
from policies import ROLE, account, allow, request, role

from rehearsal.iam import PolicyError, Request, Verdict, evaluate
from rehearsal.iam.operators import OPERATORS

ALLOWED, DENIED, UNDECIDED = Verdict

KEY = "s3:key"
Values = str | list[str]


def judged(operator: str, values: Values, context: dict[str, Any], unknown: tuple[str, ...] = ()) -> Verdict:
    """What a statement with one condition makes of a request that it allows otherwise."""
    one = role(allow(Condition={operator: {KEY: values}}))
    asked = Request(ROLE, "s3:GetObject", "arn:aws:s3:::data/a", context, frozenset(unknown))
    return evaluate(account(one), asked).verdict


COLON_IN_A_PART = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
SNS = "arn:aws:sns:eu-west-1:111122223333:topic"

# operator, values of the policy, value of the request, whether it matches
TABLE: list[tuple[str, Values, str, Verdict]] = [
    ("StringEquals", "iamuser-admin", "iamuser-admin", ALLOWED),
    ("StringEquals", "iamuser-admin", "IAMUSER-admin", DENIED),
    ("StringEquals", ["a", "b"], "b", ALLOWED),
    ("StringEquals", "a*", "ab", DENIED),
    ("StringEquals", "a*", "a*", ALLOWED),
    ("StringEquals", "", "", ALLOWED),
    ("StringEquals", "a", "a\n", DENIED),
    ("StringNotEquals", "a", "b", ALLOWED),
    ("StringNotEquals", ["a", "b"], "b", DENIED),
    ("StringNotEquals", ["a", "b"], "c", ALLOWED),
    ("StringEqualsIgnoreCase", "Admin", "aDMIN", ALLOWED),
    ("StringEqualsIgnoreCase", "Admin", "aDMINs", DENIED),
    ("StringNotEqualsIgnoreCase", "Admin", "aDMIN", DENIED),
    ("StringNotEqualsIgnoreCase", "Admin", "other", ALLOWED),
    ("StringLike", ["", "home/", "home/*"], "", ALLOWED),
    ("StringLike", ["", "home/", "home/*"], "home/a/b", ALLOWED),
    ("StringLike", ["", "home/", "home/*"], "other/", DENIED),
    ("StringLike", "t?.*", "t2.large", ALLOWED),
    ("StringLike", "t?.*", "t22.large", DENIED),
    ("StringLike", "T?.*", "t2.large", DENIED),
    ("StringLike", "arn:aws:someservice:*:111122223333:finance/*", COLON_IN_A_PART, ALLOWED),
    ("StringLike", "a.c", "abc", DENIED),
    ("StringNotLike", "t?.*", "m3.large", ALLOWED),
    ("StringNotLike", ["t?.*", "m3.*"], "m3.large", DENIED),
    ("NumericEquals", "10", "10.0", ALLOWED),
    ("NumericEquals", "10", "11", DENIED),
    ("NumericEquals", "0.3", "0.30", ALLOWED),
    ("NumericNotEquals", "10", "11", ALLOWED),
    ("NumericNotEquals", ["10", "11"], "11", DENIED),
    ("NumericLessThan", "10", "9.5", ALLOWED),
    ("NumericLessThan", "10", "10", DENIED),
    ("NumericLessThanEquals", "10", "10", ALLOWED),
    ("NumericLessThanEquals", "10", "11", DENIED),
    ("NumericGreaterThan", "10", "11", ALLOWED),
    ("NumericGreaterThan", "10", "10", DENIED),
    ("NumericGreaterThanEquals", "10", "10", ALLOWED),
    ("NumericGreaterThanEquals", "10", "-10", DENIED),
    ("NumericLessThan", "10", "ten", UNDECIDED),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", ALLOWED),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", DENIED),
    ("DateGreaterThan", "2020-01-01", "2020-01-01T01:00:00+02:00", DENIED),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "1577836802", ALLOWED),
    ("DateGreaterThanEquals", "2020", "2020-01-01", ALLOWED),
    ("DateLessThan", "2020-02", "2020-01-31T23:59:59.999Z", ALLOWED),
    ("DateLessThan", "2020-02", "2020-02-01", DENIED),
    ("DateLessThanEquals", "2020-02", "2020-02-01", ALLOWED),
    ("DateEquals", "1577836800", "2020-01-01T00:00Z", ALLOWED),
    ("DateNotEquals", "2020-01-01", "2020-01-02", ALLOWED),
    ("DateNotEquals", "2020-01-01", "2020-01-01", DENIED),
    ("DateLessThan", "2020-13-01", "2020-01-01", UNDECIDED),
    ("Bool", "false", "false", ALLOWED),
    ("Bool", "false", "true", DENIED),
    ("Bool", "TRUE", "true", ALLOWED),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", ALLOWED),
    ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "AAAA", DENIED),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", ALLOWED),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", DENIED),
    ("IpAddress", "203.0.113.7", "203.0.113.7", ALLOWED),
    ("IpAddress", "203.0.113.7", "203.0.113.8", DENIED),
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", ALLOWED),
    ("IpAddress", "203.0.113.0/24", "2001:db8::1", DENIED),
    ("NotIpAddress", "203.0.113.0/24", "203.0.114.0", ALLOWED),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.1", DENIED),
    ("IpAddress", "203.0.113.0/24", "somewhere", UNDECIDED),
    ("ArnEquals", SNS, SNS, ALLOWED),
    ("ArnEquals", "arn:aws:sns:*:111122223333:*", SNS, ALLOWED),
    ("ArnLike", "arn:aws:sns:*:111122223333:*", SNS, ALLOWED),
    ("ArnLike", "arn:aws:SNS:*:111122223333:*", SNS, DENIED),
    ("ArnLike", "arn:aws:someservice:*:111122223333:finance/*", COLON_IN_A_PART, DENIED),
    ("ArnLike", "arn:aws:someservice:*:*:store/*:finance/*", COLON_IN_A_PART, ALLOWED),
    ("ArnLike", "arn:aws:sns:eu-west-?:*:topic", SNS, ALLOWED),
    ("ArnLike", "*", SNS, ALLOWED),
    ("ArnLike", "arn:aws:*", SNS, UNDECIDED),
    ("ArnLike", "arn:aws:sns:*:*:*", "no ARN", DENIED),
    ("ArnNotEquals", SNS, SNS, DENIED),
    ("ArnNotLike", "arn:aws:sns:*:*:*", SNS, DENIED),
    ("ArnNotLike", "arn:aws:sqs:*:*:*", SNS, ALLOWED),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "values", "given", "expected"), TABLE)
def test_an_operator_compares_as_documented(
    operator: str, values: Values, given: str, expected: Verdict
) -> None:
    assert judged(operator, values, {KEY: given}) is expected


def test_the_table_has_every_operator() -> None:
    assert {operator for operator, *_ in TABLE} == set(OPERATORS)


VALUES = {
    "Numeric": "10",
    "Date": "2020-01-01",
    "Bool": "true",
    "Binary": "AAAA",
    "Ip": "10.0.0.0/8",
    "Not": "10.0.0.0/8",
}


def value_of(operator: str) -> str:
    return next((value for start, value in VALUES.items() if operator.startswith(start)), SNS)


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_missing_key_matches_negated_operators_only(operator: str) -> None:
    expected = ALLOWED if "Not" in operator else DENIED

    assert judged(operator, value_of(operator), {}) is expected


@pytest.mark.parametrize("operator", OPERATORS)
def test_if_exists_holds_where_the_key_is_missing(operator: str) -> None:
    assert judged(f"{operator}IfExists", value_of(operator), {}) is ALLOWED


@pytest.mark.parametrize("operator", [name for name in OPERATORS if "Not" not in name])
@pytest.mark.parametrize("form", ["{}", "{}IfExists", "ForAnyValue:{}", "ForAllValues:{}"])
def test_a_key_that_may_be_there_leaves_it_undecided(operator: str, form: str) -> None:
    assert judged(form.format(operator), value_of(operator), {}, unknown=("S3:KEY",)) is UNDECIDED


ATTRIBUTES = ["PostDateTime", "Message", "Tags"]


@pytest.mark.parametrize(
    ("operator", "values", "given", "expected"),
    [
        ("ForAllValues:StringLike", ATTRIBUTES, ("PostDateTime", "Message"), ALLOWED),
        ("ForAllValues:StringLike", ATTRIBUTES, ("PostDateTime", "UserName"), DENIED),
        ("ForAllValues:StringLike", ATTRIBUTES, None, ALLOWED),
        ("ForAllValues:StringLike", ATTRIBUTES, (), ALLOWED),
        ("ForAllValues:StringLike", ATTRIBUTES, "", ALLOWED),
        ("ForAllValues:StringEquals", ATTRIBUTES, "Message", ALLOWED),
        ("ForAllValues:StringNotEquals", ATTRIBUTES, ("UserName", "ID"), ALLOWED),
        ("ForAllValues:StringNotEquals", ATTRIBUTES, ("UserName", "Tags"), DENIED),
        ("ForAllValues:StringNotEquals", ATTRIBUTES, None, ALLOWED),
        ("ForAllValues:StringLikeIfExists", ATTRIBUTES, None, ALLOWED),
        ("ForAnyValue:StringLike", ["ID", "PostDateTime"], ("UserName", "Message", "PostDateTime"), ALLOWED),
        ("ForAnyValue:StringLike", ["ID", "PostDateTime"], ("UserName",), DENIED),
        ("ForAnyValue:StringLike", ATTRIBUTES, None, DENIED),
        ("ForAnyValue:StringLike", ATTRIBUTES, (), DENIED),
        ("ForAnyValue:StringLike", ["*"], "", DENIED),
        ("ForAnyValue:StringNotEquals", ATTRIBUTES, ("UserName", "Tags"), ALLOWED),
        ("ForAnyValue:StringNotEquals", ATTRIBUTES, ("Message", "Tags"), DENIED),
        ("ForAnyValue:StringNotEquals", ATTRIBUTES, None, DENIED),
        ("ForAnyValue:StringLikeIfExists", ATTRIBUTES, None, ALLOWED),
        ("ForAnyValue:NumericLessThan", ["5"], ("7", "3"), ALLOWED),
        ("ForAllValues:ArnLike", ["arn:aws:sns:*:*:*"], (SNS, SNS), ALLOWED),
    ],
)  # fmt: skip
def test_a_set_operator_compares_every_value(
    operator: str, values: list[str], given: Any, expected: Verdict
) -> None:
    assert judged(operator, values, {} if given is None else {KEY: given}) is expected


def test_several_values_without_a_set_operator_are_undecided() -> None:
    assert judged("StringEquals", "a", {KEY: ("a", "b")}) is UNDECIDED


@pytest.mark.parametrize(
    ("value", "there", "missing"),
    [("true", DENIED, ALLOWED), ("false", ALLOWED, DENIED), ("False", ALLOWED, DENIED)],
)
def test_null_asks_whether_a_key_is_there(value: str, there: Verdict, missing: Verdict) -> None:
    assert judged("Null", value, {KEY: "x"}) is there
    assert judged("Null", value, {}) is missing
    assert judged("Null", value, {KEY: ()}) is missing
    assert judged("Null", value, {}, unknown=(KEY,)) is UNDECIDED


def test_every_operator_and_every_key_has_to_hold() -> None:
    both = {"StringEquals": {"a:b": "1", "a:c": "2"}, "Bool": {"a:d": "true"}}
    policy = account(role(allow(Condition=both)))

    assert evaluate(policy, request(a__b="1", a__c="2", a__d="true")).allowed
    assert not evaluate(policy, request(a__b="1", a__c="2")).allowed
    assert not evaluate(policy, request(a__b="1", a__d="true")).allowed


def test_a_key_has_no_case() -> None:
    policy = account(role(allow(Condition={"StringEquals": {"S3:Prefix": "a"}})))

    assert evaluate(policy, request(s3__PREFIX="a")).allowed


def test_one_condition_that_fails_decides_what_another_leaves_open() -> None:
    open_and_failing = {"StringEquals": {"aws:PrincipalOrgID": "o-1", KEY: "a"}}

    decision = evaluate(account(role(allow(Condition=open_and_failing))), request(s3__key="b"))

    assert (decision.verdict, decision.unknown) == (DENIED, ())


@pytest.mark.parametrize(
    "operator",
    [
        "StringEqual",
        "stringequals",
        "NullIfExists",
        "ForEachValue:StringEquals",
        ":StringEquals",
        "StringEqualsIfExistsIfExists",
    ],
)
def test_an_operator_that_does_not_exist_is_refused(operator: str) -> None:
    with pytest.raises(
        PolicyError, match=f"stack/Identity, statement 0: there is no condition operator {operator}$"
    ):
        judged(operator, "a", {})
