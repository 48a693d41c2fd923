"""What CloudFormation takes for the same value, and what it does not."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared, data_rows

from review.differences import differences, same
from review.values import Text

KEY, ALARM, FUNCTION = "AWS::KMS::Key", "AWS::CloudWatch::Alarm", "AWS::Lambda::Function"
VALUES = [None, False, True, 0, 1, 2, 1.5, Text(("true",)), Text(("1",)), Text(("",)), [], {}]


@pytest.mark.parametrize("old", VALUES)
@pytest.mark.parametrize("new", VALUES)
def test_values_of_different_types_are_never_the_same(old: Any, new: Any) -> None:
    equal = old is new

    assert same(old, new) is equal
    assert same([old], [new]) is equal
    assert same({"a": {"b": old}}, {"a": {"b": new}}) is equal
    assert (list(differences({"a": [old]}, {"a": [new]})) == []) is equal


@pytest.mark.parametrize(
    ("type", "old", "new"),
    [
        (KEY, {"EnableKeyRotation": True}, {"EnableKeyRotation": "true"}),
        (KEY, {"PendingWindowInDays": 7}, {"PendingWindowInDays": "7"}),
        (ALARM, {"Threshold": 1}, {"Threshold": 1.0}),
        (ALARM, {"Threshold": "1"}, {"Threshold": 1}),
        (
            FUNCTION,
            {"Environment": {"Variables": {"DEBUG": True}}},
            {"Environment": {"Variables": {"DEBUG": "true"}}},
        ),
        (FUNCTION, {"VpcConfig": {"SubnetIds": ["1"]}}, {"VpcConfig": {"SubnetIds": [1]}}),
        (FUNCTION, {"Tags": [{"Key": "a", "Value": 1}]}, {"Tags": [{"Key": "a", "Value": "1"}]}),
        ("AWS::S3::Bucket", {"BucketName": 1}, {"BucketName": "1"}),
    ],
)
def test_what_cloudformation_renders_alike_is_no_change(
    changed: Callable[..., str], type: str, old: Any, new: Any
) -> None:
    assert "**Nothing changes**" in changed(type, old, new)
    assert "**Nothing changes**" in changed(type, new, old)


def definition(value: str) -> dict[str, Any]:
    body = f'{{"Steps": [{{"Name": "Fit", "Type": "Training", "Arguments": {{"Depth": {value}}}}}]}}'
    return {"PipelineDefinition": {"PipelineDefinitionBody": body}}


@pytest.mark.parametrize(
    ("type", "old", "new"),
    [
        (KEY, {"EnableKeyRotation": True}, {"EnableKeyRotation": 1}),
        (KEY, {"EnableKeyRotation": True}, {"EnableKeyRotation": "1"}),
        (KEY, {"EnableKeyRotation": False}, {"EnableKeyRotation": 0}),
        (ALARM, {"Threshold": 1}, {"Threshold": True}),
        (ALARM, {"Threshold": 1}, {"Threshold": "1.5"}),
        (ALARM, {"Threshold": 0}, {}),
        ("AWS::S3::Bucket", {"BucketName": 7}, {"BucketName": "007"}),
        ("AWS::SageMaker::Pipeline", definition("1"), definition('"1"')),
        ("AWS::SageMaker::Pipeline", definition("true"), definition("1")),
        (
            FUNCTION,
            {"Environment": {"Variables": {"LIMITS": '{"rows": 1}'}}},
            {"Environment": {"Variables": {"LIMITS": '{"rows": "1"}'}}},
        ),
        ("Custom::Thing", {"Size": 1}, {"Size": True}),
    ],
)
def test_what_it_renders_otherwise_is_one(changed: Callable[..., str], type: str, old: Any, new: Any) -> None:
    assert len(data_rows(changed(type, old, new))) == 1


def test_outputs_and_the_stack_itself_are_compared_by_type_too(diff: Callable[..., str]) -> None:
    sides = [
        Declared(outputs={"Size": {"Value": value}}, template={"Mappings": {"Of": {"a": {"b": value}}}})
        for value in (True, 1)
    ]

    assert len(data_rows(diff(*sides))) == 2
