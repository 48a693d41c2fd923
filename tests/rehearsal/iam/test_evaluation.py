"""Which policies decide together, within one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from typing import Any

import pytest
from policies import (
    BUCKET,
    ID,
    KEY,
    OBJECT,
    REGION,
    ROLE,
    ROOT,
    SESSION,
    account,
    allow,
    deny,
    identity,
    request,
    resource,
    role,
    statements,
    trust,
)

from rehearsal.iam import Account, Grant, PolicyKind, Request, Role, Verdict, evaluate
from rehearsal.iam.evaluate import Evaluator

ALLOWED, DENIED, UNDECIDED = Verdict
EVERYBODY = {"Principal": "*"}


def of(principal: str, **more: Any) -> dict[str, Any]:
    """The Principal element of a role, a session or an account."""
    return {"Principal": {"AWS": principal}, **more}


def by_service(service: str) -> dict[str, Any]:
    return {"Principal": {"Service": service}}


# What decides ordinary requests: identity-based, resource-based, boundary; then the verdict and its reason.
ORDINARY: list[tuple[str, list[Any], list[Any], list[Any] | None, Verdict, str]] = [
    ("nothing allows", [], [], None, DENIED, "because no identity-based policy allows the s3:GetObject action"),
    ("the role's policy allows", [allow()], [], None, ALLOWED, "because an identity-based policy allows"),
    ("the bucket's policy allows the role", [], [allow(**of(ROLE))], None, ALLOWED, "because a resource-based"),
    ("the bucket's policy names the account only", [], [allow(**of(ROOT))], None, DENIED, "no identity-based"),
    ("another action", [allow("s3:PutObject")], [], None, DENIED, "no identity-based policy"),
    ("another bucket", [allow(on="arn:aws:s3:::other/*")], [], None, DENIED, "no identity-based policy"),
    ("the role's policy denies", [allow(), deny()], [], None, DENIED, "with an explicit deny in an identity-based policy"),
    ("the bucket's policy denies", [allow()], [deny(**EVERYBODY)], None, DENIED, "an explicit deny in a resource-based policy"),
    ("the bucket's policy denies another role", [allow()], [deny(**of(f"{ROLE}s"))], None, ALLOWED, ""),
    ("the bucket's policy denies the account", [allow()], [deny(**of(ID))], None, DENIED, "resource-based"),
    ("the boundary allows, too", [allow()], [], [allow("s3:*")], ALLOWED, "identity-based"),
    ("the boundary alone allows", [], [], [allow("s3:*")], DENIED, "no identity-based policy"),
    ("the boundary cuts off", [allow()], [], [allow("s3:List*")], DENIED, "because no permissions boundary allows"),
    ("the boundary denies", [allow()], [], [allow("*"), deny()], DENIED, "an explicit deny in a permissions boundary"),
    ("a boundary limits what the role is granted", [], [allow(**of(ROLE))], [allow("sqs:*")], DENIED, "no permissions boundary"),
    ("no boundary limits the session", [], [allow(**of(SESSION))], [allow("sqs:*")], ALLOWED, "resource-based"),
    ("no boundary limits everybody", [], [allow(**EVERYBODY)], [allow("sqs:*")], ALLOWED, "resource-based"),
    ("a boundary denies everybody", [], [allow(**EVERYBODY)], [deny("s3:*")], DENIED, "explicit deny in a permissions"),
    ("another session", [], [allow(**of(f"{SESSION}2"))], None, DENIED, "no identity-based policy"),
    ("a service", [], [allow(**by_service("sagemaker.amazonaws.com"))], None, DENIED, "no identity-based policy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "bucket", "boundary", "verdict", "reason"),
    [row[1:] for row in ORDINARY],
    ids=[row[0] for row in ORDINARY],
)
def test_a_request_of_a_role(
    own: list[Any], bucket: list[Any], boundary: list[Any] | None, verdict: Verdict, reason: str
) -> None:
    limit = None if boundary is None else statements(PolicyKind.BOUNDARY, *boundary)
    one = account(role(*own, boundary=limit), resource_policies={BUCKET: resource(*bucket)})

    decision = evaluate(one, request())

    assert (decision.verdict, reason in decision.reason) == (verdict, True), decision.reason


# A key's policy has to allow, or to leave it to the account's policies.
CRYPT = "kms:Decrypt"
KEYS: list[tuple[str, list[Any], list[Any], Verdict, str]] = [
    ("the role's policy isn't enough", [allow(CRYPT)], [allow("kms:*", **of(f"{ROLE}s"))], DENIED,
     "because no resource-based policy allows the kms:Decrypt action"),
    ("delegated, and allowed", [allow(CRYPT)], [allow("kms:*", **of(ROOT))], ALLOWED, "an identity-based policy"),
    ("delegated by the account's id", [allow(CRYPT)], [allow("kms:*", **of(ID))], ALLOWED, "an identity-based policy"),
    ("delegated only", [], [allow("kms:*", **of(ROOT))], DENIED, "because no identity-based policy allows"),
    ("delegated for another action", [allow(CRYPT)], [allow("kms:Encrypt", **of(ROOT))], DENIED, "no resource-based"),
    ("the key names the role", [], [allow(CRYPT, **of(ROLE))], ALLOWED, "a resource-based policy"),
    ("the key denies the role", [allow(CRYPT)], [allow("kms:*", **of(ROOT)), deny(CRYPT, **of(ROLE))], DENIED,
     "with an explicit deny in a resource-based policy"),
    ("nothing", [], [allow(CRYPT, **of(f"{ROLE}s"))], DENIED, "no resource-based policy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "key", "verdict", "reason"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS]
)
def test_the_policy_of_a_key(own: list[Any], key: list[Any], verdict: Verdict, reason: str) -> None:
    one = account(role(*own), keys={KEY: statements(PolicyKind.KEY, *key)})

    decision = evaluate(one, request(CRYPT, KEY))

    assert (decision.verdict, reason in decision.reason) == (verdict, True), decision.reason


def test_a_key_without_a_known_policy_is_undecided() -> None:
    decision = evaluate(account(role(allow(CRYPT))), request(CRYPT, KEY))

    assert (decision.verdict, decision.unknown) == (UNDECIDED, (f"the resource-based policy of {KEY}",))


@pytest.mark.parametrize(
    ("grant", "context", "allowed"),
    [
        (Grant(ROLE, frozenset({"Decrypt"})), {}, True),
        (Grant(SESSION, frozenset({"Decrypt"})), {}, True),
        (Grant(f"{ROLE}s", frozenset({"Decrypt"})), {}, False),
        (Grant(ROLE, frozenset({"Encrypt", "DescribeKey"})), {}, False),
        (Grant(ROLE, frozenset({"Decrypt"}), {"a": "1"}), {}, False),
        (Grant(ROLE, frozenset({"Decrypt"}), {"a": "1"}), {"a": "1", "b": "2"}, True),
        (Grant(ROLE, frozenset({"Decrypt"}), {"a": "1"}, equals=True), {"a": "1", "b": "2"}, False),
        (Grant(ROLE, frozenset({"Decrypt"}), {"a": "1"}, equals=True), {"a": "1"}, True),
    ],
)
def test_a_grant_lets_its_grantee_do_its_operations(
    grant: Grant, context: dict[str, str], allowed: bool
) -> None:
    one = account(
        role(), keys={KEY: statements(PolicyKind.KEY, allow("kms:*", **of(ROOT)))}, grants={KEY: (grant,)}
    )
    asked = Request(
        ROLE, CRYPT, KEY, {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
    )

    assert evaluate(one, asked).allowed is allowed


def test_no_grant_overrules_a_denial() -> None:
    one = account(
        role(deny(CRYPT)),
        keys={KEY: statements(PolicyKind.KEY, allow("kms:*", **of(ROOT)))},
        grants={KEY: (Grant(ROLE, frozenset({"Decrypt"})),)},
    )

    assert evaluate(one, request(CRYPT, KEY)).reason == "with an explicit deny in an identity-based policy"


FROM_HERE = {"StringEquals": {"aws:SourceAccount": ID}}
TRUSTS: list[tuple[str, dict[str, Any], str, dict[str, str], Verdict, str]] = [
    ("the service", by_service("sagemaker.amazonaws.com"), "sagemaker.amazonaws.com", {}, ALLOWED, "the role trust policy"),
    ("another service", by_service("lambda.amazonaws.com"), "sagemaker.amazonaws.com", {}, DENIED,
     "because no role trust policy allows the sts:AssumeRole action"),
    ("a service in its region", by_service(f"states.{REGION}.amazonaws.com"), "states.amazonaws.com", {}, ALLOWED, ""),
    ("a service in another region", by_service("states.us-east-1.amazonaws.com"), "states.amazonaws.com", {}, DENIED, ""),
    ("SourceAccount", {**by_service("sagemaker.amazonaws.com"), "Condition": FROM_HERE}, "sagemaker.amazonaws.com",
     {"aws:SourceAccount": ID}, ALLOWED, ""),
    ("SourceAccount missing", {**by_service("sagemaker.amazonaws.com"), "Condition": FROM_HERE}, "sagemaker.amazonaws.com",
     {}, DENIED, "no role trust policy"),
    ("SourceAccount wrong", {**by_service("sagemaker.amazonaws.com"), "Condition": FROM_HERE}, "sagemaker.amazonaws.com",
     {"aws:SourceAccount": "999999999999"}, DENIED, "no role trust policy"),
    ("the role", of(ROLE), ROLE, {}, ALLOWED, "the role trust policy"),
    ("its account", of(ROOT), ROLE, {}, DENIED, "no identity-based policy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("trusted", "caller", "context", "verdict", "reason"),
    [row[1:] for row in TRUSTS],
    ids=[row[0] for row in TRUSTS],
)
def test_the_trust_policy_of_a_role(
    trusted: dict[str, Any], caller: str, context: dict[str, str], verdict: Verdict, reason: str
) -> None:
    policy = {"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}
    other = Role(f"{ROLE}-2", "job-2", trust=trust(policy))
    mine = role()
    one = Account(ID, "aws", REGION, roles={mine.arn: mine, other.arn: other})

    decision = evaluate(one, Request(caller, "sts:AssumeRole", other.arn, context))

    assert (decision.verdict, reason in decision.reason) == (verdict, True), decision.reason


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        (allow("lambda:InvokeFunction", "*", **by_service("apigateway.amazonaws.com")), ALLOWED),
        (allow("lambda:InvokeFunction", "*", **by_service("s3.amazonaws.com")), DENIED),
        (allow("lambda:InvokeFunction", "*", **EVERYBODY), ALLOWED),
        (allow("lambda:InvokeFunction", "*", **of(ROOT)), DENIED),
    ],
)
def test_a_service_is_allowed_by_the_resource_alone(policy: dict[str, Any], verdict: Verdict) -> None:
    function = f"arn:aws:lambda:{REGION}:{ID}:function:predict"
    one = account(role(allow("*")), resource_policies={function: resource(policy)})

    decision = evaluate(one, Request("apigateway.amazonaws.com", "lambda:InvokeFunction", function))

    assert decision.verdict is verdict


VPCE = "vpce-1"
ENDPOINTS: list[tuple[str, list[Any], Verdict, str]] = [
    ("everything", [allow("*", **EVERYBODY)], ALLOWED, ""),
    ("another bucket only", [allow("s3:*", "arn:aws:s3:::layers/*", **EVERYBODY)], DENIED,
     "because no VPC endpoint policy allows the s3:GetObject action"),
    ("all but this", [allow("*", **EVERYBODY), deny("s3:Get*", **EVERYBODY)], DENIED,
     "with an explicit deny in a VPC endpoint policy"),
    ("the role by a condition", [allow("*", **EVERYBODY, Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})], ALLOWED, ""),
    ("the account, which a gateway takes as its root user", [allow("*", **of(ROOT))], UNDECIDED, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "verdict", "reason"), [row[1:] for row in ENDPOINTS], ids=[row[0] for row in ENDPOINTS]
)
def test_the_policy_of_the_endpoint_that_a_request_passes(
    policy: list[Any], verdict: Verdict, reason: str
) -> None:
    one = account(role(allow()), endpoints={VPCE: statements(PolicyKind.ENDPOINT, *policy)})

    decision = evaluate(one, request(aws__SourceVpce=VPCE))

    assert (decision.verdict, reason in decision.reason) == (verdict, True), decision.reason
    assert evaluate(one, request()).allowed


def test_an_interface_endpoint_may_name_the_account() -> None:
    function = f"arn:aws:lambda:{REGION}:{ID}:function:predict"
    policy = statements(PolicyKind.ENDPOINT, allow("*", **of(ROOT)))
    one = account(role(allow("lambda:*")), endpoints={VPCE: policy})

    assert evaluate(one, request("lambda:InvokeFunction", function, aws__SourceVpce=VPCE)).allowed


def test_an_endpoint_that_is_not_declared_is_undecided() -> None:
    decision = evaluate(account(role(allow())), request(aws__SourceVpce="vpce-2"))

    assert (decision.verdict, decision.unknown) == (UNDECIDED, ("the policy of the VPC endpoint vpce-2",))


ELSEWHERE = f"arn:aws:ecr:{REGION}:999999999999:repository/xgboost"


@pytest.mark.parametrize(
    ("own", "theirs", "verdict"),
    [
        ([allow("ecr:*")], [allow("ecr:*", **EVERYBODY)], ALLOWED),
        ([allow("ecr:*")], [allow("ecr:*", **of(ROOT))], ALLOWED),
        ([allow("ecr:*")], [allow("ecr:*", **of("999999999999"))], DENIED),
        ([], [allow("ecr:*", **of(ROLE))], DENIED),
        ([allow("ecr:*")], None, UNDECIDED),
        ([], None, DENIED),
    ],
)
def test_another_account_has_to_allow_as_well(
    own: list[Any], theirs: list[Any] | None, verdict: Verdict
) -> None:
    policies = {} if theirs is None else {ELSEWHERE: resource(*theirs)}
    one = account(role(*own), resource_policies=policies)

    assert evaluate(one, request("ecr:BatchGetImage", ELSEWHERE)).verdict is verdict


def test_a_bucket_that_is_not_declared_is_undecided() -> None:
    decision = evaluate(account(role(allow())), request(on="arn:aws:s3:::theirs/a"))

    assert (decision.verdict, decision.unknown) == (
        UNDECIDED,
        ("the resource-based policy of arn:aws:s3:::theirs",),
    )


@pytest.mark.parametrize(("own", "verdict"), [([allow()], UNDECIDED), ([], UNDECIDED), ([deny()], DENIED)])
def test_a_managed_policy_whose_document_is_not_known(own: list[Any], verdict: Verdict) -> None:
    managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    decision = evaluate(account(role(*own, unknown=(managed,))), request())

    assert decision.verdict is verdict
    assert decision.unknown == (() if verdict is DENIED else (f"the document of {managed}",))


def test_a_role_that_is_not_declared_is_undecided() -> None:
    decision = evaluate(account(role(allow())), Request(f"{ROLE}s", "s3:GetObject", OBJECT))

    assert decision.unknown == (f"the policies of {ROLE}s",)


EXCEPTIONS: list[tuple[list[str], Verdict]] = [
    ([ROLE, SESSION, ROOT], ALLOWED),
    ([f"{ROLE}s"], DENIED),
    ([ROLE], UNDECIDED),
    ([ROLE, ROOT], UNDECIDED),
    (["*"], ALLOWED),
]


@pytest.mark.parametrize(("excepted", "verdict"), EXCEPTIONS)
def test_not_principal_spares_a_role_that_it_names_wholly(excepted: list[str], verdict: Verdict) -> None:
    policy = resource(deny(NotPrincipal={"AWS": excepted}))
    one = account(role(allow()), resource_policies={BUCKET: policy})

    assert evaluate(one, request()).verdict is verdict


def test_not_principal_spares_a_service_that_it_names() -> None:
    topic = f"arn:aws:sns:{REGION}:{ID}:alarms"
    excepted = {"Service": ["events.amazonaws.com"]}
    policy = resource(allow("sns:Publish", **EVERYBODY), deny("sns:Publish", NotPrincipal=excepted))
    one = account(role(), resource_policies={topic: policy})

    assert evaluate(one, Request("events.amazonaws.com", "sns:Publish", topic)).allowed
    assert not evaluate(one, Request("s3.amazonaws.com", "sns:Publish", topic)).allowed


@pytest.mark.parametrize(("own", "verdict"), [("s3:*", UNDECIDED), ("sqs:*", DENIED)])
def test_an_action_that_does_not_exist_is_never_allowed(own: str, verdict: Verdict) -> None:
    decision = evaluate(account(role(allow(own))), request("s3:GetObjects"))

    assert decision.verdict is verdict
    assert ("the action s3:GetObjects, which AWS's reference doesn't have" in decision.unknown) is (
        verdict is UNDECIDED
    )


def test_the_session_of_a_role_is_known_only_where_a_service_names_it() -> None:
    one = account(role(session=""), resource_policies={BUCKET: resource(allow(**of(SESSION)))})

    assert evaluate(one, request()).verdict is UNDECIDED


def test_log_groups_have_the_policies_of_their_account() -> None:
    group = f"arn:aws:logs:{REGION}:{ID}:log-group:/aws/events/all"
    policies = {
        f"arn:aws:logs:{REGION}:{ID}:*": resource(
            allow("logs:Put*", group, **by_service("events.amazonaws.com"))
        )
    }
    one = account(role(), resource_policies=policies)

    assert evaluate(one, Request("events.amazonaws.com", "logs:PutLogEvents", group)).allowed
    assert not evaluate(one, Request("events.amazonaws.com", "logs:PutLogEvents", f"{group}2")).allowed


def test_the_statement_that_decides_is_named() -> None:
    one = account(role(allow("sqs:*"), allow(), deny("s3:Put*")))

    allowed, denied = evaluate(one, request()), evaluate(one, request("s3:PutObject"))

    assert allowed.statement is not None and allowed.statement.source.index == 1
    assert denied.statement is not None and denied.statement.source.index == 2
    assert evaluate(one, request("s3:ListBucket", BUCKET)).statement is None


def test_a_denial_is_told_in_the_words_of_aws() -> None:
    one = account(role())
    asked = request()

    assert evaluate(one, asked).message(asked) == (
        f"User: {SESSION} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
        "because no identity-based policy allows the s3:GetObject action"
    )


def test_an_action_without_a_resource_names_none() -> None:
    one = account(role(deny("ecr:*")))
    asked = request("ecr:GetAuthorizationToken", "*")

    assert evaluate(one, asked).message(asked) == (
        f"User: {SESSION} is not authorized to perform: ecr:GetAuthorizationToken "
        "with an explicit deny in an identity-based policy"
    )


def test_the_documented_example_of_two_buckets() -> None:
    """Carlos, of "Example identity-based and resource-based policy evaluation"."""
    own = identity(
        allow(["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "arn:aws:s3:::*"),
        allow("s3:*", ["arn:aws:s3:::carlos", "arn:aws:s3:::carlos/*"]),
        deny("s3:*", "arn:aws:s3:::*log*"),
    )
    theirs = {"arn:aws:s3:::carlos": resource(allow("s3:*", "arn:aws:s3:::carlos/*", **of(ROLE)))}
    one = account(role(identity=own), resource_policies={"arn:aws:s3:::carlos-logs": (), **theirs})

    assert evaluate(one, request("s3:PutObject", "arn:aws:s3:::carlos/file")).allowed
    assert not evaluate(one, request("s3:PutObject", "arn:aws:s3:::carlos-logs/file")).allowed
    assert evaluate(one, request("s3:GetBucketLocation", "arn:aws:s3:::data")).allowed


def test_a_decision_is_made_once_for_requests_that_are_equal() -> None:
    evaluator = Evaluator(account(role(allow(Condition={"StringEquals": {"s3:prefix": "a"}}))))

    assert evaluator.decide(request(s3__prefix="a")) is evaluator.decide(request(s3__prefix="a"))
    assert evaluator.decide(request(s3__prefix="a")).allowed
    assert not evaluator.decide(request(s3__prefix="b")).allowed
    assert not evaluator.decide(request()).allowed
