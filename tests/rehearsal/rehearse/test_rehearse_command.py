"""The command that rehearses a deployment, and what it says."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly

from rehearsal.__main__ import main

TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {}}
NAMED = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket", "Properties": {}}
AFTER = {**TOPIC, "DependsOn": ["News"]}
CLUSTER = {
    "Type": "AWS::EKS::Cluster",
    "Properties": {
        "RoleArn": "arn:aws:iam::111122223333:role/eks",
        "ResourcesVpcConfig": {"SubnetIds": ["subnet-0abc0abc0abc0abc0"]},
    },
}
FUNCTION: dict[str, Any] = {
    "Role": "arn:aws:iam::111122223333:role/function",
    "Code": {"ZipFile": "a"},
    "ReservedConcurrentExecutions": 5,
}


def assembly(folder: Path, **resources: Any) -> str:
    return str(write_assembly(folder, resources))


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, exits: int = 0
) -> str:
    monkeypatch.setattr(sys, "argv", ["rehearsal", "deploy", *arguments])
    assert main() == exits
    return capsys.readouterr().out


@pytest.fixture
def rehearse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments, exits=0: said(monkeypatch, capsys, *arguments, exits=exits)


def test_onto_an_empty_account_each_step_says_what_it_waits_for(rehearse: Any, tmp_path: Path) -> None:
    text = rehearse(assembly(tmp_path / "new", News=TOPIC, Later=AFTER))

    assert "**It works:** 1 stack is created." in text
    assert "| 1 | create | `News` | AWS::SNS::Topic | — |" in text
    assert "| 2 | create | `Later` | AWS::SNS::Topic | `News` |" in text


def test_over_what_is_deployed_only_changes_are_steps_and_what_goes_is_named(
    rehearse: Any, tmp_path: Path
) -> None:
    old = assembly(tmp_path / "old", News=TOPIC, Later=TOPIC)
    text = rehearse(old, assembly(tmp_path / "new", News=TOPIC))

    assert "**It works:** 1 stack is updated." in text
    assert "## What is deleted or replaced" in text
    assert "| delete | `Shop/Later` | AWS::SNS::Topic |" in text


def test_the_same_again_changes_nothing(rehearse: Any, tmp_path: Path) -> None:
    same = assembly(tmp_path / "old", News=TOPIC)

    assert rehearse(same, same, "--summary") == "**It works: nothing changes.**\n"


def test_a_failure_comes_first_with_its_message_and_what_works_instead(rehearse: Any, tmp_path: Path) -> None:
    old = assembly(tmp_path / "old", News=NAMED)
    text = rehearse(old, assembly(tmp_path / "new", Moved=NAMED), exits=1)

    verdict, why = text.splitlines()[2], text.partition("## Why it fails")[2].partition("## Stacks")[0]
    assert verdict.startswith("**It fails** in `Shop`: `Moved` (AWS::SNS::Topic): ")
    assert "already exists" in why
    assert "What works instead, one of:\n\n- " in why
    assert "UPDATE_ROLLBACK_COMPLETE" in text


def test_a_resource_that_is_to_fail_shows_what_the_rollback_leaves(rehearse: Any, tmp_path: Path) -> None:
    new = assembly(tmp_path / "new", News=TOPIC, Later=AFTER)

    for place in ("Later", "Shop/Later"):
        text = rehearse(new, "--fail", place)
        assert "**It fails** in `Shop`: `Later` (AWS::SNS::Topic): `injected`." in text
        assert "**The rollback leaves `Shop` as it was before.**" in text


def test_a_failure_in_a_later_stack_leaves_the_earlier_ones_deployed(rehearse: Any, tmp_path: Path) -> None:
    write_assembly(tmp_path, {"News": TOPIC}, stack="First")
    write_assembly(tmp_path, {"News": TOPIC}, stack="Second")

    text = rehearse(str(tmp_path), "--fail", "Second/News")

    assert (
        "**The rollback leaves `Second` as it was before, and the stacks before it stay deployed.**" in text
    )


def test_a_resource_that_this_deployment_does_not_touch_cannot_fail(rehearse: Any, tmp_path: Path) -> None:
    same = assembly(tmp_path / "old", News=TOPIC)

    assert "isn't created, updated or deleted in this deployment" in rehearse(same, same, "--fail", "News")


def test_a_resource_that_no_stack_has_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["rehearsal", "deploy", assembly(tmp_path, News=TOPIC), "--fail", "Old"])
    with pytest.raises(Exception, match="no stack has a resource 'Old'; give its logical id"):
        main()


def test_a_destroy_goes_backwards(rehearse: Any, tmp_path: Path) -> None:
    text = rehearse(assembly(tmp_path, News=TOPIC, Later=AFTER), "--destroy")

    assert "**It works:** 1 stack is deleted." in text
    assert "| 1 | delete | `Later` |" in text


def test_what_a_service_refuses_fails_and_quotas_are_the_accounts(rehearse: Any, tmp_path: Path) -> None:
    reserved = {"Type": "AWS::Lambda::Function", "Properties": FUNCTION}
    folder = assembly(tmp_path / "app", Function=reserved)
    quotas = tmp_path / "quotas.toml"
    quotas.write_text("lambda_concurrency = 10\n")

    assert "**It works:**" in rehearse(folder)
    text = rehearse(folder, "--quotas", str(quotas), exits=1)

    assert "decreases account's UnreservedConcurrentExecution below its minimum value of [100]" in text
    assert "request-service-quota-increase" in text


def test_what_takes_minutes_says_how_many(rehearse: Any, tmp_path: Path) -> None:
    text = rehearse(assembly(tmp_path, Cluster=CLUSTER))

    assert "| `Shop` | created | CREATE_COMPLETE | 1 | 10 to 15 |" in text


def test_programs_read_the_verdict_and_the_steps(rehearse: Any, tmp_path: Path) -> None:
    read = json.loads(rehearse(assembly(tmp_path, News=TOPIC), "--json"))

    assert read["works"]
    [stack] = read["stacks"]
    assert [step["logical_id"] for step in stack["steps"]] == ["News"]


def test_what_is_the_same_elsewhere_is_said_and_moved_before_if_asked(rehearse: Any, tmp_path: Path) -> None:
    old, new = assembly(tmp_path / "old", Old=NAMED), assembly(tmp_path / "new", New=NAMED)
    file = tmp_path / "moves.json"

    assert "`Shop/Old` to `Shop/New`" in rehearse(old, new, exits=1)
    text = rehearse(old, new, "--refactor", str(file))

    assert "**It works" in text
    assert json.loads(file.read_text())["environments"][0]["resources"] == {"Shop.Old": "Shop.New"}
