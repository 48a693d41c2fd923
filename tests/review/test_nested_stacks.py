"""A nested stack's own template is not read, so a change of it is never called safe."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared
from verdicts import broken_links, reasons, verdict

NESTED = "AWS::CloudFormation::Stack"
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/moved"}}


def template(hash: str) -> dict[str, Any]:
    bucket = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}
    parts = ["https://s3.", {"Ref": "AWS::Region"}, "/", bucket, f"/{hash * 64}.json"]
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
