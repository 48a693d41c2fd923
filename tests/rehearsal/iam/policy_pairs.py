"""Policies and requests by the thousand, the same for the same seed: of small vocabularies, so that they meet."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.iam import Account, PolicyKind, Request, Role, Source, Statement, parse_document

ID, REGION = "111122223333", "eu-west-1"
ROOT = f"arn:aws:iam::{ID}:root"
ROLE = f"arn:aws:iam::{ID}:role/job"
SESSION = f"arn:aws:sts::{ID}:assumed-role/job/SageMaker"
TAGS = {"team": "churn"}
KEY = f"arn:aws:kms:{REGION}:{ID}:key/1234"
BUCKET = "arn:aws:s3:::data"

_ACTIONS = {BUCKET: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], KEY: ["kms:Decrypt", "kms:Encrypt"]}
_ACTION_PATTERNS = [
    "*",
    "*",
    "s3:*",
    "kms:*",
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:PutObject",
    "kms:*",
    "kms:Decrypt",
    "kms:?ncrypt",
    "sqs:*",
]
_RESOURCES = {BUCKET: [BUCKET, f"{BUCKET}/churn/a", f"{BUCKET}/bank/b:c"], KEY: [KEY]}
_RESOURCE_PATTERNS = [
    *("*", "*", "*", BUCKET, f"{BUCKET}/*", f"{BUCKET}/churn/*", f"{BUCKET}/?ank/*", "arn:aws:s3:::*", "arn:aws:s3:*"),
    *("arn:a*3:::data/*", f"{BUCKET}/${{aws:PrincipalTag/team}}/*", KEY, "arn:aws:kms:*:*:key/*", "arn:aws:sqs:*:*:*"),
]  # fmt: skip
_PRINCIPALS: list[Any] = [
    *("*", {"AWS": "*"}, {"AWS": ID}, {"AWS": ROOT}, {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": [ROLE, ROOT]}),
    *({"AWS": f"{ROLE}-2"}, {"AWS": f"{SESSION}-2"}, {"AWS": "999999999999"}, {"Service": "lambda.amazonaws.com"}),
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Operators that compare alike, the key that they compare, and values of requests and policies."""

    operators: Sequence[str]
    key: str
    given: Sequence[Any]
    wanted: Sequence[str]


_ORDERS = ("Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_TEXTS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
_ARNS = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")
_KINDS = [
    Kind(_TEXTS, "s3:prefix", ["churn/", "CHURN/", "bank/", "", "a*"],
         ["churn/", "ch*", "*", "?ank/", "", "${aws:PrincipalTag/team}/"]),
    Kind(_TEXTS, "aws:PrincipalTag/team", [], ["churn", "Churn", "c*", "bank"]),
    Kind([f"ForAllValues:{one}" for one in _TEXTS] + [f"ForAnyValue:{one}" for one in _TEXTS], "s3:RequestObjectTagKeys",
         [["team"], ["team", "cost"], [], [""], ["cost", "owner"]], ["team", "cost", "t*", "*", "TEAM"]),
    Kind(_TEXTS, "s3:RequestObjectTagKeys", [["team"], ["team", "cost"]], ["team", "cost"]),
    Kind([f"Numeric{one}" for one in (*_ORDERS, "NotEquals")], "s3:max-keys", ["10", "10.0", "9", "11", "many"], ["10", "9", "1e1"]),
    Kind([f"Date{one}" for one in (*_ORDERS, "NotEquals")], "s3:object-lock-retain-until-date",
         ["2026-01-01T00:00:00Z", "2026-06-01", "1767225600", "2025-12-31T23:59:59+02:00"],
         ["2026-01-01", "2026-01-01T00:00:00Z", "2026-02", "1767225600"]),
    Kind(["Bool"], "aws:SecureTransport", ["true", "false"], ["true", "false", "TRUE"]),
    Kind(["BinaryEquals"], "s3:binary", ["AAAA", "AAA="], ["AAAA", "AAE="]),
    Kind(["IpAddress", "NotIpAddress"], "aws:SourceIp", ["203.0.113.7", "10.0.0.1", "2001:db8::1"],
         ["203.0.113.0/24", "10.0.0.1", "2001:db8::/32", "0.0.0.0/0"]),
    Kind(_ARNS, "aws:SourceArn", [f"arn:aws:sns:{REGION}:{ID}:a", f"arn:aws:sns:{REGION}:9:b/x:{ID}:a"],
         [f"arn:aws:sns:*:{ID}:a", "arn:aws:sns:*:*:*", f"arn:aws:sqs:*:{ID}:a", "*"]),
    Kind(["Null"], "aws:SourceAccount", [ID], ["true", "false"]),
]  # fmt: skip


# A case as JSON: a request with the documents that decide about it.
type Case = dict[str, Any]


def account(case: Case) -> Account:
    policy = _parsed(case["resource"], PolicyKind.KEY if case["is_key"] else PolicyKind.RESOURCE)
    role = Role(
        ROLE,
        "job",
        identity=_parsed(case["identity"], PolicyKind.IDENTITY),
        boundary=_parsed(case["boundary"], PolicyKind.BOUNDARY) if case["boundary"] else None,
        tags=TAGS,
        session="SageMaker",
    )
    if case["is_key"]:
        return Account(ID, "aws", REGION, roles={ROLE: role}, keys={KEY: policy})
    return Account(ID, "aws", REGION, roles={ROLE: role}, resource_policies={BUCKET: policy})


def request(case: Case) -> Request:
    asked = case["request"]
    context = {
        key: value if isinstance(value, str) else tuple(value) for key, value in asked["context"].items()
    }
    return Request(ROLE, asked["action"], asked["resource"], context)


def statements(case: Case) -> Iterator[dict[str, Any]]:
    """Every statement of its documents."""
    for name in ("identity", "resource", "boundary"):
        yield from (case[name] or {"Statement": []})["Statement"]


def cases(count: int, seed: int) -> list[Case]:
    chance = random.Random(seed)
    return [_case(chance) for _ in range(count)]


def _case(chance: random.Random) -> Case:
    on = chance.choice([BUCKET, BUCKET, KEY])
    kinds = chance.choices(_KINDS, k=2)
    context = {one.key: chance.choice(one.given) for one in kinds if one.given and chance.random() < 0.75}
    context.setdefault("aws:SourceIp", "203.0.113.7")
    context.setdefault("aws:SecureTransport", "true")
    return {
        "request": {
            "action": chance.choice(_ACTIONS[on]),
            "resource": chance.choice(_RESOURCES[on]),
            "context": context,
        },
        "identity": _document(chance, kinds, names=False),
        "resource": _document(chance, kinds, names=True) if on == KEY or chance.random() < 0.6 else None,
        "boundary": _document(chance, kinds, names=False) if chance.random() < 0.3 else None,
        "is_key": on == KEY,
        "session": SESSION,
        "account": ID,
        "region": REGION,
        "tags": TAGS,
    }


def _document(chance: random.Random, kinds: Sequence[Kind], *, names: bool) -> dict[str, Any]:
    count = chance.choice([1, 1, 2, 3])
    return {"Version": "2012-10-17", "Statement": [_statement(chance, kinds, names) for _ in range(count)]}


def _statement(chance: random.Random, kinds: Sequence[Kind], names: bool) -> dict[str, Any]:
    no = ["Not" if chance.random() < 0.1 else "" for _ in range(2)]
    declared: dict[str, Any] = {
        "Effect": chance.choice(["Allow"] * 5 + ["Deny"]),
        f"{no[0]}Action": chance.sample(_ACTION_PATTERNS, chance.choice([1, 1, 2])),
        f"{no[1]}Resource": chance.sample(_RESOURCE_PATTERNS, chance.choice([1, 1, 2])),
    }
    if names:
        declared["Principal"] = chance.choice(_PRINCIPALS)
    if chance.random() < 0.5:
        declared["Condition"] = _condition(chance, kinds)
    return declared


def _condition(chance: random.Random, kinds: Sequence[Kind]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in kinds[: chance.choice([1, 1, 2])]:
        operator = chance.choice(kind.operators)
        if operator != "Null" and chance.random() < 0.2:
            operator += "IfExists"
        found.setdefault(operator, {})[kind.key] = chance.sample(kind.wanted, chance.choice([1, 1, 2]))
    return found


def _parsed(document: Mapping[str, Any] | None, kind: PolicyKind) -> tuple[Statement, ...]:
    return parse_document(document, Source("pairs", kind.name, kind.name), kind) if document else ()
