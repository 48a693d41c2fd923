"""The API's function: what it may do, what it is told, how long it takes."""

import json
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from assemblies import ROOT, Assembly
from declared import only, resources, text, texts
from prediction_service.environment import FUNCTION_TIMEOUT_SECONDS, Environment

from stacks.constructs.api.prediction_function import FunctionPackage


def function(template: Any) -> Any:
    return only(template, "AWS::Lambda::Function")["Properties"]


def test_the_function_invokes_this_endpoint_logs_and_traces_and_may_do_nothing_else(template: Any) -> None:
    [policy] = [
        one["Properties"]["PolicyDocument"]["Statement"]
        for one in resources(template, "AWS::IAM::Policy")
        if one["Properties"]["PolicyName"].startswith("ServiceFunctionRole")
    ]
    logs = text(function(template)["LoggingConfig"]["LogGroup"])[:-1]
    key = text(function(template)["KmsKeyArn"])
    granted = {
        tuple(sorted(texts(one["Action"]))): [kind(template, name) for name in texts(one["Resource"])]
        for one in policy
    }
    attach = {actions for actions in granted if any(one.startswith("ec2:Create") for one in actions)}
    on_everything = [one for actions in granted for one in actions if granted[actions] == ["*"]]
    traces = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    assert [one for one in on_everything if not one.startswith("ec2:Describe")] == traces
    assert {
        actions: granted[actions]
        for actions in granted
        if actions not in attach and granted[actions] != ["*"]
    } == {
        ("sagemaker:InvokeEndpoint",): ["AWS::SageMaker::Endpoint"],
        ("logs:CreateLogStream", "logs:PutLogEvents"): [f"{logs}.Arn}}"],
        ("kms:Decrypt",): [key],
    }
    assert bool(attach) == ("VpcConfig" in function(template))


def kind(template: Any, reference: str) -> str:
    """The type of the resource that a whole reference means; else the text itself."""
    resource = template["Resources"].get(reference.removeprefix("${").removesuffix("}"))
    return str(resource["Type"]) if resource else reference


def test_the_functions_role_has_no_managed_policy(template: Any) -> None:
    [role] = [
        one["Properties"]
        for one in resources(template, "AWS::IAM::Role")
        if "lambda.amazonaws.com" in json.dumps(one["Properties"]["AssumeRolePolicyDocument"])
    ]
    assert "ManagedPolicyArns" not in role


def test_the_function_accepts_its_environment_and_finds_endpoint_and_origins_in_it(each: Assembly) -> None:
    template = each.template("churn-serving")
    variables = function(template)["Environment"]["Variables"]
    [endpoint] = resources(template, "AWS::SageMaker::Endpoint")
    assert kind(template, text(variables["ENDPOINT_NAME"]).replace(".EndpointName", "")) == endpoint["Type"]
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    read = Environment.read({**variables, "ENDPOINT_NAME": endpoint["Properties"]["EndpointName"]})
    assert list(read.allowed_origins) == context["environments"][each.env]["api"]["allowed_origins"]


def test_the_function_runs_where_its_package_was_made_for(template: Any) -> None:
    platform = tomllib.loads((ROOT / "lambda" / "platform.toml").read_text())
    assert function(template)["Runtime"] == f"python{platform['python']}"
    assert function(template)["Architectures"] == [platform["architecture"]]
    assert function(template)["Handler"] == "predict_churn.lambda_handler"


def test_the_function_knows_its_timeout_and_ends_before_the_gateways_patience(template: Any) -> None:
    timeout = function(template)["Timeout"]
    assert timeout == FUNCTION_TIMEOUT_SECONDS
    for method in resources(template, "AWS::ApiGateway::Method"):
        assert timeout * 1000 < method["Properties"]["Integration"]["TimeoutInMillis"] <= 29_000


def test_the_function_takes_as_many_calls_at_once_as_the_settings_say(each: Assembly) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    api = context["environments"][each.env]["api"]
    assert (
        function(each.template("churn-serving"))["ReservedConcurrentExecutions"]
        == api["reserved_concurrency"]
    )


def test_the_function_is_traced_and_its_environment_has_our_key(template: Any) -> None:
    assert function(template)["TracingConfig"] == {"Mode": "Active"}
    assert "-foundation:" in text(function(template)["KmsKeyArn"])


def test_every_log_group_expires_and_has_our_key(each: Assembly) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    days = context["environments"][each.env]["log_retention_days"]
    template = each.template("churn-serving")
    groups = [one["Properties"] for one in resources(template, "AWS::Logs::LogGroup")]
    assert len(groups) >= 4, "of the gateway's two logs, the function and the endpoint"
    for group in groups:
        assert group["RetentionInDays"] == days
        assert group["KmsKeyId"] == function(template)["KmsKeyArn"]


def test_the_asset_is_the_packaged_function_with_its_byte_code(each: Assembly, functions: Path) -> None:
    code = function(each.template("churn-serving"))["Code"]
    asset = each.published("churn-serving", code["S3Key"])
    assert asset.packaging == "file"
    with ZipFile(asset.path) as archive:
        packaged = {one: archive.read(one) for one in archive.namelist() if not one.endswith("/")}
    assert packaged == contents(functions / "predict_churn")


def test_the_assets_hash_follows_names_and_contents_and_not_how_they_are_packed(tmp_path: Path) -> None:
    digests = []
    for number, (name, code, level) in enumerate(
        [("a.py", "x" * 99, 1), ("a.py", "x" * 99, 9), ("b.py", "x" * 99, 9), ("a.py", "y" * 99, 9)]
    ):
        package = FunctionPackage(tmp_path / f"f{number}.zip")
        with ZipFile(package.archive, "w", ZIP_DEFLATED, compresslevel=level) as archive:
            archive.writestr(name, code)
        digests.append(package.digest)
    assert digests[0] == digests[1]
    assert len({*digests}) == 3


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
