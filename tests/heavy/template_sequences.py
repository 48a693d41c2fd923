"""Sequences of templates of one stack, for two engines to deploy: types that MiniStack knows, too."""

import random
from collections.abc import Mapping
from typing import Any

type Template = dict[str, Any]
type Properties = Mapping[str, Any]

IDS = "ABCDEF"
_NAMED, _SET, _DEPENDS, _REFERS, _RARE = 0.4, 0.7, 0.3, 0.5, 0.02
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
# Of each type: the name's property, what is updated in place, what replaces; each with its values.
_TYPES: Mapping[str, tuple[str, Properties, Properties, Properties]] = {
    "AWS::SNS::Topic": ("TopicName", {}, {"DisplayName": ["a", "b"]}, {}),
    "AWS::SQS::Queue": ("QueueName", {}, {"DelaySeconds": [1, 2]}, {}),
    "AWS::Logs::LogGroup": ("LogGroupName", {}, {"RetentionInDays": [7, 14]}, {}),
    "AWS::SSM::Parameter": ("Name", {"Type": "String"}, {"Value": ["a", "b"]}, {}),
    "AWS::IAM::Role": (
        "RoleName",
        {"AssumeRolePolicyDocument": _TRUST},
        {"Description": ["a", "b"]},
        {"Path": ["/a/", "/b/"]},
    ),
    "AWS::S3::Bucket": ("BucketName", {}, {"VersioningConfiguration": [{"Status": "Enabled"}]}, {}),
    "AWS::DynamoDB::Table": (
        "TableName",
        {
            "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
        {"DeletionProtectionEnabled": [False]},
        {"KeySchema": [[{"AttributeName": "k", "KeyType": "HASH"}]]},
    ),
}


def sequences(count: int, seed: int) -> list[list[Template]]:
    """Each of a few templates, whose resources are added, changed, renamed, replaced and removed. No two
    sequences have a name in common."""
    chance = random.Random(seed)
    return [_sequence(chance, f"name-{number}") for number in range(count)]


def _sequence(chance: random.Random, prefix: str) -> list[Template]:
    kinds = {one: chance.choice([*_TYPES]) for one in IDS}
    return [_template(chance, kinds, prefix) for _ in range(chance.randint(2, 4))]


def _template(chance: random.Random, kinds: dict[str, str], prefix: str) -> Template:
    found: Template = {}
    for logical_id in sorted(chance.sample(IDS, chance.randint(1, len(IDS)))):
        if chance.random() < _RARE:
            kinds[logical_id] = chance.choice([*_TYPES])
        name = f"{prefix}-{chance.choice((logical_id, IDS[0])).lower()}" if chance.random() < _NAMED else ""
        found[logical_id] = _resource(chance, kinds[logical_id], name, [*found])
    if len(found) > 1 and chance.random() < _RARE:
        (first, *_, last) = found
        found[first]["DependsOn"], found[last]["DependsOn"] = last, first
    return {"Resources": found}


def _resource(chance: random.Random, kind: str, name: str, before: list[str]) -> Template:
    named_by, always, updated, replaced = _TYPES[kind]
    properties = dict(always)
    for key, values in {**updated, **replaced}.items():
        if chance.random() < _SET or key in ("Value", "KeySchema"):
            properties[key] = chance.choice(values)
    if name:
        properties[named_by] = name
    declared: Template = {"Type": kind, "Properties": properties}
    if before and chance.random() < _DEPENDS:
        declared["DependsOn"] = chance.choice(before)
    if before and kind == "AWS::SSM::Parameter" and chance.random() < _REFERS:
        properties["Value"] = {"Fn::Sub": f"of ${{{chance.choice(before)}}}"}
    elif chance.random() < _RARE:
        declared["DependsOn"] = "Nothing"
    return declared
