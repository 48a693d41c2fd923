"""What watched or kept something and goes, and rules that name what exists."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import Declared
from protected_settings import BUCKET, FUNCTION, TITLE
from verdicts import reasons

from review.verdict.data import STORES
from review.verdict.expiry import RETENTIONS
from review.verdict.guards import GUARDS
from review.verdict.protections import SETTINGS


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, str]:
    """The text of every resource type's schema."""
    folder = Path(str(files("cfnlint"))) / "data" / "schemas"
    digests = json.loads((folder / "providers" / "us-east-1.json").read_text())
    return {type: (folder / "resources" / f"{one}.json").read_text() for type, one in digests.items()}


def test_rules_name_properties_that_exist(schemas: Mapping[str, str]) -> None:
    def exists(name: str, types: tuple[str, ...]) -> bool:
        members = [f'"{member}"' for member in name.split(".")]
        texts = (text for type, text in schemas.items() if type.startswith(types))
        return any(all(member in text for member in members) for text in texts)

    assert [name for one in SETTINGS for name in one.names if not exists(name, one.types)] == []
    assert [one.name for one in RETENTIONS if not exists(one.name, one.types)] == []


def test_guards_and_stores_are_types_that_exist(schemas: Mapping[str, str]) -> None:
    assert {*GUARDS, *STORES} - {*schemas} == set()
    assert [
        (type, name)
        for type, guard in GUARDS.items()
        for name in guard.guards
        if f'"{name}"' not in schemas[type]
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"DeletionPolicy": "Retain"}, {"DeletionPolicy": "Delete"}, True),
        ({"DeletionPolicy": "Retain"}, {}, True),
        ({"UpdateReplacePolicy": "Retain"}, {"UpdateReplacePolicy": "Delete"}, True),
        ({"DeletionPolicy": "Delete"}, {"DeletionPolicy": "Retain"}, False),
    ],
)
def test_data_that_would_no_longer_be_kept_is_told(
    diff: Callable[..., str], old: Any, new: Any, told: bool
) -> None:
    for type, counts in ((BUCKET, told), (FUNCTION, False)):
        sides = [Declared({"Thing": {"Type": type, **attributes}}) for attributes in (old, new)]
        assert bool(reasons(diff(*sides), TITLE)) is counts


def test_termination_protection_is_told(diff: Callable[..., str]) -> None:
    protected = Declared(properties={"terminationProtection": True})

    assert reasons(diff(protected, Declared()), TITLE) == [
        "`shop`: no longer protected from deletion ([The stack itself](#shop-the-stack-itself))"
    ]
    assert reasons(diff(Declared(), protected), TITLE) == []


ALARM = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Threshold": 1}


def alarm(function: str = "Function", **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": {"Ref": function}}]
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, "Dimensions": dimensions, **more}}


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ({"Function": {"Type": FUNCTION}}, True),
        ({"Function": {"Type": FUNCTION}, "Moved": alarm()}, False),
        ({"Function": {"Type": FUNCTION}, "Moved": alarm(Threshold=5)}, False),
        ({"Function": {"Type": FUNCTION}, "Other": alarm(MetricName="Throttles")}, True),
        ({}, False),
    ],
    ids=["it goes", "it moves", "it moves and changes", "another one comes", "what it watches goes, too"],
)
def test_a_removed_alarm_is_told_unless_nothing_is_left_unwatched(
    diff: Callable[..., str], new: Any, told: bool
) -> None:
    old = {"Function": {"Type": FUNCTION}, "Alarm": alarm()}

    assert bool(reasons(diff(Declared(old), Declared(new)), TITLE)) is told


@pytest.mark.parametrize(
    "type",
    [
        "AWS::CloudTrail::Trail",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::EC2::FlowLog",
        "AWS::GuardDuty::Detector",
        "AWS::SecretsManager::RotationSchedule",
        "AWS::WAFv2::WebACLAssociation",
    ],
)
def test_a_removed_guard_is_told(diff: Callable[..., str], type: str) -> None:
    told = diff(Declared({"Guard": {"Type": type, "Properties": {}}}), Declared())

    assert len(reasons(told, TITLE)) == 1
