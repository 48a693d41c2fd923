"""A report begins with what matters most: what fails, what is lost, and why."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cloud_assemblies import Declared
from things import SAFE, thing
from verdicts import broken_links, reasons, verdict


def test_a_change_that_harms_nothing_is_safe(changed: Callable[..., str]) -> None:
    told = changed("AWS::Lambda::Function", {"MemorySize": 128}, {"MemorySize": 256})

    assert verdict(told) == SAFE
    assert told.startswith("# What a deployment changes\n\n**Verdict: safe.")


def test_what_is_granted_is_pointed_to_though_it_is_safe(diff: Callable[..., str]) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::rows/*"}
    policy = {"PolicyDocument": {"Statement": [statement]}, "Roles": ["a"]}

    told = diff(Declared(), Declared({"Policy": thing("AWS::IAM::Policy", policy)}))

    assert verdict(told) == SAFE
    assert "\n\nWhat is newly granted or can be reached stands below.\n\n" in told


def test_no_change_is_safe(diff: Callable[..., str]) -> None:
    told = diff(Declared(), Declared())

    assert verdict(told) == SAFE
    assert "**Nothing changes**" in told
    assert "newly granted" not in told


def test_what_is_replaced_or_removed_is_named_unless_something_worse_is_said_of_it(
    diff: Callable[..., str],
) -> None:
    old = {
        "Config": thing("AWS::SageMaker::EndpointConfig", {"ProductionVariants": [{"VariantName": "a"}]}),
        "Policy": thing("AWS::SQS::QueuePolicy"),
        "Table": thing("AWS::DynamoDB::Table"),
    }
    new = {"Config": thing("AWS::SageMaker::EndpointConfig", {"ProductionVariants": [{"VariantName": "b"}]})}

    told = diff(Declared(old), Declared(new))

    assert verdict(told) == "this deployment deletes data; it also replaces or removes resources."
    assert reasons(told, "Replaces or removes") == [
        "`shop` `Config` SageMaker EndpointConfig: is recreated, the old one is deleted "
        "([Replaced](#shop-replaced))",
        "`shop` `Policy` SQS QueuePolicy: is removed and deleted ([Removed](#shop-removed))",
    ]


def test_the_most_severe_comes_first(diff: Callable[..., str]) -> None:
    def side(name: str, **more: Mapping[str, Any]) -> Declared:
        key = thing("AWS::KMS::Key", {"EnableKeyRotation": name == "Old"})
        return Declared({name: thing("AWS::Logs::LogGroup", {"LogGroupName": "a"}), "Key": key, **more})

    told = diff(side("Old", Gone=thing("AWS::SQS::QueuePolicy")), side("New"))

    assert verdict(told) == (
        "this deployment will fail. Once that is fixed, it deletes data, weakens security and replaces "
        "or removes resources."
    )
    titles = ["Will fail", "Deletes data", "Weakens security", "Replaces or removes"]
    places = [told.index(f"**{title}**") for title in titles]
    assert places == sorted(places)
    assert max(places) < told.index("| stack | permissions |")
    assert not broken_links(told)


def test_a_long_list_of_reasons_is_cut(diff: Callable[..., str]) -> None:
    policies = {f"P{index}": thing("AWS::SQS::QueuePolicy") for index in range(14)}

    listed = reasons(diff(Declared(policies), Declared()), "Replaces or removes")

    assert len(listed) == 11
    assert listed[-1] == "and 4 more, in the sections below"


@pytest.mark.parametrize("weight", ["opens at once", "wildcard", "anyone", "everything"])
def test_no_heavy_reason_is_left_out_of_a_long_list(diff: Callable[..., str], weight: str) -> None:
    statements = {
        "wildcard": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"},
        "anyone": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/k",
        },
        "everything": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
    if weight == "opens at once":
        heavy = thing("AWS::RDS::DBInstance", {"PubliclyAccessible": True})
    elif weight == "anyone":
        document = {"Statement": [statements[weight]]}
        heavy = thing("AWS::S3::BucketPolicy", {"Bucket": "b", "PolicyDocument": document})
    else:
        document = {"Statement": [statements[weight]]}
        heavy = thing("AWS::IAM::ManagedPolicy", {"PolicyDocument": document})
    keys = [thing("AWS::KMS::Key", {"EnableKeyRotation": on}) for on in (True, False)]
    before = {f"Key{n}": keys[0] for n in range(9)}
    after = {f"Key{n}": keys[1] for n in range(9)} | {f"Heavy{n:02}": heavy for n in range(14)}

    listed = reasons(diff(Declared(before), Declared(after)), "Weakens security")

    assert sum("Heavy" in reason for reason in listed) == 14
    assert listed[-1] == "and 9 more, in the sections below"


def test_every_deletion_of_data_is_listed(diff: Callable[..., str]) -> None:
    tables = {f"Table{n:02}": thing("AWS::DynamoDB::Table") for n in range(14)}

    listed = reasons(diff(Declared(tables), Declared()), "Deletes data")

    assert len(listed) == 14


def test_a_long_list_begins_with_the_worst_and_leaves_no_failure_out(diff: Callable[..., str]) -> None:
    def keys(rotated: bool) -> dict[str, Any]:
        return {f"Key{n:02}": thing("AWS::KMS::Key", {"EnableKeyRotation": rotated}) for n in range(12)}

    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = {"PolicyDocument": {"Statement": [statement]}, "Roles": ["admin"]}
    admin = {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    bad = {"Policy": thing("AWS::IAM::Policy", policy), "Role": thing("AWS::IAM::Role", admin)}
    failing = {f"Topic{n:02}": thing("AWS::SNS::Topic", DependsOn=f"Gone{n:02}") for n in range(12)}

    told = diff(Declared(keys(True)), Declared({**keys(False), **bad, **failing}))

    weakens = reasons(told, "Weakens security")
    assert "AdministratorAccess" in weakens[0]
    assert "the wildcard `*`" in weakens[1]
    assert weakens[-1] == "and 4 more, in the sections below"
    assert sum("Gone" in reason for reason in reasons(told, "Will fail")) == 12
