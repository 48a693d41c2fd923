"""Kubeflow: a role for the pods of one service account, in a cluster of ours or of others.

Rules, cdk-nag and cfn-lint look at both in test_options_of_aws.py.
"""

import difflib
import json
import os
import shutil
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from assemblies import ROOT, Assembly
from aws_cdk import App
from declared import allowed, named, only, resources, statements, text, texts
from of_prod import app_of_prod

import assembly
from assembly.manifest import read_stacks
from quality.checks.iam import iam
from quality.checks.teardown.remainder import Kind
from quality.checks.teardown.remainders import remainders
from rehearsal.cost.bill import SHARED, bill_of
from rehearsal.cost.charges import Per
from rehearsal.cost.prices import Prices
from review.loading import load
from review.snapshot import texts as snapshot_texts
from stacks.platform.foundation import Foundation
from stacks.platform.kubeflow import CALLS, Kubeflow
from stacks.platform.optional import optional_stacks
from stacks.setting_parts import Kubeflow as KubeflowSettings
from stacks.settings import Settings

AUTO_MODE = {"workload": "emoji", "auto_mode": {"version": "1.36", "deployer": "deployer"}}
OURS, OTHERS = "slipway-prod-kubeflow", "slipway-prod-kubeflow-of-another-cluster"
SNAPSHOTS = ROOT / "tests" / "snapshots" / "kubeflow"


@pytest.fixture(scope="module")
def folder(context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kubeflow")
    app, common = app_of_prod(context, folder, workbench=None, studio=None, kubeflow=AUTO_MODE)
    optional_stacks(app, **common)
    Kubeflow(app, OTHERS, kubeflow=KubeflowSettings(workload="emoji", cluster="ml"), **common)
    app.synth()
    return folder


@pytest.fixture(scope="module")
def templates(folder: Path) -> Mapping[str, Any]:
    return {one.name: one.template for one in read_stacks(folder)}


def trust(template: Any) -> Any:
    association = only(template, "AWS::EKS::PodIdentityAssociation")["Properties"]
    role = named(template, association["RoleArn"])["Properties"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    return statement


@pytest.mark.parametrize(("stack", "cluster"), [(OURS, "slipway-prod"), (OTHERS, "ml")])
def test_only_the_service_account_of_the_one_cluster_has_the_role(
    templates: Any, stack: str, cluster: str
) -> None:
    template = templates[stack]
    association = only(template, "AWS::EKS::PodIdentityAssociation")["Properties"]
    assert association["ClusterName"] == cluster
    assert (association["Namespace"], association["ServiceAccount"]) == ("kubeflow", "slipway-training")

    statement = trust(template)
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    tags = {key: text(one) for key, one in statement["Condition"]["StringEquals"].items()}
    assert tags == {
        "aws:RequestTag/eks-cluster-arn": f"arn:aws:eks:eu-central-1:${{AWS::AccountId}}:cluster/{cluster}",
        "aws:RequestTag/kubernetes-namespace": "kubeflow",
        "aws:RequestTag/kubernetes-service-account": "slipway-training",
    }


def test_the_role_starts_one_pipeline_and_passes_no_role(templates: Any) -> None:
    template = templates[OTHERS]
    actions = {action for one in statements(template) for action in texts(one["Action"])}
    assert actions == {*(f"sagemaker:{one}" for one in CALLS), "s3:GetObject", "kms:Decrypt"}
    assert not [one for one in statements(template) if "*" in texts(one["Resource"])]
    [pipeline] = allowed(template, "sagemaker:StartPipelineExecution")
    assert pipeline.endswith(":pipeline/slipway-prod-emoji")
    for action in ("DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution"):
        [execution] = allowed(template, f"sagemaker:{action}")
        assert execution.endswith(":pipeline/slipway-prod-emoji/execution/*")
    [package] = allowed(template, "sagemaker:DescribeModelPackage")
    assert package.endswith(":model-package/slipway-prod-emoji/*")


def test_every_statement_means_something_by_awss_reference(folder: Path) -> None:
    assert [*iam(folder)] == []


def test_the_evaluation_is_where_the_training_pipeline_writes_it(prod: Assembly, templates: Any) -> None:
    [ours] = allowed(templates[OTHERS], "s3:GetObject")
    # Exported names differ by what else their stack exports.
    place = ours.partition("}/")[2]
    written = {
        arn.partition("}/")[2]
        for arn in allowed(prod.template("emoji-training"), "s3:GetObject")
        if arn.endswith("/evaluation.json")
    }
    assert len(written) == 1
    assert all(fnmatchcase(one.replace("*", "abc"), place) for one in written)


def test_another_cluster_needs_nothing_of_ours(templates: Any) -> None:
    kinds = {one["Type"] for one in templates[OTHERS]["Resources"].values()}
    assert kinds == {"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::EKS::PodIdentityAssociation"}


def test_the_cluster_of_ours_is_private_and_administered_by_the_deployer_alone(templates: Any) -> None:
    template = templates[OURS]
    cluster = only(template, "AWS::EKS::Cluster")["Properties"]
    network = cluster["ResourcesVpcConfig"]
    assert (network["EndpointPrivateAccess"], network["EndpointPublicAccess"]) == (True, False)
    assert len(network["SubnetIds"]) == 2
    assert cluster["AccessConfig"] == {
        "AuthenticationMode": "API",
        "BootstrapClusterCreatorAdminPermissions": False,
    }
    entry = only(template, "AWS::EKS::AccessEntry")["Properties"]
    assert text(entry["PrincipalArn"]) == "arn:aws:iam::${AWS::AccountId}:role/deployer"
    assert (cluster["Version"], cluster["UpgradePolicy"]) == ("1.36", {"SupportType": "STANDARD"})
    assert cluster["DeletionProtection"] is True
    [encryption] = cluster["EncryptionConfig"]
    assert encryption["Resources"] == ["secrets"]
    assert ":ExportsOutput" in text(encryption["Provider"]["KeyArn"])


def test_auto_mode_is_whole(templates: Any) -> None:
    """EKS takes its three parts together or not at all."""
    cluster = only(templates[OURS], "AWS::EKS::Cluster")["Properties"]
    assert cluster["BootstrapSelfManagedAddons"] is False
    assert cluster["ComputeConfig"]["Enabled"] is True
    assert cluster["ComputeConfig"]["NodePools"] == ["general-purpose", "system"]
    assert cluster["KubernetesNetworkConfig"] == {"ElasticLoadBalancing": {"Enabled": True}}
    assert cluster["StorageConfig"] == {"BlockStorage": {"Enabled": True}}


def test_the_logs_of_the_control_plane_are_there_first_and_go_last(templates: Any) -> None:
    template = templates[OURS]
    cluster = only(template, "AWS::EKS::Cluster")
    [group] = [key for key, one in template["Resources"].items() if one["Type"] == "AWS::Logs::LogGroup"]
    assert template["Resources"][group]["Properties"]["LogGroupName"] == "/aws/eks/slipway-prod/cluster"
    assert group in cluster["DependsOn"]
    types = cluster["Properties"]["Logging"]["ClusterLogging"]["EnabledTypes"]
    assert {one["Type"] for one in types} == {
        *("api", "audit", "authenticator", "controllerManager", "scheduler")
    }


def test_what_the_cluster_makes_is_told_and_so_are_logs_that_nobody_declares(
    folder: Path, tmp_path: Path
) -> None:
    def left(where: Path) -> set[tuple[Kind, str]]:
        found = [one for one in remainders(where) if one.place.startswith(f"{OURS}/EksCluster")]
        return {(one.kind, one.subject) for one in found}

    made = {(kind, "AWS::EKS::Cluster") for kind in (Kind.MADE_IN_CLUSTER, Kind.PROTECTED)}
    assert left(folder) == made

    changed = Path(shutil.copytree(folder, tmp_path / "changed"))
    path = changed / f"{OURS}.template.json"
    template = json.loads(path.read_text())
    kept = {key: one for key, one in template["Resources"].items() if one["Type"] != "AWS::Logs::LogGroup"}
    path.write_text(json.dumps({**template, "Resources": kept}))
    assert left(changed) == made | {(Kind.LOG_GROUP, "/aws/eks/slipway-prod/cluster")}


def test_nodes_reach_what_they_need_in_a_network_without_a_way_out(templates: Any) -> None:
    endpoints = [one["Properties"] for one in resources(templates[OURS], "AWS::EC2::VPCEndpoint")]
    names = {text(one["ServiceName"]).removeprefix("com.amazonaws.eu-central-1.") for one in endpoints}
    assert names == {"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sagemaker.api"}
    ingress = only(templates[OURS], "AWS::EC2::SecurityGroupIngress")["Properties"]
    assert text(ingress["SourceSecurityGroupId"]).endswith(".ClusterSecurityGroupId}")


def storage_statements(template: Any) -> list[Any]:
    [storage] = [
        one["Properties"]
        for one in resources(template, "AWS::EC2::VPCEndpoint")
        if one["Properties"]["VpcEndpointType"] == "Gateway"
    ]
    found: list[Any] = storage["PolicyDocument"]["Statement"]
    return found


def test_the_layers_of_images_pass_the_endpoint_of_s3(prod: Assembly, templates: Any) -> None:
    """ECR keeps them in a bucket of its own account and signs for it."""
    [_, layers] = storage_statements(templates["slipway-prod-foundation"])
    assert layers["Action"] == "s3:GetObject"
    assert text(layers["Resource"]) == "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"
    assert "Condition" not in layers
    assert len(storage_statements(prod.template("foundation"))) == 1, "nothing there pulls images itself"


def test_a_cluster_of_ours_without_a_network_is_refused(context: Mapping[str, Any], tmp_path: Path) -> None:
    dev = Settings.from_mapping({**context, "env": "dev"})
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    foundation = Foundation(app, "foundation", settings=dev)
    ours = KubeflowSettings.model_validate(AUTO_MODE)
    with pytest.raises(ValueError, match="auto_mode requires network"):
        Kubeflow(app, "kubeflow", settings=dev, kubeflow=ours, foundation=foundation)


def test_each_resource_has_its_place_in_the_bill(folder: Path) -> None:
    bill = bill_of(assembly.load(folder), Prices.read())
    assert [one for one in bill.unpriced if "kubeflow" in one] == []
    parts = bill.parts(SHARED, Per.MONTH)
    assert parts["cluster"] > 0
    # Seven of the cluster's in one zone; those of the network are in both.
    endpoint = Prices.read().usd("ec2.interface-endpoint") * Prices.read().usage.hours
    assert parts["interface endpoints in 1 zone"] == pytest.approx(7 * endpoint)


def test_the_manifest_is_of_the_service_account_that_the_setting_names_by_default() -> None:
    manifest = yaml.safe_load((ROOT / "kubeflow" / "service-account.yaml").read_text())
    kubeflow = KubeflowSettings(workload="emoji", cluster="ml")
    assert manifest["metadata"]["name"] == kubeflow.service_account
    assert manifest["metadata"]["namespace"] == kubeflow.namespace


def test_neither_environment_has_it_without_its_setting(each: Assembly) -> None:
    assert "kubeflow" not in each.stacks


@pytest.mark.parametrize("stack", [OURS, OTHERS])
def test_the_snapshots_say_what_the_stacks_declare(folder: Path, stack: str) -> None:
    declared = snapshot_texts(load(folder))[stack]
    path = SNAPSHOTS / f"{stack}.yaml"
    if os.environ.get("WRITE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(declared)
    kept = path.read_text() if path.exists() else ""
    changes = [*difflib.unified_diff(kept.splitlines(), declared.splitlines(), "kept", "declared")]
    if changes:
        command = f"WRITE_SNAPSHOTS=1 python -m pytest {Path(__file__).relative_to(ROOT)}"
        pytest.fail("\n".join([*changes[:60], f"run {command}, and commit what it writes"]), pytrace=False)
