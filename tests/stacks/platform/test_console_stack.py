"""The console: a private bucket behind CloudFront, whose page calls the APIs of the workloads only."""

import difflib
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
from assemblies import ROOT, Assembly
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from declared import named, only, resources, text
from of_prod import app_of_prod

import assembly
from assembly.manifest import read_stacks
from quality.checks.iam import iam
from quality.checks.teardown.remainder import Kind
from quality.checks.teardown.remainders import remainders
from rehearsal.cost.bill import bill_of
from rehearsal.cost.prices import Prices
from review.loading import load
from review.snapshot import texts as snapshot_texts
from stacks.constructs.api import authorization
from stacks.constructs.api.contract import Contract
from stacks.constructs.api.firewall import Firewall
from stacks.constructs.api.prediction_api import PredictionApi
from stacks.platform.optional import optional_stacks
from stacks.policies.synth import attach
from stacks.settings import Settings, SettingsError

ID = "01234567-89ab-cdef-0123-456789abcdef"
CONSOLE = {
    "domain": "console.example.com",
    "certificate": f"arn:aws:acm:us-east-1:123456789012:certificate/{ID}",
    "firewall": f"arn:aws:wafv2:us-east-1:123456789012:global/webacl/pages/{ID}",
    "log_bucket": "logs-of-pages",
}
NAME = "slipway-prod-console"
HEADERS = ROOT / "web" / "headers.json"
SNAPSHOT = ROOT / "tests" / "snapshots" / "console" / f"{NAME}.yaml"


def declare_api(app: App, common: Mapping[str, Any]) -> PredictionApi:
    """The API of churn before a function that is elsewhere."""
    settings, foundation = common["settings"], common["foundation"]
    stack = Stack(app, "slipway-prod-churn-api", env=common["env"])
    arn = stack.format_arn(service="lambda", resource="function", resource_name="churn")
    api = PredictionApi(
        stack,
        "Api",
        name="slipway-prod-churn",
        contract=Contract.read(ROOT / "lambda" / "predict_churn" / "openapi.json"),
        function=lambda_.Function.from_function_arn(stack, "Function", arn),
        authorization=authorization.chosen(settings, foundation.sign_in and foundation.sign_in.pool),
        settings=settings.api,
        logs=foundation.logs,
    )
    firewall = {"requests_per_5_minutes": 2000, "logs": foundation.logs}
    Firewall(stack, "Firewall", name="slipway-prod-churn", stage_arn=api.stage_arn, **firewall)
    return api


@pytest.fixture(scope="module")
def folder(context: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("console")
    prod = context["environments"]["prod"]
    api = {
        **prod["api"],
        "allowed_origins": ["https://console.example.com", *prod["api"]["allowed_origins"]],
        "authorization": "cognito",
    }
    app, common = app_of_prod(context, folder, workbench=None, studio=None, console=CONSOLE, api=api)
    attach(app, "prod")
    optional_stacks(app, apis={"churn": declare_api(app, common), "bank": None}, **common)
    app.synth()
    return folder


@pytest.fixture(scope="module")
def templates(folder: Path) -> Mapping[str, Any]:
    return {one.name: one.template for one in read_stacks(folder)}


@pytest.fixture(scope="module")
def template(templates: Mapping[str, Any]) -> Any:
    return templates[NAME]


def distribution(template: Any) -> Any:
    return only(template, "AWS::CloudFront::Distribution")["Properties"]["DistributionConfig"]


def headers(template: Any) -> dict[str, str]:
    """What browsers get, by the names in lower case."""
    policy = only(template, "AWS::CloudFront::ResponseHeadersPolicy")["Properties"]
    config = policy["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    hsts = security["StrictTransportSecurity"]
    subdomains = "; includeSubDomains" * hsts["IncludeSubdomains"]
    custom = {one["Header"].lower(): one["Value"] for one in config["CustomHeadersConfig"]["Items"]}
    return {
        **custom,
        "content-security-policy": text(security["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
        "x-content-type-options": "nosniff" if security["ContentTypeOptions"] else "",
        "x-frame-options": security["FrameOptions"]["FrameOption"],
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={hsts['AccessControlMaxAgeSec']}{subdomains}",
    }


def test_the_bucket_is_private_and_only_the_distribution_reads_it(template: Any) -> None:
    bucket = only(template, "AWS::S3::Bucket")["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "WebsiteConfiguration" not in bucket
    statements = only(template, "AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]["Statement"]
    [allowed] = [one for one in statements if one["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert set(allowed["Action"]) == {"s3:GetObject", "s3:ListBucket"}
    [condition] = allowed["Condition"]["StringEquals"].items()
    assert condition[0] == "AWS:SourceArn"
    assert re.fullmatch(r".*:distribution/\$\{SiteDistribution\w+\}", text(condition[1]))
    [origin] = distribution(template)["Origins"]
    assert named(template, origin["OriginAccessControlId"])["Type"] == "AWS::CloudFront::OriginAccessControl"


def test_it_answers_by_tls_1_2_at_its_own_domain_behind_the_firewall(template: Any) -> None:
    config = distribution(template)
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": CONSOLE["certificate"],
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert (config["Aliases"], config["WebACLId"]) == ([CONSOLE["domain"]], CONSOLE["firewall"])
    assert config["Logging"]["Bucket"].startswith("logs-of-pages.s3.")
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
        assert behavior["AllowedMethods"] == ["GET", "HEAD"]


def test_the_headers_are_those_of_owasps_list(template: Any) -> None:
    """The Secure Headers Project proposes these values, of which the local server sends all but HTTPS's."""
    found = {name: value.lower() for name, value in headers(template).items()}
    assert found.pop("content-security-policy")
    assert found == {
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includesubdomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "deny",
        "x-permitted-cross-domain-policies": "none",
    }


def test_both_servers_of_the_page_send_the_same_headers(template: Any) -> None:
    here = {name.lower(): value for name, value in json.loads(HEADERS.read_text()).items()}
    there = headers(template)
    assert there.pop("strict-transport-security")
    policy = here.pop("content-security-policy")
    assert there.pop("content-security-policy").startswith(policy)
    assert there == here


def test_the_page_may_call_the_apis_and_the_sign_in_and_nothing_else(template: Any) -> None:
    """Mozilla's Observatory gives full marks for a policy that begins with nothing but the page itself."""
    policy = dict(one.split(maxsplit=1) for one in headers(template)["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert {"script-src", "style-src", "img-src"}.isdisjoint(policy), "what is not named is default-src's"
    apis = [one for one in policy["connect-src"].split() if ".execute-api." in one]
    sign_in = [one for one in policy["connect-src"].split() if ".amazoncognito.com" in one]
    assert (len(apis), len(sign_in)) == (1, 1)
    assert policy["connect-src"].split() == ["'self'", *apis, *sign_in]
    assert "*" not in policy["connect-src"]


def config(template: Any) -> Any:
    function = only(template, "AWS::CloudFront::Function")["Properties"]
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    found = re.search(r"JSON\.stringify\((.*)\) \}; \}$", text(function["FunctionCode"]))
    assert found
    return json.loads(found[1])


def test_its_configuration_names_the_apis_that_are_there_and_how_to_sign_in(
    template: Any, templates: Mapping[str, Any]
) -> None:
    found = config(template)
    assert (found["environment"], found["region"]) == ("prod", "eu-central-1")
    assert [*found["apis"]] == ["churn"]
    assert re.fullmatch(
        r"https://\$\{[^}]+\}\.execute-api\.eu-central-1\.[^/]+/prod", found["apis"]["churn"]["url"]
    )
    auth = found["auth"]
    assert (auth["type"], auth["redirect"]) == ("cognito", "https://console.example.com/")
    connect = headers(template)["content-security-policy"]
    assert f" {auth['domain']}" in connect, "one setting for both"
    assert found["apis"]["churn"]["url"].removesuffix("/prod") in connect


def test_the_function_at_the_edge_answers_with_it(template: Any, tmp_path: Path) -> None:
    """The code runs as JavaScript, with names in the place of what CloudFormation fills in."""
    code = text(only(template, "AWS::CloudFront::Function")["Properties"]["FunctionCode"])
    assert len(code) < 10_240
    program = tmp_path / "config.js"
    program.write_text(f"{code}\nconsole.log(JSON.stringify(handler({{}})))")
    run = subprocess.run(["node", program], capture_output=True, text=True, check=True)
    answer = json.loads(run.stdout)
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, config(template))
    assert answer["headers"]["content-type"]["value"] == "application/json; charset=utf-8"


def test_users_of_one_pool_sign_in_for_all_apis_by_the_code_flow(templates: Mapping[str, Any]) -> None:
    foundation, api = templates["slipway-prod-foundation"], templates["slipway-prod-churn-api"]
    client = only(foundation, "AWS::Cognito::UserPoolClient")["Properties"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert sorted(client["AllowedOAuthScopes"]) == ["email", "openid"]
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://console.example.com/"]
    assert client.get("GenerateSecret") is False
    pool = only(foundation, "AWS::Cognito::UserPool")["Properties"]
    assert pool["MfaConfiguration"] == "ON"
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert not [*resources(api, "AWS::Cognito::UserPool")]
    [arn] = only(api, "AWS::ApiGateway::Authorizer")["Properties"]["ProviderARNs"]
    assert "SignInUserPool" in text(arn)


def test_no_role_is_made_and_every_statement_means_something(folder: Path, template: Any) -> None:
    assert not [*resources(template, "AWS::IAM::Role")]
    assert [*iam(folder)] == []


def test_cfn_lint_finds_nothing(folder: Path) -> None:
    config = cfnlint.api.ManualArgs(regions=["eu-central-1"])
    found = cfnlint.api.lint((folder / f"{NAME}.template.json").read_text(), config=config)
    assert [str(one) for one in found] == []


def test_the_runner_knows_each_type(folder: Path) -> None:
    assert assembly.load(folder).unknown_types == []


def test_what_it_leaves_behind_is_known(folder: Path) -> None:
    left = {(one.kind, one.subject) for one in remainders(folder) if one.place.startswith(NAME)}
    assert left == {(Kind.RETAINED, "AWS::KMS::Key"), (Kind.RETAINED, "AWS::S3::Bucket")}


def test_each_resource_has_its_place_in_the_bill(folder: Path) -> None:
    bill = bill_of(assembly.load(folder), Prices.read())
    assert [one for one in bill.unpriced if "console" in one or "CloudFront" in one] == []


def test_neither_environment_has_it_without_its_setting(each: Assembly) -> None:
    assert "console" not in each.stacks


def changed(context: Mapping[str, Any], **changes: Any) -> Settings:
    dev = {**context["environments"]["dev"], "console": CONSOLE}
    dev["api"] = {**dev["api"], "allowed_origins": ["https://console.example.com"]}
    return Settings.from_mapping({**context, "env": "dev", "environments": {"dev": {**dev, **changes}}})


def test_an_origin_that_the_apis_do_not_allow_first_is_refused(context: Mapping[str, Any]) -> None:
    assert changed(context).console
    api = {**context["environments"]["dev"]["api"]}
    others = [*api["allowed_origins"], "https://console.example.com"]
    for origins in (api["allowed_origins"], others):
        with pytest.raises(SettingsError, match=r"expected https://console\.example\.com first among"):
            changed(context, api={**api, "allowed_origins": origins})


def test_a_workload_with_another_authorization_is_refused(context: Mapping[str, Any]) -> None:
    workload = {"bank": {"api": {"authorization": "api_key"}}}
    with pytest.raises(SettingsError, match=r"workloads\.bank\.api\.authorization: expected iam"):
        changed(context, workloads={**context["environments"]["dev"].get("workloads", {}), **workload})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("domain", "Console.example.com", "expected a domain in lower case"),
        ("domain", "console", "expected a domain in lower case"),
        ("domain", "https://console.example.com", "expected a domain in lower case"),
        (
            "certificate",
            CONSOLE["certificate"].replace("us-east-1", "eu-central-1"),
            "a certificate of us-east",
        ),
        ("firewall", CONSOLE["firewall"].replace("global", "regional"), "a web ACL for CloudFront"),
        ("log_bucket", "s3://logs", "the name of a bucket"),
        ("log_bucket", None, "valid string"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_key(
    context: Mapping[str, Any], name: str, value: object, expected: str
) -> None:
    with pytest.raises(SettingsError, match=rf"console\.{name}: .*{expected}"):
        changed(context, console={**CONSOLE, name: value})


def test_the_snapshot_says_what_the_stack_declares(folder: Path) -> None:
    declared = snapshot_texts(load(folder))[NAME]
    if os.environ.get("WRITE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(declared)
    kept = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
    changes = [*difflib.unified_diff(kept.splitlines(), declared.splitlines(), "kept", "declared")]
    if changes:
        command = f"WRITE_SNAPSHOTS=1 python -m pytest {Path(__file__).relative_to(ROOT)}"
        pytest.fail("\n".join([*changes[:60], f"run {command}, and commit what it writes"]), pytrace=False)
