"""A nested stack is judged as a stack of its own; one whose template is not there is never called safe."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, NestedStack, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from cloud_assemblies import STACK, Declared, digest, write
from verdicts import broken_links, reasons, verdict

from review.content_report import Assets
from review.loading import load
from review.report import report
from review.snapshot import texts
from review.stack_review import review

NESTED = "AWS::CloudFormation::Stack"
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/moved"}}


def template(hash: str) -> dict[str, Any]:
    """How CDK names a template, by its whole hash or by a letter in place of one."""
    bucket = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}
    parts = ["https://s3.", {"Ref": "AWS::Region"}, "/", bucket, f"/{hash.ljust(64, hash[0])}.json"]
    return {"TemplateURL": {"Fn::Join": ["", parts]}}


def nested(properties: Any) -> dict[str, Any]:
    return {"Part": {"Type": NESTED, "Properties": properties}}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (nested(template("a")), nested(template("b")), "its template changed"),
        (nested(template("a")), {**nested(template("b")), "Logs": LOGS}, "its template changed"),
        ({}, nested(template("a")), "it is new"),
        (nested(template("a")), {}, "it is removed, with what its template declares"),
        (
            nested({**template("a"), "Parameters": {"Size": "1"}}),
            nested({**template("a"), "Parameters": {"Size": "2"}}),
            "its parameters changed",
        ),
    ],
    ids=["another template", "a resource moved out", "added", "removed", "other parameters"],
)
def test_a_nested_stack_that_changes_cannot_be_judged(
    diff: Callable[..., str], old: Any, new: Any, why: str
) -> None:
    told = diff(Declared(old), Declared(new))

    assert verdict(told).startswith("this deployment changes nested stacks, which cannot be judged")
    [reason] = reasons(told, "Cannot be judged")
    assert f"cannot judge the nested stack `Part`: {why} (" in reason
    assert not broken_links(told)


def test_a_nested_stack_that_stays_as_it_is_leaves_the_rest_to_be_judged(diff: Callable[..., str]) -> None:
    tagged = {**template("a"), "Tags": [{"Key": "team", "Value": "shop"}]}

    assert verdict(diff(Declared(nested(template("a"))), Declared(nested(tagged)))).startswith("safe.")


def thing(type: str, properties: Mapping[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties or {}, **attributes}


def part(inner: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The resource of a nested stack whose template is in the assembly."""
    attributes = {key: more.pop(key) for key in ("DeletionPolicy",) if key in more}
    return {"Part": thing(NESTED, {**template(digest(inner)), **more}, **attributes)}


def holding(*templates: Mapping[str, Any], **more: Any) -> Declared:
    """A stack in which the first template is nested as `Part`; the others are nested further in."""
    return Declared(part(templates[0], **more), nested=templates)


EMPTY: dict[str, Any] = {"Resources": {}}
ADMIN = {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}
TABLE = {"Resources": {"Table": thing("AWS::DynamoDB::Table")}}
KEY = {
    turned: {"Resources": {"Key": thing("AWS::KMS::Key", {"EnableKeyRotation": turned})}}
    for turned in (True, False)
}


@pytest.mark.parametrize(
    ("sides", "title", "words"),
    [
        (
            (TABLE, EMPTY),
            "Deletes data",
            "`Table` DynamoDB Table: is removed; the old one is deleted with its items",
        ),
        ((KEY[True], KEY[False]), "Weakens security", "`Key` KMS Key: the key is no longer rotated"),
        (
            (EMPTY, {"Resources": {"Admin": thing("AWS::IAM::ManagedPolicy", ADMIN)}}),
            "Weakens security",
            "`Admin`: allows the wildcard `*`",
        ),
        (
            (EMPTY, {"Resources": {"Topic": thing("AWS::SNS::Topic", DependsOn="Gone")}}),
            "Will fail",
            "`Topic` depends on `Gone`, which the template does not declare",
        ),
        (
            (EMPTY, {"Resources": {}, "Parameters": {"Size": {"Type": "String"}}}),
            "Will fail",
            "parameter `Size` has no default and must have a value",
        ),
    ],
    ids=["data", "a setting", "a permission", "a missing target", "a missing parameter"],
)
@pytest.mark.parametrize("depth", [1, 2])
def test_what_a_nested_template_changes_is_told_with_the_name_of_its_parent(
    diff: Callable[..., str], depth: int, sides: tuple[Any, Any], title: str, words: str
) -> None:
    def stack(inner: Mapping[str, Any]) -> Declared:
        return holding(inner) if depth == 1 else holding({"Resources": part(inner)}, inner)

    told = diff(*map(stack, sides))

    [reason] = reasons(told, title)
    assert reason.startswith(f"`{'/'.join([STACK, *['Part'] * depth])}`")
    assert words in reason
    assert "cannot judge" not in told
    assert not broken_links(told)


def test_another_template_that_says_the_same_changes_nothing(diff: Callable[..., str]) -> None:
    told = diff(holding({**TABLE, "Metadata": {"by": "one"}}), holding({**TABLE, "Metadata": {"by": "two"}}))

    assert verdict(told).startswith("safe.")
    assert f"**Nothing changes** in any stack: `{STACK}`, `{STACK}/Part`." in told


@pytest.mark.parametrize(
    ("attributes", "deleted"),
    [({}, True), ({"DeletionPolicy": "Delete"}, True), ({"DeletionPolicy": "Retain"}, False)],
)
def test_a_nested_stack_that_its_parent_drops_takes_its_data_along(
    diff: Callable[..., str], attributes: Mapping[str, Any], deleted: bool
) -> None:
    told = diff(holding(TABLE, **attributes), Declared())

    assert bool(reasons(told, "Deletes data")) is deleted
    assert ("No deployment removes it" in told) is not deleted


def test_a_nested_stack_stays_with_a_parent_that_is_no_longer_declared(diff: Callable[..., str]) -> None:
    told = diff({"shop": Declared(), "gone": holding(TABLE)}, {"shop": Declared()})

    assert not reasons(told, "Deletes data")


def test_a_parameter_is_read_as_what_the_parent_gives(diff: Callable[..., str]) -> None:
    named = thing("AWS::SQS::Queue", {"QueueName": {"Ref": "Name"}})
    inner = {"Resources": {"Queue": named}, "Parameters": {"Name": {"Type": "String"}}}

    told = diff(*(holding(inner, Parameters={"Name": name}) for name in ("one", "two")))

    [reason] = reasons(told, "Deletes data")
    assert f"`{STACK}/Part` `Queue` SQS Queue: is recreated" in reason
    assert "| `QueueName` | `one` | `two` |" in told


def test_a_replacement_crosses_the_border_of_a_nested_stack_both_ways(diff: Callable[..., str]) -> None:
    def stack(name: str) -> Declared:
        topic = thing("AWS::SNS::Topic", {"TopicName": name})
        inner = {
            "Resources": {
                "Topic": topic,
                "Inside": thing("AWS::SNS::Subscription", {"TopicArn": {"Ref": "Given"}, "Protocol": "sqs"}),
            },
            "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
            "Parameters": {"Given": {"Type": "String"}},
        }
        outside = {"TopicArn": {"Fn::GetAtt": ["Part", "Outputs.Arn"]}, "Protocol": "sqs"}
        resources = part(inner, Parameters={"Given": {"Ref": "Other"}})
        resources |= {"Other": topic | {"Properties": {"TopicName": f"other-{name}"}}}
        return Declared({**resources, "Outside": thing("AWS::SNS::Subscription", outside)}, nested=[inner])

    replaced = reasons(diff(stack("one"), stack("two")), "Replaces or removes")

    assert {reason.partition(" SNS")[0] for reason in replaced} == {
        f"`{STACK}` `Other`",
        f"`{STACK}` `Outside`",
        f"`{STACK}/Part` `Inside`",
        f"`{STACK}/Part` `Topic`",
    }


@pytest.mark.parametrize("inwards", [True, False])
def test_a_name_is_taken_while_its_resource_moves_between_parent_and_nested_stack(
    diff: Callable[..., str], inwards: bool
) -> None:
    sides = [
        Declared({**part(EMPTY), "Logs": LOGS}, nested=[EMPTY]),
        holding({"Resources": {"Logs": LOGS}}),
    ]
    old, new = sides if inwards else sides[::-1]

    [reason] = reasons(diff(old, new), "Will fail")

    assert "`/moved`" in reason
    assert "until everything else is done" in reason


@pytest.mark.parametrize("read", ["before", "after"])
def test_a_template_that_only_one_side_has_cannot_be_judged_and_nothing_is_said_to_be_removed(
    diff: Callable[..., str], read: str
) -> None:
    deep = {"Resources": part(TABLE)}
    sides = [holding(deep, TABLE), Declared(nested(template("a")))]
    old, new = sides if read == "before" else sides[::-1]

    told = diff(old, new)

    [reason] = reasons(told, "Cannot be judged")
    assert "its template changed" in reason
    assert not reasons(told, "Deletes data")
    assert "Table" not in told


def test_values_that_refer_to_each_other_in_a_circle_are_an_error(tmp_path: Path) -> None:
    inner = {
        "Resources": {"Queue": thing("AWS::SQS::Queue", {"QueueName": {"Ref": "Name"}})},
        "Outputs": {"Name": {"Value": {"Ref": "Name"}}},
        "Parameters": {"Name": {"Type": "String"}},
    }
    circle = holding(inner, Parameters={"Name": {"Fn::GetAtt": ["Part", "Outputs.Name"]}})
    folder = write(tmp_path / "assembly", {STACK: circle})

    done = subprocess.run(
        [sys.executable, "-m", "review", "diff", folder, folder], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "in a circle" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_each_has_a_snapshot_of_its_own(tmp_path: Path) -> None:
    assembly = load(write(tmp_path / "assembly", {STACK: holding(TABLE)}))

    assert sorted(texts(assembly)) == [STACK, f"{STACK}.Part"]


def test_what_cdk_writes_for_nested_stacks_is_read(tmp_path: Path) -> None:
    def synthesized(name: str, *, kept: bool) -> Path:
        app = App(outdir=str(tmp_path / name))
        top = Stack(app, STACK)
        bucket = s3.Bucket(top, "Bucket")
        inner = NestedStack(NestedStack(top, "Part"), "Inner")
        role = iam.Role(inner, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        bucket.grant_read(role)
        if kept:
            # Its logical id is that of the bucket outside.
            s3.Bucket(inner, "Bucket", removal_policy=RemovalPolicy.DESTROY)
        app.synth()
        return tmp_path / name

    before, after = (load(synthesized(name, kept=name == "old")) for name in ("old", "new"))
    told = report(review(before, after), Assets(before.assets, after.assets))

    [reason] = reasons(told, "Deletes data")
    assert reason.startswith(f"`{STACK}/Part/Inner` `Bucket` S3 Bucket: is removed")
    assert f"Nothing changes in `{STACK}`, `{STACK}/Part`." in told
