"""The construct behind every workload's API, alone in a stack: ways to authorize, contracts, deployments."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import ROOT
from declared import only, routes

CONTRACT = json.loads((ROOT / "lambda" / "predict_churn" / "openapi.json").read_text())


@pytest.fixture(scope="module")
def declare(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The template of a stack with an API of a contract and a way to authorize, and little else."""
    from aws_cdk import App, RemovalPolicy, Stack
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_

    from stacks.constructs.api.authorization import Authorization, Iam
    from stacks.constructs.api.contract import Contract
    from stacks.constructs.api.prediction_api import PredictionApi
    from stacks.constructs.operations.log_groups import LogGroups
    from stacks.settings import Api

    def declare(document: Any = CONTRACT, authorization: Authorization | None = None, **settings: Any) -> Any:
        folder = tmp_path_factory.mktemp("api")
        path = folder / "openapi.json"
        path.write_text(json.dumps(document))
        app = App(outdir=str(folder / "out"), analytics_reporting=False)
        stack = Stack(app, "stack")
        limits = {"rate_limit": 7, "burst_limit": 9, "reserved_concurrency": 1}
        PredictionApi(
            stack,
            "Api",
            name="scores",
            contract=Contract.read(path),
            function=lambda_.Function(
                stack,
                "Function",
                code=lambda_.Code.from_inline("pass"),
                handler="index.handler",
                runtime=lambda_.Runtime.PYTHON_3_14,
            ),
            authorization=authorization or Iam(),
            settings=Api.model_validate(
                {"allowed_origins": ["https://app.example.com"], **limits, **settings}
            ),
            logs=LogGroups(kms.Key(stack, "Key"), 30, RemovalPolicy.DESTROY),
        )
        return json.loads(Path(app.synth().get_stack_by_name("stack").template_full_path).read_text())

    return declare


def test_with_cognito_users_of_the_pool_alone_may_call(declare: Callable[..., Any]) -> None:
    from stacks.constructs.api.authorization import Cognito

    template = declare(authorization=Cognito(keeps_data=True))
    [authorizer] = [
        name for name, one in template["Resources"].items() if one["Type"] == "AWS::ApiGateway::Authorizer"
    ]
    for (_, method), properties in routes(template).items():
        if method == "OPTIONS":
            assert properties["AuthorizationType"] == "NONE"
        else:
            assert properties["AuthorizationType"] == "COGNITO_USER_POOLS"
            assert properties["AuthorizerId"] == {"Ref": authorizer}
    pool = only(template, "AWS::Cognito::UserPool")
    assert pool["Properties"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Properties"]["MfaConfiguration"] == "ON"
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"
    assert pool["DeletionPolicy"] == "Retain"
    assert {"UserPoolId", "UserPoolClientId"} <= set(template["Outputs"])


def test_with_api_keys_only_holders_of_one_may_call_as_often_as_the_plan_says(
    declare: Callable[..., Any],
) -> None:
    from stacks.constructs.api.authorization import ApiKey

    template = declare(authorization=ApiKey(rate_limit=7, burst_limit=9))
    for (_, method), properties in routes(template).items():
        assert properties["AuthorizationType"] == "NONE"
        assert properties.get("ApiKeyRequired", False) == (method != "OPTIONS")
    plan = only(template, "AWS::ApiGateway::UsagePlan")["Properties"]
    assert plan["Throttle"] == {"RateLimit": 7, "BurstLimit": 9}
    [covered] = plan["ApiStages"]
    assert template["Resources"][covered["Stage"]["Ref"]]["Type"] == "AWS::ApiGateway::Stage"
    member = only(template, "AWS::ApiGateway::UsagePlanKey")["Properties"]
    assert template["Resources"][member["KeyId"]["Ref"]]["Type"] == "AWS::ApiGateway::ApiKey"
    assert template["Outputs"]["ApiKeyId"]["Value"] == member["KeyId"]


@pytest.mark.parametrize(("name", "kind"), [("iam", "Iam"), ("cognito", "Cognito"), ("api_key", "ApiKey")])
def test_the_settings_choose_who_may_call(context: Any, name: str, kind: str) -> None:
    from stacks.constructs.api import authorization
    from stacks.settings import Settings

    settings = Settings.from_mapping(context)
    chosen = authorization.chosen(
        settings.model_copy(update={"api": settings.api.model_copy(update={"authorization": name})})
    )
    assert type(chosen).__name__ == kind


def changed(**parts: Any) -> Any:
    """The contract with another schema of the gateway's model, or another path."""
    return json.loads(
        json.dumps(CONTRACT)
        .replace("/churn", parts.get("path", "/churn"))
        .replace('"customers": {"type": "array"}', f'"customers": {{"type": "{parts.get("type", "array")}"}}')
    )


def deployment(template: Any) -> str:
    [name] = [
        name for name, one in template["Resources"].items() if one["Type"] == "AWS::ApiGateway::Deployment"
    ]
    return str(name)


def test_another_workloads_contract_gives_its_own_routes(declare: Callable[..., Any]) -> None:
    paths = {path for path, _ in routes(declare(changed(path="/bank/{branch}")))}
    assert paths == {"/", "/{proxy+}", "/bank/{branch}", "/health"}


def test_whatever_the_gateway_reads_at_deployment_is_deployed_when_it_changes(
    declare: Callable[..., Any],
) -> None:
    templates = [
        declare(),
        declare(changed(path="/bank")),
        declare(changed(type="string")),
        declare(allowed_origins=["https://other.example.com"]),
    ]
    assert len({deployment(template) for template in templates}) == len(templates)
    assert deployment(declare()) == deployment(templates[0])


def test_an_operation_that_takes_json_unchecked_is_refused_by_its_route(declare: Callable[..., Any]) -> None:
    document = json.loads(json.dumps(CONTRACT))
    del document["paths"]["/churn"]["post"]["requestBody"]["content"]["application/json"][
        "x-slipway-gateway-model"
    ]
    with pytest.raises(ValueError, match="POST /churn takes JSON, but its content has no x-slipway"):
        declare(document)
