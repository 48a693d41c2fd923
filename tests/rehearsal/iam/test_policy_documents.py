"""A policy document is read into statements, or refused with where it is declared."""

from typing import Any

import pytest

from rehearsal.iam.statement import PolicyError, PolicyKind, Principal, Source, parse_document

SOURCE = Source("storage", "Bucket", "storage/Bucket")
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(*statements: Any, **elements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **elements}


def test_a_statement_keeps_what_is_written() -> None:
    declared = {
        "Sid": "Read",
        "Effect": "Deny",
        "NotAction": ["s3:GetObject", "s3:PutObject"],
        "NotResource": "arn:aws:s3:::data/*",
        "Condition": {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:TlsVersion": 1.2}},
    }

    (statement,) = parse_document(document(declared), SOURCE, PolicyKind.IDENTITY)

    assert statement.sid == "Read"
    assert not statement.allows
    assert statement.not_actions == ("s3:GetObject", "s3:PutObject")
    assert statement.not_resources == ("arn:aws:s3:::data/*",)
    assert statement.conditions == {
        "Bool": {"aws:SecureTransport": ("false",)},
        "NumericLessThan": {"s3:TlsVersion": ("1.2",)},
    }
    assert str(statement.source) == "storage/Bucket, statement 0"


def test_each_statement_knows_its_index() -> None:
    statements = parse_document(document(ALLOW, ALLOW), SOURCE, PolicyKind.IDENTITY)

    assert [one.source.index for one in statements] == [0, 1]


def test_a_single_statement_needs_no_list() -> None:
    assert len(parse_document({"Statement": ALLOW}, SOURCE, PolicyKind.IDENTITY)) == 1


@pytest.mark.parametrize(
    ("principal", "read"),
    [
        ("*", [("AWS", "*")]),
        ({"AWS": "*"}, [("AWS", "*")]),
        ({"Service": ["a.amazonaws.com", "b.amazonaws.com"], "AWS": "111122223333"},
         [("Service", "a.amazonaws.com"), ("Service", "b.amazonaws.com"), ("AWS", "111122223333")]),
    ],
)  # fmt: skip
def test_principals_are_read_by_type(principal: Any, read: list[tuple[str, str]]) -> None:
    statements = parse_document(document({**ALLOW, "Principal": principal}), SOURCE, PolicyKind.RESOURCE)

    assert statements[0].principals == tuple(Principal(*one) for one in read)


@pytest.mark.parametrize(("version", "has_variables"), [("2012-10-17", True), ("2008-10-17", False)])
def test_only_the_newer_version_has_variables(version: str, has_variables: bool) -> None:
    statements = parse_document(document(ALLOW, Version=version), SOURCE, PolicyKind.IDENTITY)

    assert statements[0].has_variables is has_variables


def test_a_repository_policy_names_no_resource() -> None:
    declared = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": "*"}

    assert parse_document(document(declared), SOURCE, PolicyKind.RESOURCE)[0].resources == ()


IDENTITY, RESOURCE, TRUST = PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.TRUST


def changed(**elements: Any) -> dict[str, Any]:
    declared = {**ALLOW, **elements}
    return {name: value for name, value in declared.items() if value is not None}


@pytest.mark.parametrize(
    ("policy", "kind", "message"),
    [
        ([], IDENTITY, "storage/Bucket: expected a policy document, got a list"),
        ({}, IDENTITY, "storage/Bucket: expected Statement to be a list of statements, got nothing"),
        (document(), IDENTITY, "storage/Bucket: expected at least one statement, got none"),
        (document(ALLOW, Version="2012-10-18"), IDENTITY, "expected Version 2012-10-17 or 2008-10-17"),
        (document(ALLOW, Statements=[]), IDENTITY, "a policy document has no element Statements"),
        (document("s3:*"), IDENTITY, "storage/Bucket, statement 0: expected an object, got a string"),
        (document(ALLOW, changed(Effect="allow")), IDENTITY, "statement 1: expected Effect Allow or Deny"),
        (document(changed(Action=None)), IDENTITY, "expected Action or NotAction, got neither"),
        (document(changed(Actions="s3:*")), IDENTITY, "a statement has no element Actions"),
        (document(changed(Action=[])), IDENTITY, "expected Action to be strings"),
        (document(changed(Resource={"Ref": "Bucket"})), IDENTITY, "expected Resource to be strings"),
        (document(changed(NotAction="s3:*")), IDENTITY, "Action stands beside NotAction"),
        (document(changed(Resource=None)), IDENTITY, "expected Resource or NotResource, got neither"),
        (document(changed(Principal="*")), IDENTITY, "Principal isn't an element of this identity-based"),
        (document(ALLOW), RESOURCE, "expected Principal or NotPrincipal, got neither in this resource-based"),
        (document(changed(Principal="me")), RESOURCE, r"expected Principal to be \* or an object"),
        (document(changed(Principal={"Role": "*"})), RESOURCE, "Principal has no element Role"),
        (document(changed(Principal="*")), TRUST, "Resource isn't an element of this role trust policy"),
        (document(changed(Condition=["Bool"])), IDENTITY, "expected Condition to be an object"),
        (document(changed(Condition={"Bool": "true"})), IDENTITY, "expected Bool to be an object"),
        (document(changed(Condition={"Bool": {"a:b": {}}})), IDENTITY, "Bool of a:b: expected strings"),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_refused(policy: Any, kind: PolicyKind, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse_document(policy, SOURCE, kind)
