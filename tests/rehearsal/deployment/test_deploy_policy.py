"""The committed policies of the deploying role, asked for what CloudFormation calls and must not call."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT
from assembly_files import write_assembly

from assembly import load
from assembly.errors import UsageError
from rehearsal.deployment import command
from rehearsal.deployment.committed import Deployer
from rehearsal.deployment.documents import MOST_CHARACTERS, documents, size
from rehearsal.deployment.needs import Deployment, Need
from rehearsal.iam.evaluate import evaluate
from rehearsal.iam.rehearsal import Rehearsal
from rehearsal.iam.request import Request
from rehearsal.iam.statement import PolicyKind, Source, parse_document

POLICIES = ROOT / "deploy"
PLACE = "eu-central-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/slipway-prod-churn-serving-Role1-AbC"
# The fewest that make sense: a kind of call that is derived no more would be missed otherwise.
FEWEST_CALLS = 400


@pytest.fixture(scope="module")
def deployment(rehearsed: Rehearsal) -> Deployment:
    return Deployment(rehearsed.assembly)


@pytest.fixture(scope="module")
def deployer(rehearsed_prod: Rehearsal) -> Deployer:
    return Deployer(POLICIES / "prod", Deployment(rehearsed_prod.assembly))


def folder(deployment: Deployment) -> Path:
    return POLICIES / deployment.prefix.split("-")[1]


def test_the_committed_policies_are_what_make_writes(deployment: Deployment) -> None:
    committed = {one.stem: json.loads(one.read_text()) for one in folder(deployment).glob("*.json")}

    assert committed == documents(deployment)
    assert max(map(size, committed.values())) <= MOST_CHARACTERS


def test_they_allow_all_that_cloudformation_calls(deployment: Deployment) -> None:
    assert list(Deployer(folder(deployment), deployment).lacking()) == []
    assert len(deployment.needs) > FEWEST_CALLS


def test_only_foreign_resources_are_left_out(deployment: Deployment) -> None:
    needed = {need.action for need in deployment.needs}
    left_out = {one.name.partition(":")[0] for one in deployment.actions if one.name not in needed}

    assert not left_out & {
        "apigateway",
        "cloudwatch",
        "codepipeline",
        "ecr",
        "events",
        "kms",
        "logs",
        "s3",
        "sns",
    }


# What CloudFormation calls with names as AWS makes them, and what it must not.
ALLOWED: list[tuple[str, str, dict[str, str]]] = [
    ("s3:CreateBucket", "arn:aws:s3:::slipway-prod-foundation-databuckete3889a50-1a2b3c", {}),
    ("lambda:UpdateAlias", f"arn:aws:lambda:{PLACE}:function:slipway-prod-churn-serving-Service:live", {}),
    ("logs:CreateLogGroup", f"arn:aws:logs:{PLACE}:log-group:API-Gateway-Execution-Logs_a1b2c3/prod", {}),
    ("logs:CreateLogGroup", f"arn:aws:logs:{PLACE}:log-group:/aws/sagemaker/Endpoints/slipway-prod-bank", {}),
    ("sagemaker:CreateModel", f"arn:aws:sagemaker:{PLACE}:model/model2ad80a05-x1y2", {}),
    ("codebuild:CreateProject", f"arn:aws:codebuild:{PLACE}:project/Build45A36621-x1y2", {}),
    ("apigateway:PUT", "arn:aws:apigateway:eu-central-1::/restapis/a1b2/resources/c3/methods/POST", {}),
    ("wafv2:CreateWebACL", f"arn:aws:wafv2:{PLACE}:regional/webacl/FirewallAcl-x1/1a2b", {}),
    ("ec2:CreateVpc", f"arn:aws:ec2:{PLACE}:vpc/vpc-0a1b", {}),
    ("iam:CreateRole", ROLE, {}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("s3:GetObject", "arn:aws:s3:::cdk-hnb659fds-assets-000000000000-eu-central-1/1a2b.zip", {}),
    ("ssm:GetParameters", f"arn:aws:ssm:{PLACE}:parameter/cdk-bootstrap/hnb659fds/version", {}),
]
DENIED: list[tuple[str, str, dict[str, str]]] = [
    ("s3:DeleteBucket", "arn:aws:s3:::slipway-dev-foundation-databuckete3889a50-1a2b3c", {}),
    ("s3:PutObject", "arn:aws:s3:::cdk-hnb659fds-assets-000000000000-eu-central-1/1a2b.zip", {}),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{PLACE}:function:slipway-dev-churn-serving", {}),
    ("sagemaker:DeleteEndpoint", f"arn:aws:sagemaker:{PLACE}:endpoint/slipway-dev-churn", {}),
    ("iam:CreateRole", "arn:aws:iam::000000000000:role/admin", {}),
    ("iam:PutRolePolicy", "arn:aws:iam::000000000000:role/cdk-hnb659fds-deploy-role", {}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", ROLE, {}),
    ("iam:AttachRolePolicy", ROLE, {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam:DeleteRolePermissionsBoundary", ROLE, {}),
    ("iam:CreateUser", "arn:aws:iam::000000000000:user/slipway-prod-me", {}),
    ("iam:CreatePolicy", "arn:aws:iam::000000000000:policy/boundary-slipway-prod", {}),
    ("amplify:AssociateWebACL", f"arn:aws:amplify:{PLACE}:apps/a1", {}),
]


@pytest.mark.parametrize(("action", "resource", "keys"), ALLOWED, ids=[one[0] for one in ALLOWED])
def test_a_call_of_cloudformation_is_allowed(
    deployer: Deployer, action: str, resource: str, keys: dict[str, str]
) -> None:
    assert deployer.decide(Need(action, resource, tuple(keys.items()))).verdict.value == "allowed"


@pytest.mark.parametrize(("action", "resource", "keys"), DENIED, ids=[one[0] for one in DENIED])
def test_what_no_stack_of_it_needs_is_denied(
    deployer: Deployer, action: str, resource: str, keys: dict[str, str]
) -> None:
    assert deployer.decide(Need(action, resource, tuple(keys.items()))).verdict.value == "denied"


def test_the_boundary_lets_the_roles_do_what_they_do_and_no_more(rehearsed_prod: Rehearsal) -> None:
    account = rehearsed_prod.account
    document = json.loads((POLICIES / "prod/boundary-slipway-prod.json").read_text())
    boundary = parse_document(document, Source("deploy", "boundary", "boundary"), PolicyKind.BOUNDARY)
    admin = parse_document(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
        Source("Shop", "Admin", "Admin"),
        PolicyKind.IDENTITY,
    )
    limited = replace(
        account, roles={arn: replace(role, boundary=boundary) for arn, role in account.roles.items()}
    )
    first = next(iter(account.roles))
    everything = replace(limited, roles={first: replace(limited.roles[first], identity=admin)})

    refused = {
        one.request.action for one in rehearsed_prod.calls if not evaluate(limited, one.request).allowed
    }
    assert refused == set()
    for action, resource in (("iam:CreateRole", ROLE), ("iam:PassRole", f"{ROLE[:31]}role/admin")):
        assert evaluate(everything, Request(first, action, resource)).verdict.value == "denied"


def stack(folder: Path, kind: str, **properties: Any) -> Path:
    """An assembly of two stacks, with one resource."""
    write_assembly(folder, {}, stack="slipway-dev-empty")
    return write_assembly(folder, {"One": {"Type": kind, "Properties": properties}}, stack="slipway-dev-shop")


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        ("AWS::S3::Bucket", {"BucketName": "other"}, "s3:CreateBucket on arn:aws:s3:::other"),
        ("AWS::WAFv2::WebACL", {"Name": "Acl"}, "wafv2:CreateWebACL on arn:aws:wafv2:eu-west-1:"),
    ],
    ids=["a name outside the prefix", "a type that was not there"],
)
def test_templates_that_outgrow_the_policies_are_refused_with_the_actions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, properties: dict[str, Any], said: str
) -> None:
    arguments = Namespace(assembly=stack(tmp_path, kind, **properties), policies=POLICIES / "dev", check=True)

    assert command.run(arguments) == 1
    printed = capsys.readouterr().out
    assert f"doesn't allow {said}" in printed
    assert "make deploy-policy ENV=dev" in printed


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("AWS::SQS::Queue", "AWS::SQS::Queue: expected its ARN in"),
        ("AWS::CodeBuild::ReportGroups", "AWS::CodeBuild::ReportGroups: its schema doesn't say"),
    ],
)
def test_a_type_of_which_too_little_is_known_is_refused(tmp_path: Path, kind: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        documents(Deployment(load(stack(tmp_path, kind))))


def test_a_folder_without_policies_says_how_to_write_them(tmp_path: Path) -> None:
    deployment = Deployment(load(stack(tmp_path / "cdk.out", "AWS::S3::Bucket")))

    with pytest.raises(UsageError, match="make deploy-policy"):
        Deployer(tmp_path, deployment)


def test_stacks_of_several_names_are_refused(tmp_path: Path) -> None:
    write_assembly(stack(tmp_path, "AWS::S3::Bucket"), {}, stack="Other")

    with pytest.raises(UsageError, match="names begin alike"):
        Deployment(load(tmp_path))


def test_where_each_role_has_a_boundary_none_is_made_without(tmp_path: Path) -> None:
    boundary = "arn:aws:iam::000000000000:policy/boundary-slipway-dev"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    assembly = stack(
        tmp_path, "AWS::IAM::Role", AssumeRolePolicyDocument=document, PermissionsBoundary=boundary
    )

    statements = documents(Deployment(load(assembly)))["deploy-slipway-dev-1"]["Statement"]
    creates = next(one for one in statements if "iam:CreateRole" in one["Action"])
    assert creates["Condition"] == {
        "ArnLike": {"iam:PermissionsBoundary": ["arn:aws:iam::*:policy/boundary-slipway-dev"]}
    }
