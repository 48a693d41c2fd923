"""What a review says will fail, before it happens."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_assemblies import STACK, Declared, write
from things import BUCKET, SAFE, thing
from verdicts import broken_links, reasons, verdict

from review.content_report import Assets
from review.loading import load
from review.report import report
from review.stack_review import review


def exporting(value: Any, *, name: str = "data:Bucket", id: str = "Out") -> Declared:
    output = {"Value": value, "Export": {"Name": name}}
    return Declared({"Bucket": thing(BUCKET), "Other": thing(BUCKET)}, outputs={id: output})


def importing(name: str | None = "data:Bucket", **more: Any) -> Declared:
    variables = {"Variables": {"BUCKET": {"Fn::ImportValue": name}}} if name else {}
    return Declared({"Function": thing("AWS::Lambda::Function", {"Environment": variables})}, **more)


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
