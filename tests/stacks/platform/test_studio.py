"""Studio: a domain in the isolated network, and users who explore the workloads and run one space each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from assemblies import MODELS, Assembly
from aws_cdk import App, Environment
from declared import allowed, named, only, resources, statements, text, texts

from assembly.manifest import read_stacks
from stacks.platform.foundation import Foundation
from stacks.platform.studio import Studio
from stacks.policies.rule import evaluate
from stacks.policies.rules import RULES
from stacks.policies.templates import Templates
from stacks.settings import Settings

PROFILE, SPACE = "AWS::SageMaker::UserProfile", "AWS::SageMaker::Space"


@pytest.fixture(scope="session")
def template(prod: Assembly) -> Any:
    return prod.template("studio")


@pytest.fixture(scope="session")
def domain(template: Any) -> Any:
    return only(template, "AWS::SageMaker::Domain")["Properties"]


@pytest.fixture(scope="module")
def alone(context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The templates by stack of a prod with Studio for two users, without a workbench."""
    prod = {**context["environments"]["prod"], "workbench": None}
    prod["studio"] = {**prod["studio"], "users": ["ann-lee", "bo"]}
    settings = Settings.from_mapping({**context, "env": "prod", "environments": {"prod": prod}})
    folder = tmp_path_factory.mktemp("studio")
    app = App(analytics_reporting=False, context=dict(context), outdir=str(folder))
    env = Environment(region=settings.region)
    foundation = Foundation(app, "foundation", settings=settings, env=env)
    assert settings.studio
    Studio(app, "studio", settings=settings, studio=settings.studio, foundation=foundation, env=env)
    app.synth()
    return {one.name: one.template for one in read_stacks(folder)}


def test_people_enter_by_iam_and_apps_have_the_isolated_network_only(template: Any, domain: Any) -> None:
    assert (domain["AuthMode"], domain["AppNetworkAccessType"]) == ("IAM", "VpcOnly")
    assert "NetworkVpc" in text(domain["VpcId"])
    [subnet] = domain["SubnetIds"]
    assert "Subnet1" in text(subnet)
    for defaults in ("DefaultUserSettings", "DefaultSpaceSettings"):
        [group] = domain[defaults]["SecurityGroups"]
        [egress] = named(template, group)["Properties"]["SecurityGroupEgress"]
        assert (egress["FromPort"], egress["ToPort"]) == (443, 443)


def test_no_file_system_is_made_and_volumes_have_our_key(domain: Any) -> None:
    assert domain["HomeEfsFileSystemCreation"] == "Disabled"
    assert domain["DefaultUserSettings"]["AutoMountHomeEFS"] == "Disabled"
    assert ":ExportsOutput" in text(domain["KmsKeyId"])


def test_jupyterlab_stops_after_the_minutes_of_the_settings_and_nobody_sets_more(
    domain: Any, context: Any
) -> None:
    minutes = context["environments"]["prod"]["studio"]["idle_minutes"]
    for defaults in ("DefaultUserSettings", "DefaultSpaceSettings"):
        lifecycle = domain[defaults]["JupyterLabAppSettings"]["AppLifecycleManagement"]
        assert lifecycle["IdleSettings"] == {
            "LifecycleManagement": "ENABLED",
            "IdleTimeoutInMinutes": minutes,
            "MinIdleTimeoutInMinutes": 60,
            "MaxIdleTimeoutInMinutes": minutes,
        }


def test_who_has_no_role_of_their_own_may_write_logs_alone(template: Any, domain: Any) -> None:
    role = text(domain["DefaultUserSettings"]["ExecutionRole"])
    assert role == text(domain["DefaultSpaceSettings"]["ExecutionRole"])
    [policy] = [
        one["Properties"]
        for kind in ("Policy", "ManagedPolicy")
        for one in resources(template, f"AWS::IAM::{kind}")
        if role.removesuffix(".Arn}") in [text(name).removesuffix("}") for name in one["Properties"]["Roles"]]
    ]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert {one.partition(":")[0] for one in statement["Action"]} == {"logs"}


def test_each_user_has_a_profile_a_role_and_a_private_space(alone: Any) -> None:
    template = alone["studio"]
    profiles = [one["Properties"] for one in resources(template, PROFILE)]
    assert [one["UserProfileName"] for one in profiles] == ["ann-lee", "bo"]
    assert len({text(one["UserSettings"]["ExecutionRole"]) for one in profiles}) == 2
    for user, space in zip(("ann-lee", "bo"), resources(template, SPACE), strict=True):
        properties = space["Properties"]
        assert properties["SpaceName"] == f"{user}-jupyterlab"
        assert properties["OwnershipSettings"] == {"OwnerUserProfileName": user}
        assert properties["SpaceSharingSettings"] == {"SharingType": "Private"}
        assert properties["SpaceSettings"]["RemoteAccess"] == "DISABLED"
        [profile] = [one for one in space["DependsOn"] if template["Resources"][one]["Type"] == PROFILE]
        assert template["Resources"][profile]["Properties"]["UserProfileName"] == user


def test_the_space_has_the_size_of_the_settings(template: Any, context: Any) -> None:
    studio = context["environments"]["prod"]["studio"]
    settings = only(template, SPACE)["Properties"]["SpaceSettings"]
    instance = settings["JupyterLabAppSettings"]["DefaultResourceSpec"]["InstanceType"]
    size = settings["SpaceStorageSettings"]["EbsStorageSettings"]["EbsVolumeSizeInGb"]
    assert (instance, size) == (studio["instance_type"], studio["volume_size_gb"])


def test_a_user_runs_the_apps_of_their_own_space_and_of_no_other(alone: Any) -> None:
    for construct, user in (("AnnLee", "ann-lee"), ("Bo", "bo")):
        declared = alone["studio"]["Resources"]
        own = {"Resources": {one: declared[one] for one in declared if one.startswith(construct)}}
        for action in ("CreateApp", "DeleteApp"):
            [arn] = allowed(own, f"sagemaker:{action}")
            assert ":app/${Domain" in arn
            assert arn.endswith(f".DomainId}}/{user}-jupyterlab/*")
        [arn] = allowed(own, "sagemaker:CreatePresignedDomainUrl")
        assert arn.endswith(f"/{user}")
        written = allowed(own, "s3:PutObject")
        assert {arn.partition("}/")[2] for arn in written} == {f"studio/{user}/*"}


def test_a_user_explores_as_in_the_notebook_and_changes_nothing_but_apps(
    prod: Assembly, template: Any
) -> None:
    def sagemaker(stack: Any) -> set[str]:
        actions = {action for one in statements(stack) for action in texts(one["Action"])}
        return {one for one in actions if one.startswith(("sagemaker:", "iam:", "ecr:"))}

    notebook = sagemaker(prod.template("workbench")) - {"sagemaker:StopNotebookInstance"}
    ours = sagemaker(template)
    assert notebook < ours
    changing = {one for one in ours - notebook if not one.startswith(("sagemaker:Desc", "sagemaker:List"))}
    assert changing == {
        "sagemaker:AddTags",
        "sagemaker:CreateApp",
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:DeleteApp",
    }
    read = {arn.partition("}/")[2] for arn in allowed(template, "s3:GetObject")}
    assert read == {f"{workload}/*" for workload in MODELS} | {"studio/analyst/*"}


def test_only_lists_are_allowed_on_everything_and_roles_name_the_account(template: Any) -> None:
    wide = [one for one in statements(template) if "*" in texts(one["Resource"])]
    assert {action for one in wide for action in texts(one["Action"])} == {
        "sagemaker:ListApps",
        "sagemaker:ListSpaces",
    }
    for role in resources(template, "AWS::IAM::Role"):
        [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert text(trust["Condition"]["StringEquals"]["aws:SourceAccount"]) == "${AWS::AccountId}"


def test_what_costs_money_says_whose_environment_it_is_of(template: Any, domain: Any) -> None:
    for one in (domain, *(one["Properties"] for one in resources(template, SPACE))):
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        assert tags["environment"] == "slipway-prod"
    assert domain["TagPropagation"] == "ENABLED", "apps are started by people, and get the domain's tags"


def test_one_endpoint_of_the_api_stands_in_the_network(prod: Assembly, alone: Any) -> None:
    """A second one in a VPC cannot answer to the API's name."""
    endpoint = "AWS::EC2::VPCEndpoint"
    assert resources(prod.template("studio"), endpoint) == []
    [own] = [one["Properties"] for one in resources(alone["studio"], endpoint)]
    assert text(own["ServiceName"]).endswith(".sagemaker.api")
    [statement] = own["PolicyDocument"]["Statement"]
    called = {action for one in statements(alone["studio"]) for action in texts(one["Action"])}
    assert set(statement["Action"]) == {
        one for one in called if one.startswith("sagemaker:") and one != "sagemaker:InvokeEndpoint"
    }


def test_two_users_meet_our_rules_as_one_does(alone: Any) -> None:
    assert evaluate(RULES, Templates(alone), "prod") == []


def test_a_domain_without_a_network_is_refused(context: Mapping[str, Any], tmp_path: Path) -> None:
    dev = Settings.from_mapping({**context, "env": "dev"})
    prod = Settings.from_mapping({**context, "env": "prod"})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    foundation = Foundation(app, "foundation", settings=dev)
    assert prod.studio
    with pytest.raises(ValueError, match="expected a network, got none"):
        Studio(app, "studio", settings=dev, studio=prod.studio, foundation=foundation)


def test_settings_without_studio_make_none(context: Mapping[str, Any]) -> None:
    assert Settings.from_mapping({**context, "env": "dev"}).studio is None
