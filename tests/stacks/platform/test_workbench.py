"""The workbench: a notebook that stops by itself, and what its role may do."""

import base64
import json
from typing import Any

import pytest
from assemblies import MODELS, Assembly
from declared import allowed, named, only, resources, statements, text, texts

from assembly.manifest import read_stacks
from stacks.constructs.operations.notebook import on_start


@pytest.fixture
def template(each: Assembly) -> Any:
    return each.template("workbench")


def instance(assembly: Assembly) -> Any:
    return only(assembly.template("workbench"), "AWS::SageMaker::NotebookInstance")["Properties"]


def test_the_notebook_has_the_name_that_its_role_may_stop(each: Assembly, template: Any) -> None:
    name = instance(each)["NotebookInstanceName"]
    assert name == f"slipway-{each.env}-workbench"
    [arn] = allowed(template, "sagemaker:StopNotebookInstance")
    assert arn.endswith(f":notebook-instance/{name}")


def test_nobody_is_root_and_credentials_need_a_session(each: Assembly) -> None:
    assert instance(each)["RootAccess"] == "Disabled"
    assert instance(each)["InstanceMetadataServiceConfiguration"] == {
        "MinimumInstanceMetadataServiceVersion": "2"
    }
    assert instance(each)["PlatformIdentifier"] == "notebook-al2023-v1"
    assert ":ExportsOutput" in text(instance(each)["KmsKeyId"])


def test_size_and_volume_are_those_of_the_settings(each: Assembly, context: Any) -> None:
    settings = context["environments"][each.env]["workbench"]
    assert instance(each)["InstanceType"] == settings["instance_type"]
    assert instance(each)["VolumeSizeInGB"] == settings["volume_size_gb"]


def test_prods_notebook_is_in_the_isolated_network_only(prod: Assembly) -> None:
    template = prod.template("workbench")
    assert instance(prod)["DirectInternetAccess"] == "Disabled"
    assert "Subnet1" in text(instance(prod)["SubnetId"])
    [group] = instance(prod)["SecurityGroupIds"]
    assert named(template, group)["Type"] == "AWS::EC2::SecurityGroup"


def test_in_the_isolated_network_people_reach_the_api_for_what_their_roles_may_call(prod: Assembly) -> None:
    template = prod.template("workbench")
    [endpoint] = [one["Properties"] for one in resources(template, "AWS::EC2::VPCEndpoint")]
    assert text(endpoint["ServiceName"]).endswith(".sagemaker.api")
    [statement] = endpoint["PolicyDocument"]["Statement"]
    assert text(statement["Condition"]["StringEquals"]["aws:PrincipalAccount"]) == "${AWS::AccountId}"
    called = {
        action
        for stack in ("workbench", "studio")
        for one in statements(prod.template(stack))
        for action in texts(one["Action"])
        if action.startswith("sagemaker:")
    }
    # The endpoint that invokes is the functions' one.
    assert set(statement["Action"]) == called - {"sagemaker:InvokeEndpoint"}
    [ingress] = resources(template, "AWS::EC2::SecurityGroupIngress")
    assert "EndpointGroup" in text(ingress["Properties"]["GroupId"])


def test_without_a_network_it_is_in_the_services_own(dev: Assembly) -> None:
    assert instance(dev)["DirectInternetAccess"] == "Enabled"
    assert not {"SubnetId", "SecurityGroupIds"} & set(instance(dev))
    assert resources(dev.template("workbench"), "AWS::EC2::VPCEndpoint") == []


def test_it_starts_with_the_script_that_stops_it(each: Assembly, template: Any, context: Any) -> None:
    lifecycle = named(template, instance(each)["LifecycleConfigName"])
    [script] = lifecycle["Properties"]["OnStart"]
    minutes = context["environments"][each.env]["workbench"]["idle_minutes"]
    assert script["Content"]["Fn::Base64"] == on_start(minutes)
    assert len(base64.b64encode(on_start(minutes).encode())) <= 16_384


def test_a_script_that_the_service_would_refuse_is_refused_here(monkeypatch, tmp_path) -> None:
    (tmp_path / "on-start.sh").write_text("@PROGRAM@")
    (tmp_path / "stop_when_idle.py").write_text("#" * 12_289)
    monkeypatch.setattr("stacks.constructs.operations.notebook._SOURCE", tmp_path)
    with pytest.raises(ValueError, match="16388 characters of script, the service takes 16384"):
        on_start(60)


def test_its_role_touches_nothing_but_what_the_workloads_own(each: Assembly, template: Any) -> None:
    names = {f"slipway-{each.env}-{workload}" for workload in MODELS}
    pipelines = {f"{name}{suffix}" for name in names for suffix in ("-batch", "-monitor")}
    own = names | pipelines | {f"slipway-{each.env}-workbench"}
    for statement in statements(template):
        if any(action.startswith("sagemaker:") for action in texts(statement["Action"])):
            for arn in texts(statement["Resource"]):
                assert arn.partition("${AWS::AccountId}:")[2].split("/")[1] in own, arn


def test_it_starts_all_pipelines_of_the_workloads(each: Assembly, template: Any) -> None:
    """The stacks' own, by their names: training, batch transform, monitoring."""
    declared = {
        str(one["Properties"]["PipelineName"])
        for stack in read_stacks(each.folder)
        for one in resources(stack.template, "AWS::SageMaker::Pipeline")
    }
    started = {
        arn.rpartition(":pipeline/")[2] for arn in allowed(template, "sagemaker:StartPipelineExecution")
    }
    assert declared
    assert declared <= started


def test_it_starts_pipelines_but_passes_no_role_and_changes_nothing(template: Any) -> None:
    actions = {action for one in statements(template) for action in texts(one["Action"])}
    assert "sagemaker:StartPipelineExecution" in actions
    changing = {
        action
        for action in actions
        for verb in [action.partition(":")[2]]
        if action.startswith(("sagemaker:", "iam:", "ecr:"))
        and not verb.startswith(("Describe", "List", "Start", "Stop", "Invoke"))
    }
    assert changing == set()


@pytest.mark.parametrize("bucket", ["DataBucket", "ArtifactBucket"])
def test_it_reads_the_prefixes_of_the_workloads_and_writes_its_own(template: Any, bucket: str) -> None:
    read = {arn.partition("}/")[2] for arn in allowed(template, "s3:GetObject") if bucket in arn}
    written = {arn.partition("}/")[2] for arn in allowed(template, "s3:PutObject") if bucket in arn}
    own = {"workbench/*"} if bucket == "ArtifactBucket" else set()
    assert read == {f"{workload}/*" for workload in MODELS} | own
    assert written == own


def test_settings_without_a_workbench_make_none(context: Any) -> None:
    from stacks.settings import Settings

    dev = {key: value for key, value in context["environments"]["dev"].items() if key != "workbench"}
    assert Settings.from_mapping({**context, "environments": {"dev": dev}}).workbench is None


def test_the_policy_is_no_larger_than_iam_takes(template: Any) -> None:
    """10,240 characters for the inline policies of a role, white space apart."""
    [policy] = resources(template, "AWS::IAM::Policy")
    document = json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))
    assert len(document) < 10_240
