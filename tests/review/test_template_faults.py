"""What CloudFormation refuses in a template by itself makes the deployment fail."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared
from verdicts import reasons, verdict

TITLE = "Will fail"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}


def topic(value: Any = "a", **attributes: Any) -> dict[str, Any]:
    return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}, **attributes}}


def parameter(**declared: Any) -> dict[str, Any]:
    return {"Parameters": {"Size": {"Type": "String", **declared}}}


@pytest.mark.parametrize(
    "resources",
    [
        topic(DependsOn="Gone"),
        topic(DependsOn=["Topic", "Gone"]),
        topic({"Ref": "Gone"}),
        topic({"Fn::GetAtt": ["Gone", "Arn"]}),
        topic({"Fn::GetAtt": "Gone.Arn"}),
        topic({"Fn::Sub": "a-${Gone}"}),
        topic({"Fn::Sub": ["${A}-${Gone.Arn}", {"A": "a"}]}),
        topic({"Fn::Join": ["", ["a", {"Ref": "Gone"}]]}),
    ],
)
def test_what_refers_to_nothing_fails(diff: Callable[..., str], resources: Any) -> None:
    [reason] = reasons(diff(Declared(topic()), Declared(resources)), TITLE)

    assert "`Gone`, which the template does not declare" in reason


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "AWS::Region"},
        {"Ref": "Size"},
        {"Fn::GetAtt": ["Other", "TopicArn"]},
        {"Fn::Sub": "${AWS::Region} ${!Gone} ${Other}"},
        {"Fn::Sub": ["${Gone}", {"Gone": "a"}]},
    ],
)
def test_what_refers_to_something_does_not(diff: Callable[..., str], value: Any) -> None:
    sides = [
        Declared({**one, "Other": TOPIC}, template=parameter(Default="1"))
        for one in (topic(), topic(value, DependsOn="Other"))
    ]

    assert reasons(diff(*sides), TITLE) == []


def test_a_new_parameter_without_default_fails(diff: Callable[..., str]) -> None:
    told = diff(Declared(topic()), Declared(topic(), template=parameter()))

    assert verdict(told).startswith("this deployment will fail")
    assert reasons(told, TITLE) == ["`shop`: parameter `Size` has no default and must have a value"]


def test_a_parameter_that_has_its_value_does_not_fail(diff: Callable[..., str]) -> None:
    before = Declared(topic(), template=parameter())
    given = Declared(topic(), template=parameter(), properties={"parameters": {"Size": "1"}})

    assert reasons(diff(Declared(topic()), Declared(topic(), template=parameter(Default="1"))), TITLE) == []
    assert reasons(diff(Declared(topic()), given), TITLE) == []
    legacy = Declared(topic(), template={"Parameters": {"AssetParameters1a2bS3Bucket3c": {"Type": "String"}}})

    assert reasons(diff(Declared(topic()), legacy), TITLE) == []
    assert reasons(diff(before, before), TITLE) == []
    assert reasons(diff(Declared(topic(), template=parameter(Default="1")), before), TITLE) == []


def test_what_a_macro_declares_is_not_missed(diff: Callable[..., str]) -> None:
    serverless = {"Transform": "AWS::Serverless-2016-10-31"}

    told = diff(Declared(topic(), template=serverless), Declared(topic({"Ref": "Role"}), template=serverless))

    assert reasons(told, TITLE) == []
