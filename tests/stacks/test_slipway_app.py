"""The app as a whole: the same bytes every time, no right without a limit, no import that costs."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT, STACKS, STACKS_OF_PROD, Assembly
from aws_cdk import App, Environment
from declared import resources, statements, text, texts

import assembly
from stacks.platform.foundation import Foundation
from stacks.platform.image import own_images
from stacks.settings import Settings
from stacks.workloads.churn import ChurnServing

WITHOUT_RESOURCE = {
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "sagemaker:ListApps",
    "sagemaker:ListSpaces",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_the_runner_knows_each_type_that_we_declare(each: Assembly) -> None:
    assert assembly.load(each.folder).unknown_types == []


def test_synthesizing_twice_gives_identical_assemblies(synth: Callable[..., Assembly], dev: Assembly) -> None:
    again = synth("dev")
    names = [path.name for path in sorted(dev.folder.iterdir())]
    assert names == [path.name for path in sorted(again.folder.iterdir())]
    for name in names:
        if name.endswith((".template.json", ".assets.json")):
            assert (dev.folder / name).read_bytes() == (again.folder / name).read_bytes()


def test_the_assembly_holds_exactly_the_stacks_of_the_environment(each: Assembly) -> None:
    assert set(each.stacks) == set(STACKS if each.env == "dev" else STACKS_OF_PROD)


@pytest.mark.parametrize("stack", STACKS)
def test_services_assume_our_roles_on_behalf_of_this_account_only(each: Assembly, stack: str) -> None:
    do_not_say_on_whose_behalf = {"apigateway", "codebuild", "codedeploy", "codepipeline", "lambda"}
    for role in resources(each.template(stack), "AWS::IAM::Role"):
        [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = trust["Principal"]["Service"].partition(".")[0]
        if service not in do_not_say_on_whose_behalf:
            assert service in ("events", "sagemaker", "vpc-flow-logs")
            assert text(trust["Condition"]["StringEquals"]["aws:SourceAccount"]) == "${AWS::AccountId}"
            assert "ManagedPolicyArns" not in role["Properties"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_only_rights_on_everything_are_those_that_know_no_resource(each: Assembly, stack: str) -> None:
    for statement in statements(each.template(stack)):
        if "*" in texts(statement["Resource"]):
            assert set(texts(statement["Action"])) <= WITHOUT_RESOURCE
        assert not any(action.endswith("*") for action in texts(statement["Action"]))


def test_region_and_account_of_the_settings_stand_in_the_template(
    context: Mapping[str, Any], artifacts: Path, functions: Path, tmp_path: Path
) -> None:
    places = {"artifacts": str(artifacts), "functions": str(functions)}
    elsewhere = {"region": "cn-north-1", "account": "123456789012"}
    settings = Settings.from_mapping({**context, **places, **elsewhere})
    env = Environment(account=settings.account, region=settings.region)
    app = App(analytics_reporting=False, context=dict(context), outdir=str(tmp_path))
    # Without training: CloudFormation has no model package groups there.
    foundation = Foundation(app, "foundation", settings=settings, env=env)
    common = {"settings": settings, "foundation": foundation, "env": env}
    ChurnServing(app, "churn-serving", images=own_images(app, **common), **common)
    app.synth()
    china = (tmp_path / "churn-serving.template.json").read_text()
    assert "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.2-0" in china
    assert "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/slipway-dev-script-mode:" in china
    assert "arn:aws-cn:" in china
    assert "arn:aws:" not in china


def test_the_app_reads_as_a_table_of_contents() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) <= 40


def test_wrong_context_ends_the_app_with_the_key_and_no_traceback() -> None:
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "regoin": "eu-west-1"}
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.strip().splitlines()[-1] == "error: regoin: there is no such setting"
    assert "Traceback" not in run.stderr


def test_context_is_read_in_the_settings_only() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in [ROOT / "app.py", *(ROOT / "stacks").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("get_all_context", "try_get_context", "get_context", "environ", "getenv")
    }
    assert readers == {"stacks/settings.py"}


def test_every_recommended_flag_is_set_but_for_those_with_a_decision() -> None:
    shipped = ROOT / "node_modules/aws-cdk/lib/init-templates/.recommended-feature-flags.json"
    if not shipped.exists():
        pytest.skip("the CDK command line is not installed")
    recommended = json.loads(shipped.read_text())
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    decided = (ROOT / "docs" / "decisions" / "feature-flags.md").read_text()
    different = {flag for flag, value in recommended.items() if context.get(flag) != value}
    assert different == {
        "@aws-cdk/core:annotationsInValidationReport",
        "@aws-cdk/core:defaultCrossStackReferences",
    }
    assert all(flag in decided for flag in different)
