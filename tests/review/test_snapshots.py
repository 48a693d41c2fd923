"""Every stack as text in tests/snapshots: it changes when a stack changes, and only then."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, Assembly
from cloud_assemblies import STACK, Declared, write

from review.loading import load
from review.snapshot import texts
from review.snapshot import write as write_snapshots

SNAPSHOTS = ROOT / "tests" / "snapshots"


def test_the_snapshots_say_what_the_stacks_declare(each: Assembly) -> None:
    folder = SNAPSHOTS / each.env
    kept = {path.stem: path.read_text() for path in folder.glob("*.yaml")}
    declared = texts(load(each.folder))

    stale = [
        line
        for name in sorted({*kept, *declared})
        for line in difflib.unified_diff(
            kept.get(name, "").splitlines(),
            declared.get(name, "").splitlines(),
            f"{folder.relative_to(ROOT)}/{name}.yaml",
            f"{name} as it is declared",
            lineterm="",
        )
    ]

    if stale:
        pytest.fail(
            "\n".join(
                [*stale[:60], "run `make snapshots` (python -m review snapshot), and commit what it writes"]
            ),
            pytrace=False,
        )


@pytest.fixture
def text(tmp_path: Path) -> Callable[..., str]:
    def run(declared: Declared) -> str:
        return texts(load(write(tmp_path / "assembly", {STACK: declared})))[STACK]

    return run


def function(hash: str, **more: Any) -> Declared:
    code = {"S3Bucket": "assets-111122223333", "S3Key": f"{hash}.zip"}
    resource = {"Type": "AWS::Lambda::Function", "Properties": {"Code": code, **more}}
    return Declared(
        {f"Function{hash[:8]}": resource},
        assets={hash: "lambda/predict"},
        paths={f"Function{hash[:8]}": "Function"},
    )


def test_hashes_logical_ids_and_the_account_leave_no_trace(text: Callable[..., str]) -> None:
    one, other = function("a" * 64), function("b" * 64)

    assert text(one) == text(other)
    assert "<lambda/predict>.zip" in text(one)


def test_the_content_tag_of_an_image_leaves_no_trace(text: Callable[..., str]) -> None:
    def build(tag: str) -> Declared:
        environment = {"Variables": {"IMAGE": f"slipway-dev-script-mode:{tag}", "TAG": tag}}
        declared = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": environment}}
        return Declared({f"Requested{tag}": declared}, paths={f"Requested{tag}": f"Requested{tag}"})

    assert text(build("84b0466b593f1944")) == text(build("d18bb5478f0b87c7"))
    assert "IMAGE: slipway-dev-script-mode:CONTENT" in text(build("84b0466b593f1944"))


def test_a_change_of_a_setting_changes_the_text(text: Callable[..., str]) -> None:
    assert text(function("a" * 64)) != text(function("a" * 64, MemorySize=256))


def test_an_account_reads_as_a_reference(text: Callable[..., str]) -> None:
    bucket = Declared({"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b-111122223333"}}})
    known = Declared(bucket.resources, account="111122223333")

    assert "BucketName: b-${AWS::AccountId}" in text(known)
    assert "111122223333" in text(bucket)


def test_the_order_of_a_policy_makes_no_difference(text: Callable[..., str]) -> None:
    def policy(*order: int) -> Declared:
        statements = [
            {"Effect": "Allow", "Action": f"s3:{one}", "Resource": [f"r{one}", "r"]} for one in order
        ]
        flipped = [{**one, "Resource": one["Resource"][:: order[0] - 2 or 1]} for one in statements]
        properties = {"PolicyDocument": {"Statement": flipped}}
        return Declared({"P": {"Type": "AWS::IAM::Policy", "Properties": properties}})

    assert text(policy(1, 3)) == text(policy(3, 1))


def test_a_definition_is_decoded(text: Callable[..., str]) -> None:
    properties = {"PipelineDefinition": {"PipelineDefinitionBody": '{"Steps": [{"Name": "Fit"}]}'}}
    declared = Declared({"P": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}})

    assert "          Steps:\n          - Name: Fit\n" in text(declared)


def test_writing_tells_what_changed_and_removes_what_is_gone(tmp_path: Path) -> None:
    assembly = load(write(tmp_path / "assembly", {"a": Declared(), "b": Declared()}))
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (folder / "gone.yaml").write_text("old")

    assert write_snapshots(assembly, folder) == [folder / name for name in ("a.yaml", "b.yaml", "gone.yaml")]
    assert write_snapshots(assembly, folder) == []
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "b.yaml"]
