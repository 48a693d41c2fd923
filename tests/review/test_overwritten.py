"""Entries that are written over and deleted by name: a removed one takes the new one of its name with it."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared
from verdicts import broken_links, reasons, verdict

from review.entries import ENTRIES
from review.resource_schemas import schema

OTHER = "warehouse"
TITLE = "Deletes what it creates"
SCALING, POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::IAM::Policy"
SUBSCRIBED = {"TopicArn": "arn:aws:sns:eu-central-1:111122223333:a", "Protocol": "email", "Endpoint": "a@b.c"}


def thing(type: str, properties: Any, **attributes: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties, **attributes}


# Type, an entry, one that is another.
WRITTEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (POLICY, {"PolicyName": "p", "Roles": ["r"]}, {"PolicyName": "q", "Roles": ["r"]}),
    (POLICY, {"PolicyName": "p", "Roles": ["r"]}, {"PolicyName": "p", "Roles": ["s"]}),
    (POLICY, {"PolicyName": "p", "Users": ["r"]}, {"PolicyName": "p", "Roles": ["r"]}),
    (POLICY, {"PolicyName": "p", "Groups": ["g"]}, {"PolicyName": "p", "Groups": ["h"]}),
    (POLICY, {"PolicyName": "p", "Roles": [{"Ref": "Kept"}]}, {"PolicyName": "p", "Roles": ["r"]}),
    (SCALING, {"PolicyName": "p", "ScalingTargetId": "t"}, {"PolicyName": "q", "ScalingTargetId": "t"}),
    (
        SCALING,
        {"PolicyName": "p", "ResourceId": "endpoint/a", "ScalableDimension": "d"},
        {"PolicyName": "p", "ResourceId": "endpoint/b", "ScalableDimension": "d"},
    ),
    ("AWS::SNS::TopicPolicy", {"Topics": ["a"]}, {"Topics": ["b"]}),
    ("AWS::SQS::QueuePolicy", {"Queues": ["a", "b"]}, {"Queues": ["c"]}),
    ("AWS::SecretsManager::ResourcePolicy", {"SecretId": "a"}, {"SecretId": "b"}),
    ("AWS::SNS::Subscription", SUBSCRIBED, {**SUBSCRIBED, "Endpoint": "d@e.f"}),
]
KEPT = {"Kept": thing("AWS::IAM::Role", {})}


@pytest.mark.parametrize(("type", "entry", "other"), WRITTEN)
def test_a_construct_that_moves_deletes_what_it_has_written_anew(
    diff: Callable[..., str], type: str, entry: Any, other: Any
) -> None:
    told = diff(Declared({**KEPT, "Old": thing(type, entry)}), Declared({**KEPT, "New": thing(type, entry)}))

    assert verdict(told).startswith("this deployment deletes what it has just created")
    (reason,) = reasons(told, TITLE)
    assert "is created, but `Old` is deleted at the end, by the same name, and the new one with it" in reason
    assert reason.endswith("([Added](#shop-added))")
    assert not broken_links(told)


@pytest.mark.parametrize(("type", "entry", "other"), WRITTEN)
def test_another_entry_is_left_alone(diff: Callable[..., str], type: str, entry: Any, other: Any) -> None:
    told = diff(Declared({**KEPT, "Old": thing(type, entry)}), Declared({**KEPT, "New": thing(type, other)}))

    assert reasons(told, TITLE) == []


def test_one_owner_in_common_is_enough(diff: Callable[..., str]) -> None:
    old, new = (thing("AWS::SQS::QueuePolicy", {"Queues": queues}) for queues in (["a", "b"], ["b", "c"]))

    assert len(reasons(diff(Declared({"Old": old}), Declared({"New": new})), TITLE)) == 1


def test_a_retained_entry_stays(diff: Callable[..., str]) -> None:
    policy = thing(POLICY, {"PolicyName": "p", "Roles": ["r"]})

    told = diff(Declared({"Old": {**policy, "DeletionPolicy": "Retain"}}), Declared({"New": policy}))

    assert reasons(told, TITLE) == []


def test_a_construct_with_a_new_logical_id_goes_with_what_it_replaces(diff: Callable[..., str]) -> None:
    policy = thing(POLICY, {"PolicyName": "p", "Roles": ["r"]})
    old, new = (Declared({id: policy}, paths={id: "Grant"}) for id in ("Grant1", "Grant2"))

    told = diff(old, new)

    assert "the one that it replaces is deleted at the end" in reasons(told, TITLE)[0]
    assert not broken_links(told)


def test_an_entry_of_something_that_is_made_anew_is_another_one(diff: Callable[..., str]) -> None:
    def side(id: str, role: str) -> Declared:
        policy = thing(POLICY, {"PolicyName": "p", "Roles": [{"Ref": role}]})
        return Declared({role: thing("AWS::IAM::Role", {}), id: policy})

    assert reasons(diff(side("Old", "One"), side("New", "Two")), TITLE) == []


@pytest.mark.parametrize(
    ("depends", "gone", "when"),
    [
        ({}, False, "and the new one with it, unless that stack is deployed first"),
        ({OTHER: [STACK]}, False, "is deleted with the deployment of that stack, and the new one with it"),
        ({}, True, "once somebody destroys that stack"),
        ({STACK: [OTHER]}, False, None),
    ],
)
def test_between_stacks_it_depends_on_which_is_deployed_first(
    diff: Callable[..., str], depends: dict[str, list[str]], gone: bool, when: str | None
) -> None:
    policy = thing("AWS::SQS::QueuePolicy", {"Queues": ["a"]})
    after = {
        name: Declared(resources, stack_dependencies=depends.get(name, []))
        for name, resources in ((STACK, {"New": policy}), (OTHER, {}))
        if not (gone and name == OTHER)
    }

    told = reasons(diff({STACK: Declared(), OTHER: Declared({"Old": policy})}, after), TITLE)

    assert [when in reason for reason in told] == ([True] if when else [])


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("AWS::S3::BucketPolicy", {"Bucket": "b"}),
        ("AWS::IAM::ManagedPolicy", {"ManagedPolicyName": "p", "Roles": ["r"]}),
        ("AWS::IAM::RolePolicy", {"PolicyName": "p", "RoleName": "r"}),
        ("AWS::SNS::TopicInlinePolicy", {"TopicArn": "a"}),
    ],
)
def test_what_cloudformation_does_not_write_over_fails(
    diff: Callable[..., str], type: str, properties: Any
) -> None:
    told = diff(Declared({"Old": thing(type, properties)}), Declared({"New": thing(type, properties)}))

    assert verdict(told).startswith("this deployment will fail.")
    assert reasons(told, TITLE) == []


def test_entries_are_of_properties_that_exist() -> None:
    for type, entry in ENTRIES.items():
        known = schema(type)
        assert known is not None
        assert {*entry.owners, *entry.names} <= known.document["properties"].keys()
