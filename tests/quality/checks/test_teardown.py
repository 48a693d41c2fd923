"""What an environment leaves behind: known for both, and each kind of it seen when it is planted."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly

from assembly import resource_types
from assembly.program import ended
from quality.checks.teardown.__main__ import main
from quality.checks.teardown.deletion import FINDERS
from quality.checks.teardown.expected import expected, why_expected
from quality.checks.teardown.remainder import Kind, Remainder
from quality.checks.teardown.remainders import remainders

type Change = Callable[[dict[str, Any]], object]


def test_what_stays_of_either_environment_is_known_with_its_reason(each: Assembly) -> None:
    found = remainders(each.folder)
    assert [one for one in found if why_expected(one, each.env) is None] == []  # type: ignore[arg-type]
    empty = {Kind.NOT_DECLARED, Kind.NOT_DEPLOYABLE}
    assert not empty & {one.kind for one in found}, "here every stack is looked at"


def test_in_dev_no_resource_of_a_stack_is_kept(dev: Assembly) -> None:
    kinds = {one.kind for one in remainders(dev.folder)}
    assert kinds.isdisjoint({Kind.RETAINED, Kind.PROTECTED, Kind.NOT_EMPTIED, Kind.LOGS_OUTLIVED})


def test_each_expected_remainder_is_there(dev: Assembly, prod: Assembly) -> None:
    for assembly in (dev, prod):
        there = {(one.kind, one.subject) for one in remainders(assembly.folder)}
        assert set(expected(assembly.env)) <= there  # type: ignore[arg-type]


def test_a_space_waits_for_its_app_and_leaves_its_logs(prod: Assembly) -> None:
    space = {
        (one.kind, one.subject)
        for one in remainders(prod.folder)
        if one.place.startswith("slipway-prod-studio/UsersAnalystSpace")
    }
    assert space == {
        (Kind.BLOCKED, "AWS::SageMaker::Space"),
        (Kind.LOG_GROUP, "/aws/sagemaker/studio"),
    }


def test_a_reason_for_dev_is_none_for_what_only_prod_keeps() -> None:
    kept = Remainder("stack/Data", "AWS::S3::Bucket", "", Kind.RETAINED)
    assert why_expected(kept, "prod")
    assert why_expected(kept, "dev") is None


def test_every_type_that_our_templates_may_have_is_one_whose_deletion_is_known() -> None:
    assert {*resource_types.RUN, *resource_types.DECLARED} - {"AWS::CloudFormation::Stack"} <= set(FINDERS)


def properties(**changed: Any) -> Change:
    return lambda resource: resource["Properties"].update(changed)


def attributes(**changed: Any) -> Change:
    return lambda resource: resource.update(changed)


def without(*names: str) -> Change:
    def change(resource: dict[str, Any]) -> None:
        for name in names:
            del (resource if name in resource else resource["Properties"])[name]

    return change


def of_type(name: str) -> Change:
    return lambda resource: resource.update(Type=name)


PLANTED = {
    "a bucket that is retained": (
        ("foundation", "AWS::S3::Bucket", attributes(DeletionPolicy="Retain")),
        (Kind.RETAINED, "AWS::S3::Bucket"),
    ),
    "a model that stays when it is replaced": (
        ("churn-serving", "AWS::SageMaker::Model", attributes(UpdateReplacePolicy="Retain")),
        (Kind.RETAINED, "AWS::SageMaker::Model"),
    ),
    "a role that stays unless its creation fails": (
        ("churn-serving", "AWS::IAM::Role", attributes(DeletionPolicy="RetainExceptOnCreate")),
        (Kind.RETAINED, "AWS::IAM::Role"),
    ),
    "a topic of which a snapshot stays": (
        ("foundation", "AWS::SNS::Topic", attributes(DeletionPolicy="Snapshot")),
        (Kind.RETAINED, "AWS::SNS::Topic"),
    ),
    "a log group that is retained": (
        ("image", "AWS::Logs::LogGroup", attributes(DeletionPolicy="Retain")),
        (Kind.RETAINED, "AWS::Logs::LogGroup"),
    ),
    "a resource that is protected from deletion": (
        ("foundation", "AWS::SNS::Topic", properties(DeletionProtection="ACTIVE")),
        (Kind.PROTECTED, "AWS::SNS::Topic"),
    ),
    "a bucket that nothing empties": (
        ("foundation", "Custom::S3AutoDeleteObjects", properties(BucketName="another")),
        (Kind.NOT_EMPTIED, "AWS::S3::Bucket"),
    ),
    "a repository that is not emptied": (
        ("foundation", "AWS::ECR::Repository", without("EmptyOnDelete")),
        (Kind.NOT_EMPTIED, "AWS::ECR::Repository"),
    ),
    "a function that logs where Lambda likes": (
        ("foundation", "AWS::Lambda::Function", without("LoggingConfig")),
        (Kind.LOG_GROUP, "/aws/lambda/"),
    ),
    "an endpoint under a name that no log group has": (
        ("churn-serving", "AWS::SageMaker::Endpoint", properties(EndpointName="other")),
        (Kind.LOG_GROUP, "/aws/sagemaker/Endpoints/other"),
    ),
    "an endpoint whose log group may go first": (
        ("churn-serving", "AWS::SageMaker::Endpoint", without("DependsOn")),
        (Kind.LOGS_OUTLIVED, "/aws/sagemaker/Endpoints/slipway-dev-churn"),
    ),
    "a stage under a name that no log group has": (
        ("churn-serving", "AWS::ApiGateway::Stage", properties(StageName="other")),
        (Kind.LOG_GROUP, "API-Gateway-Execution-Logs_"),
    ),
    "a stage whose access log is nobody's": (
        (
            "churn-serving",
            "AWS::ApiGateway::Stage",
            properties(AccessLogSetting={"DestinationArn": "arn:aws:logs:eu-central-1:1:log-group:other"}),
        ),
        (Kind.LOG_GROUP, "other"),
    ),
    "a Studio domain that makes a file system": (
        (
            "foundation",
            "AWS::Budgets::Budget",
            attributes(Type="AWS::SageMaker::Domain", Properties={"HomeEfsFileSystemCreation": "Enabled"}),
        ),
        (Kind.FILE_SYSTEM, "AWS::EFS::FileSystem"),
    ),
    "a build that logs where CodeBuild likes": (
        ("image", "AWS::CodeBuild::Project", without("LogsConfig")),
        (Kind.LOG_GROUP, "/aws/codebuild/"),
    ),
    "a flow log into a group that nobody declares": (
        (
            "foundation",
            "AWS::Budgets::Budget",
            attributes(Type="AWS::EC2::FlowLog", Properties={"LogGroupName": "flows"}),
        ),
        (Kind.LOG_GROUP, "flows"),
    ),
    "a firewall whose log is nobody's": (
        (
            "foundation",
            "AWS::Budgets::Budget",
            attributes(
                Type="AWS::WAFv2::LoggingConfiguration",
                Properties={"LogDestinationConfigs": ["aws-waf-logs-other"]},
            ),
        ),
        (Kind.LOG_GROUP, "aws-waf-logs-other"),
    ),
    "a custom resource that nobody has looked at": (
        ("image", "AWS::CodeBuild::Project", of_type("Custom::Anything")),
        (Kind.NO_DELETION, "Custom::Anything"),
    ),
    "a custom resource under CloudFormation's own name": (
        ("image", "AWS::CodeBuild::Project", of_type("AWS::CloudFormation::CustomResource")),
        (Kind.NO_DELETION, "AWS::CloudFormation::CustomResource"),
    ),
    "a type that nobody has looked at": (
        ("foundation", "AWS::SNS::Topic", of_type("AWS::RDS::DBCluster")),
        (Kind.UNKNOWN, "AWS::RDS::DBCluster"),
    ),
}


@pytest.fixture
def plant(dev: Assembly, tmp_path: Path) -> Iterator[Callable[[str, str, Change], Path]]:
    """A copy of dev's assembly in which the first resource of a type is changed."""

    def change(stack: str, type_: str, planted: Change) -> Path:
        folder = tmp_path / "dev"
        folder.mkdir()
        for path in dev.folder.glob("*.json"):
            shutil.copyfile(path, folder / path.name)
        path = folder / f"slipway-dev-{stack}.template.json"
        template = json.loads(path.read_text())
        planted(next(one for one in template["Resources"].values() if one["Type"] == type_))
        path.write_text(json.dumps(template))
        return folder

    yield change


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_stays_and_is_not_expected(
    what: str, plant: Callable[[str, str, Change], Path], dev: Assembly
) -> None:
    (stack, type_, change), (kind, subject) = PLANTED[what]
    new = set(remainders(plant(stack, type_, change))) - set(remainders(dev.folder))
    assert [one.kind for one in new] == [kind]
    [remainder] = new
    assert remainder.subject.startswith(subject)
    assert remainder.place.startswith(f"slipway-dev-{stack}/")
    assert why_expected(remainder, "dev") is None


def test_a_stack_that_is_protected_is_told(plant: Callable[[str, str, Change], Path]) -> None:
    folder = plant("foundation", "AWS::SNS::Topic", attributes())
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["slipway-dev-image"]["properties"]["terminationProtection"] = True
    (folder / "manifest.json").write_text(json.dumps(manifest))
    protected = [one for one in remainders(folder) if one.kind is Kind.PROTECTED]
    assert [one.place for one in protected] == ["slipway-dev-image"]
    assert why_expected(protected[0], "dev") is None


@pytest.mark.parametrize(
    ("metadata", "kind", "is_expected"),
    [
        ({}, Kind.NOT_DECLARED, False),
        ({"/s": [{"type": "aws:cdk:error", "data": "no trained deepar"}]}, Kind.NOT_DEPLOYABLE, True),
    ],
    ids=["without a reason", "that cannot be deployed"],
)
def test_an_empty_stack_is_told(
    plant: Callable[[str, str, Change], Path], metadata: Any, kind: Kind, is_expected: bool
) -> None:
    folder = plant("foundation", "AWS::SNS::Topic", attributes())
    (folder / "slipway-dev-churn-serving.template.json").write_text("{}")
    (folder / "slipway-dev-churn-serving.metadata.json").write_text(json.dumps(metadata))
    [empty] = [one for one in remainders(folder) if one.kind is kind]
    assert empty.place == "slipway-dev-churn-serving"
    assert bool(why_expected(empty, "dev")) is is_expected


def told(monkeypatch: pytest.MonkeyPatch, environment: str, folder: Path) -> int:
    monkeypatch.setattr("sys.argv", ["teardown", environment, str(folder)])
    return ended(main)


def test_the_command_ends_well_when_all_that_stays_is_expected(
    dev: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(monkeypatch, "dev", dev.folder) == 0
    out, err = capsys.readouterr()
    assert "\tAWS::KMS::Key\ta key is deleted after its waiting period\tKMS has no other way" in out
    assert "0 of them unexpected" in err


def test_the_command_fails_for_what_is_not_expected_and_puts_it_first(
    plant: Callable[[str, str, Change], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = plant("foundation", "AWS::S3::Bucket", attributes(DeletionPolicy="Retain"))
    assert told(monkeypatch, "dev", folder) == 1
    _, first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("NOT EXPECTED\tslipway-dev-foundation/")
    assert "AWS::S3::Bucket\tthe template keeps it" in first


def test_a_folder_without_templates_is_refused_with_the_way_to_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(monkeypatch, "dev", tmp_path) == 1
    assert f"error: there is no {tmp_path}/manifest.json; run `make synth`" in capsys.readouterr().err
