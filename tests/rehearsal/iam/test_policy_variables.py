"""`${...}` in resources and in conditions, and the wildcards of resources and actions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from typing import Any

import pytest
from policies import ID, ROLE, account, allow, deny, request, resource, role, statements

from rehearsal.iam import PolicyKind, Request, Verdict, evaluate

ALLOWED, DENIED, UNDECIDED = Verdict
MINE = "arn:aws:s3:::data/${aws:PrincipalTag/team}/*"


def team(name: str) -> dict[str, Any]:
    return {"tags": {"team": name}}


@pytest.mark.parametrize(
    ("tags", "on", "verdict"),
    [
        (team("churn"), "arn:aws:s3:::data/churn/a", ALLOWED),
        (team("churn"), "arn:aws:s3:::data/bank/a", DENIED),
        (team("CHURN"), "arn:aws:s3:::data/churn/a", DENIED),
        (team("*"), "arn:aws:s3:::data/churn/a", DENIED),
        ({"tags": {"TEAM": "churn"}}, "arn:aws:s3:::data/churn/a", ALLOWED),
        ({}, "arn:aws:s3:::data//a", DENIED),
        ({}, "arn:aws:s3:::data/${aws:PrincipalTag/team}/a", DENIED),
    ],
)
def test_a_variable_of_a_resource_is_the_principals(tags: dict[str, Any], on: str, verdict: Verdict) -> None:
    assert evaluate(account(role(allow(on=MINE), **tags)), request(on=on)).verdict is verdict


def test_a_variable_that_is_not_known_leaves_it_undecided() -> None:
    policy = account(role(allow(on="arn:aws:s3:::data/${aws:userid}/*")))

    decision = evaluate(policy, request(on="arn:aws:s3:::data/AROA:job/a"))

    assert (decision.verdict, decision.unknown) == (UNDECIDED, ("the value of aws:userid",))


@pytest.mark.parametrize(
    ("value", "given", "verdict"),
    [
        ("${aws:username, 'nobody'}/*", "nobody/a", ALLOWED),
        ("${aws:username,'nobody'}/*", "nobody/a", ALLOWED),
        ("${aws:username, ''}/*", "/a", ALLOWED),
        ("${aws:PrincipalTag/team, 'none'}/*", "none/a", DENIED),
        ("${aws:PrincipalTag/team, 'none'}/*", "churn/a", ALLOWED),
        ("${AWS:principaltag/Team}/*", "churn/a", ALLOWED),
        ("${aws:username}/*", "nobody/a", DENIED),
        ("${*}/a", "*/a", ALLOWED),
        ("${*}/a", "x/a", DENIED),
        ("${?}${$}", "?$", ALLOWED),
        ("${?}", "x", DENIED),
        ("${not closed", "${not closed", ALLOWED),
    ],
)
def test_a_variable_of_a_condition(value: str, given: str, verdict: Verdict) -> None:
    one = role(allow(Condition={"StringLike": {"s3:prefix": value}}), **team("churn"))

    assert evaluate(account(one), request(s3__prefix=given)).verdict is verdict


@pytest.mark.parametrize(
    ("operator", "value", "given", "verdict"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}", "churn", ALLOWED),
        ("StringEqualsIgnoreCase", "${aws:PrincipalTag/team}", "CHURN", ALLOWED),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "churn", DENIED),
        ("ArnLike", "arn:aws:sns:*:*:${aws:PrincipalTag/team}-*", "arn:aws:sns:eu-west-1:1:churn-a", ALLOWED),
        ("ArnLike", "arn:aws:sns:*:${aws:PrincipalAccount}:*", f"arn:aws:sns:eu-west-1:{ID}:a", ALLOWED),
        ("Bool", "${aws:PrincipalIsAWSService}", "false", ALLOWED),
        ("StringNotEquals", "${aws:username}", "churn", UNDECIDED),
        ("NumericEquals", "${aws:PrincipalTag/team}", "1", UNDECIDED),
    ],
)
def test_texts_and_arns_have_variables(operator: str, value: str, given: str, verdict: Verdict) -> None:
    one = role(allow(Condition={operator: {"a:key": value}}), **team("churn"))

    assert evaluate(account(one), request(a__key=given)).verdict is verdict


def test_the_older_version_has_no_variables() -> None:
    policy = statements(PolicyKind.IDENTITY, allow(on=MINE), version="2008-10-17")
    one = account(role(identity=policy, **team("churn")))

    assert not evaluate(one, request(on="arn:aws:s3:::data/churn/a")).allowed
    assert evaluate(one, request(on="arn:aws:s3:::data/${aws:PrincipalTag/team}/a")).allowed


def test_what_a_variable_without_a_value_leaves_out_is_undecided() -> None:
    policy = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::data/${aws:username}/*"}

    assert evaluate(account(role(allow("*"), policy)), request()).verdict is UNDECIDED


LOGS = f"arn:aws:logs:eu-west-1:{ID}:log-group:/aws/jobs:log-stream:one"


@pytest.mark.parametrize(
    ("pattern", "on", "matches"),
    [
        ("*", "arn:aws:s3:::data/a", True),
        ("arn:aws:s3:::data", "arn:aws:s3:::data", True),
        ("arn:aws:s3:::data", "arn:aws:s3:::data/a", False),
        ("arn:aws:s3:::data/*", "arn:aws:s3:::data/a/b", True),
        ("arn:aws:s3:::data/*", "arn:aws:s3:::data", False),
        ("arn:aws:s3:::data/?", "arn:aws:s3:::data/a", True),
        ("arn:aws:s3:::data/?", "arn:aws:s3:::data/ab", False),
        ("arn:aws:s3:::DATA/*", "arn:aws:s3:::data/a", False),
        ("arn:aws:s3:*", "arn:aws:s3:::data/a", True),
        ("arn:*:data/a", "arn:aws:s3:::data/a", True),
        ("arn:a*s:s3:::data/a", "arn:aws:s3:::data/a", True),
        ("arn:a*s3:::data/a", "arn:aws:s3:::data/a", False),
        ("arn:aws:s3:::data/a.c", "arn:aws:s3:::data/abc", False),
        (f"arn:aws:logs:*:{ID}:log-group:/aws/jobs:*", LOGS, True),
        (f"arn:aws:logs:*:{ID}:log-group:/aws/*", LOGS, True),
        (f"arn:aws:logs:*:{ID}:log-group:/aws/*:log-stream:*", LOGS, True),
        (f"arn:aws:logs:*:{ID}:log-group:/aws/jobs", LOGS, False),
        ("arn:aws:logs:us-*:*:log-group:*", LOGS, False),
    ],
)
def test_the_wildcards_of_a_resource(pattern: str, on: str, matches: bool) -> None:
    assert evaluate(account(role(allow("*", pattern))), request(on=on)).allowed is matches


def test_not_resource_is_everything_else() -> None:
    policy = {
        "Effect": "Allow",
        "Action": "s3:*",
        "NotResource": ["arn:aws:s3:::data/a/*", "arn:aws:s3:::data/b"],
    }
    one = account(role(policy))

    assert evaluate(one, request(on="arn:aws:s3:::data/c")).allowed
    assert not evaluate(one, request(on="arn:aws:s3:::data/a/1")).allowed
    assert not evaluate(one, request(on="arn:aws:s3:::data/b")).allowed


@pytest.mark.parametrize(
    ("action", "matches"),
    [
        ("s3:GetObject", True),
        ("S3:GETOBJECT", True),
        ("s3:Get*", True),
        ("s3:?etObject", True),
        ("*", True),
        ("s3*", True),
        ("s3:GetObjectTagging", False),
        ("sqs:*", False),
    ],
)
def test_the_wildcards_of_an_action(action: str, matches: bool) -> None:
    assert evaluate(account(role(allow(action))), request()).allowed is matches


def test_not_action_is_every_other_action() -> None:
    policy = {"Effect": "Allow", "NotAction": ["iam:*", "s3:Put*"], "Resource": "*"}
    one = account(role(policy))

    assert evaluate(one, request()).allowed
    assert not evaluate(one, request("s3:PutObject")).allowed
    assert not evaluate(one, request("IAM:GetRole", ROLE)).allowed


@pytest.mark.parametrize(
    ("key", "value", "verdict"),
    [
        ("aws:PrincipalArn", ROLE, ALLOWED),
        ("aws:PrincipalAccount", ID, ALLOWED),
        ("aws:PrincipalTag/team", "churn", ALLOWED),
        ("aws:PrincipalTag/other", "churn", DENIED),
        ("aws:PrincipalIsAWSService", "false", ALLOWED),
        ("aws:PrincipalType", "AssumedRole", ALLOWED),
        ("aws:RequestedRegion", "eu-west-1", ALLOWED),
        ("aws:SecureTransport", "true", ALLOWED),
        ("aws:ViaAWSService", "false", ALLOWED),
        ("kms:CallerAccount", ID, ALLOWED),
        ("aws:ResourceAccount", ID, ALLOWED),
        ("s3:ResourceAccount", "999999999999", DENIED),
        ("aws:ResourceTag/kind", "data", ALLOWED),
        ("aws:ResourceTag/other", "data", DENIED),
        ("aws:SourceAccount", ID, DENIED),
        ("aws:SourceVpce", "vpce-1", DENIED),
        ("aws:username", "job", DENIED),
        ("aws:PrincipalOrgID", "o-1", UNDECIDED),
        ("aws:SourceIp", "10.0.0.1", UNDECIDED),
        ("aws:userid", "AROA", UNDECIDED),
    ],
)
def test_the_keys_that_follow_from_who_calls_what(key: str, value: str, verdict: Verdict) -> None:
    one = role(allow(Condition={"StringEquals": {key: value}}), **team("churn"))
    bucket = account(one, tags={request().resource: {"kind": "data"}})

    assert evaluate(bucket, request()).verdict is verdict


OWNERS = [
    ("*", ID, ALLOWED),
    (f"arn:aws:sqs:eu-west-1:{ID}:all", ID, ALLOWED),
    ("arn:aws:s3:::data/a", ID, ALLOWED),
    ("arn:aws:s3:::data/a", "999999999999", DENIED),
    ("arn:aws:s3:::theirs/a", ID, UNDECIDED),
    ("arn:aws:sqs:eu-west-1:999999999999:all", ID, DENIED),
]


@pytest.mark.parametrize(("on", "owner", "verdict"), OWNERS)
def test_the_account_of_a_resource_is_its_owners(on: str, owner: str, verdict: Verdict) -> None:
    one = role(allow("*", Condition={"StringEquals": {"aws:ResourceAccount": owner}}))

    assert evaluate(account(one), request("sqs:SendMessage", on)).verdict is verdict


def test_another_accounts_resource_is_of_that_account() -> None:
    theirs = "arn:aws:sqs:eu-west-1:999999999999:all"
    one = role(allow("*", Condition={"StringEquals": {"aws:ResourceAccount": "999999999999"}}))
    everybody = resource(allow("*", Principal="*"))

    assert evaluate(
        account(one, resource_policies={theirs: everybody}), request("sqs:SendMessage", theirs)
    ).allowed


def test_the_tags_of_a_resource_may_not_be_known() -> None:
    one = account(role(allow(Condition={"StringEquals": {"aws:ResourceTag/kind": "data"}})))

    assert evaluate(one, request()).unknown == ("the value of aws:ResourceTag/kind",)


def test_no_address_of_the_internet_comes_through_an_endpoint() -> None:
    from_office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    everything = statements(PolicyKind.ENDPOINT, {**allow("*"), "Principal": "*"})
    one = account(role(allow(Condition=from_office)), endpoints={"vpce-1": everything})

    assert evaluate(one, request(aws__SourceVpce="vpce-1")).verdict is DENIED
    assert evaluate(one, request(aws__SourceIp="203.0.113.9")).verdict is ALLOWED


def test_what_a_call_carries_comes_before_what_follows() -> None:
    policy = deny(Condition={"Bool": {"aws:SecureTransport": "false"}})
    one = account(role(allow(), policy))

    assert evaluate(one, request(aws__SecureTransport="false")).verdict is DENIED
    assert evaluate(one, request()).verdict is ALLOWED


def test_a_service_has_more_names_than_one() -> None:
    queue = f"arn:aws:sqs:eu-west-1:{ID}:all"
    named = {"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "s3.amazonaws.com"}}
    policy = resource(allow("sqs:SendMessage", Principal="*", Condition=named))
    one = account(role(), resource_policies={queue: policy})

    assert evaluate(one, Request("s3.amazonaws.com", "sqs:SendMessage", queue)).verdict is UNDECIDED
    assert evaluate(one, request("sqs:SendMessage", queue)).verdict is DENIED
