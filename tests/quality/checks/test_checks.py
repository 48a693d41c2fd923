"""How findings and acknowledgements meet, and the documents made of them."""

import json
from pathlib import Path

import pytest
from assembly_files import write_assembly

import assembly
from assembly.manifest import read_stacks
from quality.checks import cost_page
from quality.checks.acknowledged import Acknowledgement, acknowledgements, settle
from quality.checks.acknowledged_page import DOCUMENT, page
from quality.checks.documents import write_or_compare
from quality.checks.scanners import PLUGINS, Finding, ScannerError, cfn_lint, checkov, synthesized
from rehearsal.cost.bill import bill_of
from rehearsal.cost.prices import Prices

FINDING = Finding("checkov", "CKV_AWS_18", "data/Logs/Resource", "no access log")
REASON = "a log bucket that logs itself never comes to rest"


def acknowledged(path: str = "data/Logs", finding: str = "CKV_AWS_18") -> Acknowledgement:
    return Acknowledgement("checkov", finding, path, REASON)


def test_a_finding_that_nobody_acknowledged_is_unmet():
    assert settle([FINDING], []).unmet == [FINDING]


def test_an_acknowledgement_accepts_the_finding_of_its_construct():
    outcome = settle([FINDING], [acknowledged()])
    assert outcome.accepted == [FINDING]
    assert outcome.is_clean


@pytest.mark.parametrize(
    "other", [acknowledged("data/Log"), acknowledged("data/Data"), acknowledged(finding="CKV_AWS_21")]
)
def test_an_acknowledgement_of_something_else_leaves_the_finding_and_is_idle(other):
    outcome = settle([FINDING], [other])
    assert (outcome.unmet, outcome.idle) == ([FINDING], [other])
    assert not outcome.is_clean


def test_one_acknowledgement_for_two_findings_is_greedy():
    other = Finding("checkov", "CKV_AWS_18", "data/Data/Resource", "no access log")
    everything = acknowledged("data")
    outcome = settle([FINDING, other], [everything])
    assert outcome.greedy == [everything]
    assert not outcome.is_clean


@pytest.fixture
def small_assembly(tmp_path):
    """One stack with a role that may do two things on `*`, one of which the service could limit."""
    metadata = {
        "/slipway-dev-data/Role/Policy": [{"type": "aws:cdk:logicalId", "data": "Policy0A1B2C3D"}],
        "/slipway-dev-data/Role": [
            {
                "type": "aws:cdk:acknowledged-rules",
                "data": {
                    "AwsSolutions::AwsSolutions-IAM5[Resource::<Data0A1B2C3D.Arn>/*]": REASON,
                    "AwsSolutions::AwsSolutions-IAM5[Resource::slipway-dev-data:"
                    "ExportsOutputFnGetAttData0A1B2C3DArn0A1B2C3D/in/*]": REASON,
                },
            }
        ],
    }
    statements = [
        {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken", "s3:ListBucket"], "Resource": "*"}
    ]
    policy = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": statements}}}
    write_assembly(tmp_path, {"Policy0A1B2C3D": policy}, metadata=metadata, stack="slipway-dev-data")
    return read_stacks(tmp_path)


def test_an_acknowledgement_is_read_from_the_assembly_with_construct_and_reason(small_assembly):
    assert {(one.tool, one.path, one.reason) for one in acknowledgements(small_assembly)} == {
        ("AwsSolutions", "slipway-dev-data/Role", REASON)
    }


def test_the_document_counts_the_acknowledged_and_hides_hashes(small_assembly):
    text = page({"dev": small_assembly})
    assert "| AwsSolutions | 2 |" in text
    assert "`AwsSolutions-IAM5[Resource::<Data.Arn>/*]` | `slipway-{env}-data/Role` | dev |" in text
    assert "`AwsSolutions-IAM5[Resource::<Data.Arn>/in/*]`" in text


def test_the_document_lists_each_action_on_everything_with_the_services_rule(small_assembly):
    text = page({"dev": small_assembly})
    assert "| `ecr:GetAuthorizationToken` | `slipway-{env}-data/Role/Policy` | dev | a token" in text
    assert "| `s3:ListBucket` | `slipway-{env}-data/Role/Policy` | dev | **none: allows less** |" in text


def test_the_document_of_acknowledged_findings_is_not_stale(dev, prod):
    stale = Path(DOCUMENT).read_text() != page({one.env: [*one.stacks.values()] for one in (dev, prod)})
    assert not stale, f"{DOCUMENT} is stale: run `make documents`"


def test_a_document_is_compared_or_written_whole(tmp_path, capsys):
    document = tmp_path / "page.md"
    assert write_or_compare(document, "new\n", write=False) == 1
    assert "is stale: run `make documents`" in capsys.readouterr().err
    assert write_or_compare(document, "new\n", write=True) == 0
    assert write_or_compare(document, "new\n", write=False) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_cfn_lint_names_rule_template_and_resource(tmp_path):
    template = tmp_path / "data.template.json"
    template.write_text(
        json.dumps({"Resources": {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"Nam": "x"}}}})
    )
    assert {(one.id, one.place) for one in cfn_lint([template], "eu-central-1")} == {("E3002", "data/Data")}


def test_a_scanner_that_is_not_installed_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("quality.checks.scanners.CHECKOV", tmp_path / "build" / "checkov" / "bin" / "checkov")
    with pytest.raises(ScannerError, match=r"checkov is missing: run `make .*/build/checkov/\.installed`"):
        checkov(tmp_path)


def test_a_report_of_a_synth_gives_open_and_acknowledged_findings(tmp_path):
    construct = {"constructPath": "data/Data/Resource"}
    description = "No replication - (Control IDs: AU-9(2))"
    violation = {"ruleName": "R", "description": description, "violatingConstructs": [construct]}
    suppressed = violation | {"ruleName": "S", "reason": REASON}
    plugins = [{"pluginName": name} for name in sorted(PLUGINS)]
    plugins[0] |= {"violations": [violation], "suppressedViolations": [suppressed]}
    (tmp_path / "validation-report.json").write_text(json.dumps({"pluginReports": plugins}))
    assert synthesized(tmp_path) == [
        Finding("AwsSolutions", "R", "data/Data/Resource", "No replication"),
        Finding("AwsSolutions", "S", "data/Data/Resource", "No replication", REASON),
    ]


def test_a_synth_without_the_policies_is_no_proof(tmp_path):
    report = {"pluginReports": [{"pluginName": "slipway", "violations": []}]}
    (tmp_path / "validation-report.json").write_text(json.dumps(report))
    with pytest.raises(ScannerError, match=r"without AwsSolutions, NIST\.800\.53\.R5"):
        synthesized(tmp_path)


def test_the_page_of_costs_is_not_stale(dev, prod):
    prices = Prices.read()
    bills = {one.env: bill_of(assembly.load(one.folder), prices) for one in (dev, prod)}
    assert cost_page.DOCUMENT.read_text() == cost_page.page(bills, prices), "run `make documents`"
