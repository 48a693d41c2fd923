"""Studio: a domain in the isolated network, and a user who explores the workloads and runs one space.

Several users, and Studio without a workbench, are in test_options_of_aws.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from assemblies import MODELS, Assembly
from aws_cdk import App
from declared import allowed, named, only, resources, statements, text, texts

from stacks.platform.foundation import Foundation
from stacks.platform.studio import Studio
from stacks.settings import Settings

PROFILE, SPACE = "AWS::SageMaker::UserProfile", "AWS::SageMaker::Space"


@pytest.fixture(scope="session")
def template(prod: Assembly) -> Any:
    return prod.template("studio")


@pytest.fixture(scope="session")
def domain(template: Any) -> Any:
    return only(template, "AWS::SageMaker::Domain")["Properties"]


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


def test_the_space_has_the_size_of_the_settings(template: Any, context: Any) -> None:
    studio = context["environments"]["prod"]["studio"]
    settings = only(template, SPACE)["Properties"]["SpaceSettings"]
    instance = settings["JupyterLabAppSettings"]["DefaultResourceSpec"]["InstanceType"]
    size = settings["SpaceStorageSettings"]["EbsStorageSettings"]["EbsVolumeSizeInGb"]
    assert (instance, size) == (studio["instance_type"], studio["volume_size_gb"])


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


def test_a_domain_without_a_network_is_refused(context: Mapping[str, Any], tmp_path: Path) -> None:
    dev = Settings.from_mapping({**context, "env": "dev"})
    prod = Settings.from_mapping({**context, "env": "prod"})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    foundation = Foundation(app, "foundation", settings=dev)
    assert prod.studio
    with pytest.raises(ValueError, match="studio requires network"):
        Studio(app, "studio", settings=dev, studio=prod.studio, foundation=foundation)


def test_users_may_be_called_as_the_constructs_of_the_stack_are(
    context: Mapping[str, Any], tmp_path: Path
) -> None:
    users = ["role", "domain", "domain-id", "studio", "default", "users", "exports", "profile"]
    prod = context["environments"]["prod"]
    environments = {"prod": {**prod, "studio": {**prod["studio"], "users": users}}}
    settings = Settings.from_mapping({**context, "env": "prod", "environments": environments})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    foundation = Foundation(app, "foundation", settings=settings)
    assert settings.studio
    Studio(app, "studio", settings=settings, studio=settings.studio, foundation=foundation)
    template = app.synth().get_stack_by_name("studio").template
    assert {one["Properties"]["UserProfileName"] for one in resources(template, PROFILE)} == {*users}
    assert len(resources(template, SPACE)) == len(users)


def test_settings_without_studio_make_none(context: Mapping[str, Any]) -> None:
    assert Settings.from_mapping({**context, "env": "dev"}).studio is None


def test_the_api_is_called_by_the_endpoint_of_the_workbench(template: Any) -> None:
    """A second one in a VPC could not answer to the API's name."""
    assert resources(template, "AWS::EC2::VPCEndpoint") == []
