"""The REST API: the contract's routes and no others, who may call them, what the gateway answers itself."""

import json
from typing import Any

from assemblies import ROOT, Assembly
from declared import only, routes, text

CONTRACT = json.loads((ROOT / "lambda" / "predict_churn" / "openapi.json").read_text())
OPERATIONS = {
    (path, method.upper()): operation
    for path, operations in CONTRACT["paths"].items()
    for method, operation in operations.items()
}
CATCH_ALL = {(path, "ANY") for path in ("/", "/{proxy+}", *CONTRACT["paths"])}


def test_the_api_has_the_contracts_operations_and_a_catch_all_on_every_path(template: Any) -> None:
    assert set(routes(template)) == set(OPERATIONS) | CATCH_ALL


def test_the_function_answers_every_method_as_a_proxy(template: Any) -> None:
    for method in routes(template).values():
        integration = method["Integration"]
        assert (integration["Type"], integration["IntegrationHttpMethod"]) == ("AWS_PROXY", "POST")
        assert text(integration["Uri"]).endswith(f"/functions/{alias_arn(template)}/invocations")


def alias_arn(template: Any) -> str:
    [logical_id] = [
        name for name, one in template["Resources"].items() if one["Type"] == "AWS::Lambda::Alias"
    ]
    return f"${{{logical_id}}}"


def test_callers_sign_but_a_preflight_needs_nothing(template: Any) -> None:
    for (_, method), properties in routes(template).items():
        expected = "NONE" if method == "OPTIONS" else "AWS_IAM"
        assert properties["AuthorizationType"] == expected
        assert "ApiKeyRequired" not in properties


def test_only_preflights_are_public_in_the_contract() -> None:
    public = {method for (_, method), operation in OPERATIONS.items() if operation.get("security") == []}
    assert public == {"OPTIONS"}


def test_an_operation_with_a_body_is_validated_by_the_model_of_the_contract(template: Any) -> None:
    with_body = {key for key, operation in OPERATIONS.items() if "requestBody" in operation}
    assert with_body == {("/churn", "POST")}
    for key, method in routes(template).items():
        assert ("RequestModels" in method) == (key in with_body)
        if key in with_body:
            content = OPERATIONS[key]["requestBody"]["content"]["application/json"]
            model = template["Resources"][method["RequestModels"]["application/json"]["Ref"]]["Properties"]
            assert model["Schema"] == content["x-slipway-gateway-model"]


def test_every_method_names_a_validator_of_bodies_and_parameters(template: Any) -> None:
    assert ("/{proxy+}", "ANY") in routes(template)
    for method in routes(template).values():
        validator = template["Resources"][method["RequestValidatorId"]["Ref"]]["Properties"]
        assert (validator["ValidateRequestBody"], validator["ValidateRequestParameters"]) == (True, True)


def test_the_stage_is_throttled_as_the_settings_say_and_traced(each: Assembly) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    api = context["environments"][each.env]["api"]
    stage = only(each.template("churn-serving"), "AWS::ApiGateway::Stage")["Properties"]
    [every_method] = stage["MethodSettings"]
    assert stage["StageName"] == "prod"
    assert stage["TracingEnabled"] is True
    assert (every_method["HttpMethod"], every_method["ResourcePath"]) == ("*", "/*")
    assert every_method["ThrottlingRateLimit"] == api["rate_limit"]
    assert every_method["ThrottlingBurstLimit"] == api["burst_limit"]
    assert every_method["DataTraceEnabled"] is False


def test_a_line_of_the_access_log_is_json_without_what_the_caller_wrote(template: Any) -> None:
    layout = only(template, "AWS::ApiGateway::Stage")["Properties"]["AccessLogSetting"]["Format"]
    values = set(json.loads(layout).values())
    assert {"$context.requestId", "$context.status", "$context.error.responseType"} <= values
    assert not values & {"$context.path", "$context.identity.userAgent", "$context.error.message"}


def test_the_gateways_log_groups_are_there_before_it_makes_them_itself(template: Any) -> None:
    stage = only(template, "AWS::ApiGateway::Stage")
    [execution] = [template["Resources"][name]["Properties"] for name in stage["DependsOn"]]
    api = text(stage["Properties"]["RestApiId"])
    assert text(execution["LogGroupName"]) == f"API-Gateway-Execution-Logs_{api}/prod"
    [access] = [
        name
        for name in template["Resources"]
        if text(stage["Properties"]["AccessLogSetting"]["DestinationArn"]).endswith(f":${{{name}}}")
    ]
    assert template["Resources"][access]["Type"] == "AWS::Logs::LogGroup"


def test_only_this_api_may_call_the_function(template: Any) -> None:
    permission = only(template, "AWS::Lambda::Permission")["Properties"]
    api = text({"Ref": next(name for name, one in template["Resources"].items() if is_api(one))})
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert text(permission["FunctionName"]) == alias_arn(template)
    assert text(permission["SourceArn"]) == (
        f"arn:aws:execute-api:eu-central-1:${{AWS::AccountId}}:{api}/*/*/*"
    )


def is_api(resource: Any) -> bool:
    return bool(resource["Type"] == "AWS::ApiGateway::RestApi")


def test_people_find_the_api_by_its_name_and_its_url_among_the_outputs(each: Assembly) -> None:
    template = each.template("churn-serving")
    assert only(template, "AWS::ApiGateway::RestApi")["Properties"]["Name"] == f"slipway-{each.env}-churn"
    url = text(template["Outputs"]["ApiUrl"]["Value"])
    assert url.startswith("https://${")
    assert ".execute-api.eu-central-1.${AWS::URLSuffix}/${" in url
