"""A report begins with what matters most: what fails, what is lost, and why."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared, write
from verdicts import broken_links, reasons, verdict

from review.content_report import Assets
from review.loading import load
from review.report import report
from review.stack_review import review

SAFE = "safe. Nothing fails, loses data, protects less, is replaced or removed."
BUCKET = "AWS::S3::Bucket"


def thing(type: str, properties: Any = None, **attributes: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties or {}, **attributes}


def exporting(value: Any, *, name: str = "data:Bucket", id: str = "Out") -> Declared:
    output = {"Value": value, "Export": {"Name": name}}
    return Declared({"Bucket": thing(BUCKET), "Other": thing(BUCKET)}, outputs={id: output})


def importing(name: str | None = "data:Bucket", **more: Any) -> Declared:
    variables = {"Variables": {"BUCKET": {"Fn::ImportValue": name}}} if name else {}
    return Declared({"Function": thing("AWS::Lambda::Function", {"Environment": variables})}, **more)


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


def test_an_export_in_use_that_goes_fails_before_anything_else_is_said(diff: Callable[..., str]) -> None:
    gone = Declared({"Bucket": thing(BUCKET), "Other": thing(BUCKET)})

    told = diff(
        {"data": exporting({"Ref": "Bucket"}), STACK: importing()}, {"data": gone, STACK: importing()}
    )

    assert verdict(told) == "this deployment will fail."
    assert reasons(told, "Will fail") == [
        "`data`: `Out` is no longer exported while `shop` imports it ([Outputs](#data-outputs))"
    ]
    assert not broken_links(told)


@pytest.mark.parametrize(
    "new",
    [
        exporting({"Ref": "Other"}),
        exporting({"Ref": "Bucket"}, name="data:Renamed"),
        Declared(
            {"Bucket": thing(BUCKET, {"BucketName": "new"}), "Other": thing(BUCKET)},
            outputs=exporting({"Ref": "Bucket"}).outputs,
        ),
    ],
    ids=["another value", "another name", "what it names is replaced"],
)
def test_an_export_in_use_that_changes_fails(diff: Callable[..., str], new: Declared) -> None:
    old = exporting({"Ref": "Bucket"})

    told = diff({"data": old, STACK: importing()}, {"data": new, STACK: importing()})

    assert [reason.partition(" while ")[2] for reason in reasons(told, "Will fail")] == [
        "`shop` imports it ([Outputs](#data-outputs))"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (exporting({"Ref": "Bucket"}), exporting({"Ref": "Bucket"}, id="Moved")),
        (exporting({"Ref": "Bucket"}, name="data:Unused"), exporting({"Ref": "Other"}, name="data:Unused")),
    ],
    ids=["the same export of another output", "nobody imports it"],
)
def test_an_export_that_nobody_misses_does_not_fail(
    diff: Callable[..., str], old: Declared, new: Declared
) -> None:
    told = diff({"data": old, STACK: importing()}, {"data": new, STACK: importing()})

    assert verdict(told) == SAFE


@pytest.mark.parametrize(("depends", "fails"), [((), True), ((STACK,), False)])
def test_who_stops_importing_must_be_deployed_first(
    diff: Callable[..., str], depends: tuple[str, ...], fails: bool
) -> None:
    gone = Declared({"Bucket": thing(BUCKET), "Other": thing(BUCKET)}, stack_dependencies=depends)

    told = diff(
        {"data": exporting({"Ref": "Bucket"}), STACK: importing()}, {"data": gone, STACK: importing(None)}
    )

    assert verdict(told) == ("this deployment will fail." if fails else SAFE)
    assert ("while what is deployed of `shop` imports it, unless that is deployed first" in told) is fails


def test_a_taken_name_fails_with_what_has_it(diff: Callable[..., str]) -> None:
    endpoint = thing("AWS::SageMaker::Endpoint", {"EndpointName": "shop"})

    told = diff(Declared({"Old": endpoint}), Declared({"New": endpoint}))

    assert reasons(told, "Will fail") == [
        "`shop` `New` SageMaker Endpoint: the name `shop` is taken: `Old` has it until everything else is "
        "done ([Added](#shop-added))"
    ]
    assert not broken_links(told)


def test_a_logical_id_cannot_change_its_type(diff: Callable[..., str]) -> None:
    queue, topic = thing("AWS::SQS::Queue"), thing("AWS::SNS::Topic")

    told = diff(Declared({"Inbox": queue}), Declared({"Inbox": topic}))
    other = diff(Declared({"Inbox": queue}), Declared({"Outbox": topic}))

    assert (
        "logical id `Inbox` changes its type, which CloudFormation refuses" in reasons(told, "Will fail")[0]
    )
    assert "will fail" not in verdict(other)


def test_what_the_app_itself_refuses_fails(diff: Callable[..., str]) -> None:
    missing = Declared(error="no trained pca: run `make train`")

    told = diff(Declared(), missing)

    assert reasons(told, "Will fail") == [
        "`shop`: the app itself says: `` no trained pca: run `make train` ``"
    ]


def test_an_archive_that_the_assembly_lacks_fails(tmp_path: Path) -> None:
    hash = "a" * 64
    folder = write(tmp_path, {STACK: Declared(assets={hash: "artifacts/churn/pca/model.tar.gz"})})
    assembly = load(folder)
    assert verdict(report(review(assembly, assembly), Assets({}, {}))) == SAFE

    (folder / f"asset.{hash}").rmdir()

    told = report(review(assembly, assembly), Assets({}, {}))
    assert reasons(told, "Will fail") == [
        "`shop`: `artifacts/churn/pca/model.tar.gz` is not in the assembly: synthesize it again"
    ]


@pytest.mark.parametrize(
    ("old", "new", "moves"),
    [
        (Declared(account="111122223333"), Declared(account="444455556666"), True),
        (Declared(), Declared(account="444455556666"), False),
        (Declared(properties={"stackName": "a"}), Declared(properties={"stackName": "b"}), True),
    ],
)
def test_a_stack_that_moves_as_a_whole_leaves_the_old_one(
    diff: Callable[..., str], old: Declared, new: Declared, moves: bool
) -> None:
    told = diff(old, new)

    assert bool(reasons(told, "Replaces or removes")) is moves
    assert not broken_links(told)


def test_what_both_sides_refuse_stands_once_at_the_end(diff: Callable[..., str]) -> None:
    missing = Declared({"Data": thing("AWS::SQS::Queue")}, error="no trained pca")
    changed = Declared({"Data": thing("AWS::SQS::Queue", {"DelaySeconds": 1})}, error="no trained pca")

    told = diff({"a": missing, "b": missing}, {"a": changed, "b": missing})

    assert verdict(told) == SAFE
    assert told.count("no trained pca") == 1
    assert told.endswith(
        "\n## Before the change and after it\n\n- `a`, `b` cannot be deployed: `no trained pca`\n"
    )


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
        ("AWS::RDS::DBInstance", {"DBClusterIdentifier": "a"}, "is deleted with its data"),
        ("AWS::SageMaker::FeatureGroup", {}, "is deleted with the records of its online store"),
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
