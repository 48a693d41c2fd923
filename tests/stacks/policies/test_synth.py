"""What a synth says with the policies attached: one small app with findings of every kind."""

import json
from pathlib import Path

import pytest
from aws_cdk import Acknowledgment, App, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_sagemaker import CfnNotebookInstance

from stacks.policies.acknowledgement import acknowledge, wildcard
from stacks.policies.synth import attach

REASON = "a test needs a finding that somebody accepted"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assembly")
    app = App(outdir=str(folder))
    data = s3.Bucket(Stack(app, "data"), "Data")
    reader = Stack(app, "reader")
    role = iam.Role(reader, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    for objects in (data.arn_for_objects("in/*"), data.arn_for_objects("out/*")):
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects]))
    acknowledge(role, wildcard(role, data.arn_for_objects("in/*")), REASON)
    for finding in ("CKV_AWS_18", "CKV_AWS_21", "W3005"):
        acknowledge(data, finding, REASON)
    notebook = CfnNotebookInstance(reader, "Notebook", instance_type="ml.t3.medium", role_arn=role.role_arn)
    Validations.of(notebook).acknowledge(Acknowledgment(id="slipway::notebook-gives-no-root", reason=REASON))
    attach(app, "dev")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    return folder


@pytest.fixture(scope="module")
def reports(assembly):
    report = json.loads(Path(assembly, "validation-report.json").read_text())
    return {plugin["pluginName"]: plugin for plugin in report["pluginReports"]}


def rules(violations):
    return {violation["ruleName"] for violation in violations}


def test_our_rules_stop_a_synth_and_name_construct_and_property(reports):
    violations = {one["ruleName"]: one for one in reports["slipway"]["violations"]}
    [construct] = violations["notebook-runs-a-supported-platform"]["violatingConstructs"]
    assert construct["constructPath"] == "reader/Notebook"
    assert construct["cloudFormationResource"]["propertyPaths"] == ["Properties/PlatformIdentifier"]
    assert "notebook-stays-in-our-vpc" not in violations, "dev may omit the VPC"


def test_both_packs_of_cdk_nag_run(reports):
    assert "AwsSolutions-S1" in rules(reports["AwsSolutions"]["violations"])
    assert "NIST.800.53.R5-S3BucketLoggingEnabled" in rules(reports["NIST.800.53.R5"]["violations"])


def test_an_acknowledgement_silences_one_finding_also_across_stacks(reports):
    wildcards = {
        one for one in rules(reports["AwsSolutions"]["violations"]) if one.startswith("AwsSolutions-IAM5")
    }
    [suppressed] = reports["AwsSolutions"]["suppressedViolations"]
    assert suppressed["ruleName"].endswith("/in/*]")
    assert suppressed["reason"] == REASON
    assert [one.endswith("/out/*]") for one in wildcards] == [True]


def test_what_checkov_and_cfn_lint_are_to_pass_over_stands_in_the_template(assembly):
    template = json.loads(Path(assembly, "data.template.json").read_text())
    [bucket] = template["Resources"].values()
    skips = [{"id": finding, "comment": REASON} for finding in ("CKV_AWS_18", "CKV_AWS_21")]
    assert bucket["Metadata"]["checkov"] == {"skip": skips}
    assert bucket["Metadata"]["cfn-lint"] == {"config": {"ignore_checks": ["W3005"]}}


def test_the_second_pass_finds_what_was_acknowledged_past_us(assembly, capsys, monkeypatch):
    from stacks.policies.__main__ import main

    monkeypatch.setattr("sys.argv", ["policies", "dev", str(assembly)])
    assert main() == 1
    assert "    reader/Notebook RootAccess is None\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "finding", ["slipway::hop-answers-csv", "hop-answers-csv", "Annotation::anything", "AwsSolutions-*"]
)
def test_what_is_no_scanners_finding_is_not_acknowledged(finding):
    with pytest.raises(ValueError, match="unknown finding"):
        acknowledge(s3.Bucket(Stack(App(), "S"), "B"), finding, REASON)


def test_nothing_is_acknowledged_for_a_stack():
    with pytest.raises(ValueError, match="at the construct that has it"):
        acknowledge(Stack(App(), "S"), "AwsSolutions-S1", REASON)


def test_a_reason_says_why():
    with pytest.raises(ValueError, match="does not say why"):
        acknowledge(s3.Bucket(Stack(App(), "S"), "B"), "AwsSolutions-S1", "n/a")
