"""What deletes data, at once or sooner than before."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud_assemblies import Declared
from things import BUCKET, SAFE, thing
from verdicts import broken_links, reasons, verdict


def tagged(key: str) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": "true"}]}


@pytest.mark.parametrize(
    ("type", "properties", "loss"),
    [
        (BUCKET, tagged("aws-cdk:auto-delete-objects"), "is emptied and deleted: objects are lost"),
        (BUCKET, {}, "is deleted if it is empty; while it holds objects, deleting it fails"),
        (
            "AWS::ECR::Repository",
            {"EmptyOnDelete": True},
            "is emptied and deleted: images are lost",
        ),
        (
            "AWS::ECR::Repository",
            tagged("aws-cdk:auto-delete-images"),
            "is emptied and deleted: images are lost",
        ),
        ("AWS::ECR::Repository", {}, "is deleted if it is empty; while it holds images"),
        ("AWS::Logs::LogGroup", {}, "is deleted with its log events"),
        ("AWS::KMS::Key", {}, "is deleted with what it encrypted"),
        ("AWS::SageMaker::ModelPackageGroup", {}, "is deleted if it is empty; while it holds model packages"),
        ("AWS::DynamoDB::Table", {}, "is deleted with its items"),
        ("AWS::EFS::FileSystem", {}, "is deleted with its files"),
        ("AWS::EKS::Cluster", {}, "is deleted with all that was put into the cluster"),
        ("AWS::RDS::DBInstance", {"DBClusterIdentifier": "a"}, "is deleted with its data"),
        ("AWS::SageMaker::FeatureGroup", {}, "is deleted with the records of its online store"),
        ("AWS::SageMaker::MlflowApp", {}, "is deleted with its runs"),
        ("AWS::SageMaker::NotebookInstance", {}, "is deleted with the files on its volume"),
        ("AWS::Cognito::UserPool", {}, "is deleted with its users"),
        ("AWS::SecretsManager::Secret", {}, "is deleted with its value"),
    ],
)
def test_a_removed_store_loses_its_data(
    diff: Callable[..., str], type: str, properties: Any, loss: str
) -> None:
    told = diff(Declared({"Data": thing(type, properties)}), Declared())

    assert verdict(told) == "this deployment deletes data."
    (reason,) = reasons(told, "Deletes data")
    assert f"is removed; the old one {loss}" in reason
    assert reason.endswith("([Removed](#shop-removed))")
    assert not broken_links(told)


@pytest.mark.parametrize(
    ("type", "attributes"),
    [
        (BUCKET, {"DeletionPolicy": "Retain"}),
        (BUCKET, {"DeletionPolicy": "RetainExceptOnCreate"}),
        ("AWS::RDS::DBInstance", {"DeletionPolicy": "Snapshot"}),
        ("AWS::RDS::DBInstance", {}),
        ("AWS::RDS::DBCluster", {}),
        ("AWS::SQS::QueuePolicy", {}),
    ],
)
def test_what_is_kept_or_holds_nothing_is_removed_without_a_loss(
    diff: Callable[..., str], type: str, attributes: Any
) -> None:
    told = diff(Declared({"Data": thing(type, **attributes)}), Declared())

    assert verdict(told) == "this deployment replaces or removes resources."


@pytest.mark.parametrize(("policy", "lost"), [("Delete", True), ("Retain", False)])
def test_a_replaced_store_loses_its_data_by_its_update_policy(
    changed: Callable[..., str], policy: str, lost: bool
) -> None:
    told = changed("AWS::DynamoDB::Table", {"TableName": "a"}, {"TableName": "b"}, UpdateReplacePolicy=policy)

    assert bool(reasons(told, "Deletes data")) is lost
    assert bool(reasons(told, "Replaces or removes")) is not lost


def test_a_stack_that_is_no_longer_declared_loses_nothing_yet(diff: Callable[..., str]) -> None:
    stack = Declared({"Data": thing("AWS::DynamoDB::Table"), "Alarm": thing("AWS::CloudWatch::Alarm")})

    assert verdict(diff({"old": stack}, {})) == SAFE


def lifecycle(**rule: Any) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Id": "a", **rule}]}}


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ({}, lifecycle(ExpirationInDays=30), True),
        (lifecycle(ExpirationInDays=90), lifecycle(ExpirationInDays=30), True),
        (lifecycle(ExpirationInDays=30), lifecycle(ExpirationInDays=90), False),
        (lifecycle(ExpirationInDays=30), {}, False),
        ({}, lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}), False),
        ({}, lifecycle(NoncurrentVersionExpiration={"NoncurrentDays": 7}), True),
        (lifecycle(ExpirationInDays=30), lifecycle(ExpirationInDays=7), True),
        (lifecycle(ExpirationInDays=30), lifecycle(ExpirationInDays={"Ref": "Days"}), False),
        (
            lifecycle(ExpirationDate="2030-01-01T00:00:00Z"),
            lifecycle(ExpirationDate="2029-01-01T00:00:00Z"),
            True,
        ),
        (
            lifecycle(ExpirationDate="2030-01-01T00:00:00Z"),
            lifecycle(ExpirationDate="2031-01-01T00:00:00Z"),
            False,
        ),
    ],
)
def test_objects_that_expire_sooner_are_lost(
    changed: Callable[..., str], old: Any, new: Any, lost: bool
) -> None:
    assert bool(reasons(changed(BUCKET, old, new), "Deletes data")) is lost


def images(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [*rules]})}}


def expire(
    number: Any, *, priority: int = 1, status: str = "any", kind: str = "sinceImagePushed", **more: Any
) -> dict[str, Any]:
    unit = {"countUnit": "days"} if kind == "sinceImagePushed" else {}
    selection = {"tagStatus": status, "countType": kind, "countNumber": number, **unit, **more}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def newest(number: int, **more: Any) -> dict[str, Any]:
    return expire(number, kind="imageCountMoreThan", **more)


RELEASED = newest(1000, status="tagged", tagPrefixList=["v"])
ARCHIVED = {**expire(30), "action": {"type": "transition", "targetStorageClass": "archive"}}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({}, images(newest(1)), "images beyond the newest 1"),
        ({}, images(expire(1, status="untagged")), "untagged images after 1 days"),
        (images(expire(30)), images(expire(1)), "images after 1 days"),
        (images(newest(50)), images(newest(5)), "images beyond the newest 5"),
        (images(expire(30, status="untagged")), images(expire(30)), "images after 30 days"),
        (images(RELEASED), images(newest(1000)), "images beyond the newest 1000"),
        (
            images(newest(9, status="tagged", tagPrefixList=["a", "b"])),
            images(newest(9, status="tagged", tagPrefixList=["a"])),
            "tagged images with `a` beyond the newest 9",
        ),
        (images(newest(9)), images(expire(9)), "images after 9 days"),
        (images(RELEASED, newest(10, priority=2)), images(newest(10)), "no longer exempts"),
        (
            images(RELEASED, newest(10, priority=2)),
            images(newest(10), {**RELEASED, "rulePriority": 2}),
            "no longer exempts",
        ),
        (images(ARCHIVED), images(expire(30)), "images after 30 days"),
    ],
)
def test_images_that_expire_newly_or_sooner_are_lost(
    changed: Callable[..., str], old: Any, new: Any, reason: str
) -> None:
    told = changed("AWS::ECR::Repository", old, new)

    assert verdict(told) == "this deployment deletes data."
    assert any(reason in one for one in reasons(told, "Deletes data"))
    assert not broken_links(told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (images(newest(1)), {}),
        (images(expire(1)), images(expire(30))),
        (images(newest(5)), images(newest(50))),
        (images(expire(30)), images(expire(30, status="untagged"))),
        (images(expire(30, priority=1)), images(expire(30, priority=7))),
        (images(newest(10, priority=2)), images(RELEASED, newest(1000, priority=2))),
        ({}, images(ARCHIVED)),
        (images(expire(30)), images({**expire(30), "description": "old ones"})),
    ],
)
def test_images_that_are_kept_as_long_or_longer_are_not(
    changed: Callable[..., str], old: Any, new: Any
) -> None:
    assert reasons(changed("AWS::ECR::Repository", old, new), "Deletes data") == []


def magnetic(days: int) -> dict[str, Any]:
    return {"RetentionProperties": {"MagneticStoreRetentionPeriodInDays": days}}


def time_to_live(enabled: bool) -> dict[str, Any]:
    return {"TimeToLiveSpecification": {"AttributeName": "until", "Enabled": enabled}}


def recovery(days: int) -> dict[str, Any]:
    rule = {"RuleName": "a", "Lifecycle": {"DeleteAfterDays": days}}
    return {"BackupPlan": {"BackupPlanRule": [rule]}}


@pytest.mark.parametrize(
    ("type", "longer", "shorter", "keeps"),
    [
        ("AWS::Logs::LogGroup", {"RetentionInDays": 30}, {"RetentionInDays": 1}, "log events"),
        ("AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}, "log events"),
        ("AWS::Logs::LogGroup", {"RetentionInDays": "30"}, {"RetentionInDays": "7"}, "log events"),
        ("Custom::LogRetention", {"RetentionInDays": 30}, {"RetentionInDays": 1}, "log events"),
        ("AWS::SQS::Queue", {}, {"MessageRetentionPeriod": 60}, "messages"),
        ("AWS::Kinesis::Stream", {"RetentionPeriodHours": 48}, {}, "records"),
        ("AWS::Timestream::Table", magnetic(9), magnetic(1), "records"),
        ("AWS::CloudTrail::EventDataStore", {}, {"RetentionPeriod": 7}, "events"),
        ("AWS::RDS::DBInstance", {"BackupRetentionPeriod": 14}, {"BackupRetentionPeriod": 0}, "backups"),
        ("AWS::RDS::DBCluster", {}, {"BackupRetentionPeriod": 0}, "backups"),
        ("AWS::DynamoDB::Table", time_to_live(False), time_to_live(True), "items"),
        ("AWS::DynamoDB::Table", {}, time_to_live(True), "items"),
        ("AWS::Backup::BackupPlan", recovery(90), recovery(7), "recovery points"),
    ],
)
def test_what_is_kept_for_a_shorter_time_is_lost(
    changed: Callable[..., str], type: str, longer: Any, shorter: Any, keeps: str
) -> None:
    told = changed(type, longer, shorter)

    assert verdict(told) == "this deployment deletes data."
    assert f"{keeps} expire sooner: " in reasons(told, "Deletes data")[0]
    assert reasons(changed(type, shorter, longer), "Deletes data") == []
