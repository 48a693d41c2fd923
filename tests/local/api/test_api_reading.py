"""From a template to an API, and what the runner refuses to pass over."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assembly_files import write_assembly

import assembly
from assembly.errors import AssemblyError
from local.api.apis import Apis
from local.api.declaration import Api
from local.api.reading import read_api
from local.api.throttle import Limit

GATEWAY = "AWS::ApiGateway::"
OF_THE_API = {"RestApiId": {"Ref": "Api"}}
URI = {
    "Fn::Join": [
        "",
        [
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
            {"Fn::GetAtt": ["Function", "Arn"]},
            "/invocations",
        ],
    ]
}
INTEGRATION = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI}
SOURCE = "arn:aws:execute-api:eu-west-1:000000000000:${Api}/*/*/*"
STAGE_OF_THE_PLAN = {"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}, "Throttle": {}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind if "::" in kind else GATEWAY + kind, "Properties": properties}


def template() -> dict[str, Any]:
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    cognito = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Authorizer"}}
    return {
        "Api": resource("RestApi", Name="shop"),
        "Deployment": resource("Deployment", **OF_THE_API),
        "Stage": resource(
            "Stage",
            **OF_THE_API,
            StageName="live",
            DeploymentId={"Ref": "Deployment"},
            MethodSettings=[
                {
                    "ResourcePath": "/~1items~1{id}",
                    "HttpMethod": "GET",
                    "ThrottlingRateLimit": 5,
                    "ThrottlingBurstLimit": 7,
                }
            ],
        ),
        "Items": resource("Resource", **OF_THE_API, ParentId=root, PathPart="items"),
        "Item": resource("Resource", **OF_THE_API, ParentId={"Ref": "Items"}, PathPart="{id}"),
        "Get": resource(
            "Method",
            **OF_THE_API,
            ResourceId={"Ref": "Item"},
            HttpMethod="GET",
            Integration=INTEGRATION,
            AuthorizationType="NONE",
            ApiKeyRequired=True,
        ),
        "Post": resource(
            "Method",
            **OF_THE_API,
            ResourceId={"Ref": "Items"},
            HttpMethod="POST",
            Integration=INTEGRATION,
            **cognito,
            RequestValidatorId={"Ref": "Validator"},
            RequestModels={"application/json": {"Ref": "Model"}},
        ),
        "Validator": resource("RequestValidator", **OF_THE_API, ValidateRequestBody=True),
        "Model": resource("Model", **OF_THE_API, ContentType="application/json", Schema={"type": "object"}),
        "Authorizer": resource(
            "Authorizer",
            **OF_THE_API,
            Type="COGNITO_USER_POOLS",
            ProviderARNs=[{"Fn::GetAtt": ["Pool", "Arn"]}],
        ),
        "Pool": resource("AWS::Cognito::UserPool", UserPoolName="people"),
        "Client": resource("AWS::Cognito::UserPoolClient", UserPoolId={"Ref": "Pool"}),
        "Key": resource("ApiKey", Enabled=True),
        "Plan": resource(
            "UsagePlan", ApiStages=[STAGE_OF_THE_PLAN], Throttle={"RateLimit": 1, "BurstLimit": 2}
        ),
        "PlanKey": resource(
            "UsagePlanKey", KeyId={"Ref": "Key"}, UsagePlanId={"Ref": "Plan"}, KeyType="API_KEY"
        ),
        "Response": resource(
            "GatewayResponse",
            **OF_THE_API,
            ResponseType="THROTTLED",
            StatusCode="429",
            ResponseParameters={"gatewayresponse.header.Retry-After": "'1'"},
            ResponseTemplates={"text/plain": "later"},
        ),
        "Function": resource(
            "AWS::Lambda::Function",
            Runtime="python3.14",
            Handler="m.h",
            Code={"S3Bucket": "assets", "S3Key": "code.zip"},
            Environment={"Variables": {"URL": {"Ref": "AWS::Region"}}},
            Timeout=25,
        ),
        "Permission": resource(
            "AWS::Lambda::Permission",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            FunctionName={"Fn::GetAtt": ["Function", "Arn"]},
            SourceArn={"Fn::Sub": SOURCE},
        ),
    }


def read(folder: Path, change: Callable[[Any], object] = lambda resources: None) -> Api:
    resources = copy.deepcopy(template())
    change(resources)
    declared = assembly.load(write_assembly(folder / "cdk.out", resources))
    [api] = declared.resources(f"{GATEWAY}RestApi")
    return read_api(declared, api)


def test_paths_methods_and_their_function_are_read(tmp_path: Path) -> None:
    api = read(tmp_path)
    assert (api.name, api.stage, api.id) == ("shop", "live", "shop-api")
    assert {path: list(methods) for path, methods in api.resources.items()} == {
        "/": [],
        "/items": ["POST"],
        "/items/{id}": ["GET"],
    }
    [function] = api.functions
    assert (function.handler, function.timeout, function.code) == ("m.h", 25, "s3://assets/code.zip")
    assert function.environment == {"URL": "eu-west-1"}


def test_keys_limits_models_and_pools_are_read(tmp_path: Path) -> None:
    api = read(tmp_path)
    get, post = api.resources["/items/{id}"]["GET"], api.resources["/items"]["POST"]
    assert [(key.value, key.limit) for key in api.keys] == [("dummy-shop-key", Limit(1, 2))]
    assert (get.needs_key, get.models, api.limit(get)) == (True, {}, Limit(5, 7))
    assert (post.models, api.limit(post)) == ({"application/json": {"type": "object"}}, None)
    assert post.pool is not None
    assert post.pool.clients == ["shop-client"]
    response = api.responses.declared["THROTTLED"]
    assert (response.status, response.headers, response.template) == (429, {"Retry-After": "1"}, "later")


def test_a_key_of_another_stages_plan_is_none_of_this_api(tmp_path: Path) -> None:
    api = read(tmp_path, lambda r: r["Plan"]["Properties"].update(ApiStages=[]))
    assert not api.keys


def test_values_are_of_the_types_that_cloudformation_makes_of_them(tmp_path: Path) -> None:
    def change(resources: Any) -> None:
        variables = {"YES": True, "ONE": 1, "HALF": 0.5, "ID": {"Ref": "Api"}}
        resources["Function"]["Properties"]["Environment"] = {"Variables": variables}
        resources["Get"]["Properties"]["ApiKeyRequired"] = "false"
        resources["Get"]["Properties"]["Integration"] = {**INTEGRATION, "TimeoutInMillis": "5000"}
        resources["Post"]["Properties"]["ApiKeyRequired"] = "true"

    api = read(tmp_path, change)
    [function] = api.functions
    assert function.environment == {"YES": "true", "ONE": "1", "HALF": "0.5", "ID": "shop-api"}
    get, post = api.resources["/items/{id}"]["GET"], api.resources["/items"]["POST"]
    assert (get.needs_key, get.timeout, post.needs_key) == (False, 5, True)


def test_what_a_function_has_without_effect_here_need_not_be_known(tmp_path: Path) -> None:
    elsewhere = {"Fn::ImportValue": "of-another-app"}
    network = {"SecurityGroupIds": [elsewhere], "SubnetIds": elsewhere}
    given = changed("Function", VpcConfig=network, Role=elsewhere, KmsKeyArn=elsewhere, Layers=[])
    assert len(read(tmp_path, given).functions) == 1


def test_functions_of_other_languages_are_left_alone(tmp_path: Path) -> None:
    node = resource("AWS::Lambda::Function", Runtime="nodejs22.x", Layers=["x"])
    assert len(read(tmp_path, lambda r: r.update(Node=node)).functions) == 1


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (
            {"Runtime": "nodejs22.x"},
            "Shop/Function .*expected a Python Runtime, got nodejs22.x",
        ),
        ({"Code": {"ZipFile": "x"}}, "Shop/Function .*code that is an asset"),
        ({}, "s3://assets/code.zip is not an asset of the assembly"),
    ],
)
def test_an_api_that_cannot_run_here_is_left_out_by_name_with_the_reason(
    tmp_path: Path, properties: dict[str, Any], reason: str
) -> None:
    resources = copy.deepcopy(template())
    resources["Function"]["Properties"].update(properties)
    told: list[str] = []
    apis = Apis(assembly.load(write_assembly(tmp_path / "cdk.out", resources)), tmp_path, told.append)
    assert apis.apis == []
    [line] = told
    assert re.match(f"not served: Shop/Api: {reason}", line), line


def changed(logical_id: str, **properties: Any) -> Callable[[Any], object]:
    return lambda resources: resources[logical_id]["Properties"].update(properties)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("Get", AuthorizationType="CUSTOM"), "Shop/Get.*does not support the authorization CUSTOM"),
        (changed("Get", Integration={"Type": "MOCK"}), "Shop/Get.*not MOCK"),
        (
            changed("Function", Runtime="nodejs22.x"),
            "Shop/Function.*expected a Python Runtime, got nodejs22.x",
        ),
        (changed("Get", RequestParameters={"a": True}), "Shop/Get.*does not support RequestParameters"),
        (
            changed("Get", Integration={**INTEGRATION, "CacheNamespace": "x"}),
            "does not support CacheNamespace",
        ),
        (changed("Api", Policy={}), "Shop/Api.*does not support Policy"),
        (changed("Stage", Variables={}), "Shop/Stage.*does not support Variables"),
        (
            changed("Plan", ApiStages=[{**STAGE_OF_THE_PLAN, "Throttle": {"/GET": {"RateLimit": 1}}}]),
            "Shop/Plan.*throttling per method",
        ),
        (changed("Plan", Quota={}), "Shop/Plan.*does not support Quota"),
        (changed("Item", ParentId="elsewhere"), "Shop/Item.*its parent is not a resource of the API"),
        (changed("Authorizer", ProviderARNs=[]), "Shop/Authorizer.*expected one user pool"),
        (changed("Response", ResponseTemplates={"a/b": "", "c/d": ""}), "Shop/Response.*one template, not 2"),
        (
            changed("Response", ResponseParameters={"gatewayresponse.header.A": "context.requestId"}),
            "Shop/Response.*static headers",
        ),
        (changed("Function", Layers=["x"]), "Shop/Function.*: Layers is not supported"),
        (changed("Function", Code={"ImageUri": "x"}), "Shop/Function.*code that is an asset"),
        (
            changed("Permission", SourceArn="arn:aws:execute-api:*:*:other/*"),
            "no AWS::Lambda::Permission lets",
        ),
        (lambda resources: resources.pop("Permission"), "Shop/Get.*it would answer 500"),
        (lambda resources: [resources.pop(one) for one in ("Stage", "Plan", "PlanKey")], "one stage, not 0"),
        (
            lambda resources: resources["Item"]["Properties"].pop("PathPart"),
            r"Shop/Api \(AWS::ApiGateway::RestApi\): PathPart is missing",
        ),
        (changed("Plan", ApiStages=[7]), r"Shop/Api .*: a property has a form that CloudFormation does not"),
    ],
)
def test_what_the_runner_would_not_act_on_is_refused_by_name(
    tmp_path: Path, change: Callable[[Any], object], message: str
) -> None:
    with pytest.raises(AssemblyError, match=message):
        read(tmp_path, change)
