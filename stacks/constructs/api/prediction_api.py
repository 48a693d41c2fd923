"""A REST API in front of a Lambda function, with the routes of the function's contract."""

import json
from typing import Any, cast

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.api.authorization import PUBLIC, Access, Authorization
from stacks.constructs.api.contract import Contract, Route
from stacks.constructs.api.gateway_responses import add_gateway_responses
from stacks.constructs.operations.log_groups import LogGroups
from stacks.policies.acknowledgement import acknowledge
from stacks.settings import Api

_STAGE = "prod"
_TIMEOUT = Duration.seconds(29)
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "traceId": "$context.xrayTraceId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "refusal": "$context.error.responseType",
    "bytes": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "functionMs": "$context.integration.latency",
    "functionStatus": "$context.integration.status",
}

_NO_CACHE = "each answer is for the rows of its own request: there is nothing to cache"
_ACCEPTED = {
    "CKV_AWS_120": _NO_CACHE,
    "NIST.800.53.R5-APIGWCacheEnabledAndEncrypted": _NO_CACHE,
    "NIST.800.53.R5-APIGWSSLEnabled": "a function takes calls by IAM's rules and knows no client certificate",
}


class PredictionApi(Construct):
    """The stage `prod` of a REST API with exactly the operations of the contract.

    Every one names the request validator. Any other method or path reaches the function as well, for callers
    that are authorized: it answers 405 and 404 for it. What the gateway refuses by itself carries the first
    of the allowed origins.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        contract: Contract,
        function: lambda_.IFunction,
        authorization: Authorization,
        settings: Api,
        logs: LogGroups,
    ) -> None:
        super().__init__(scope, id)
        self._api = self._build_api(name, contract, settings, logs)
        self._integration = apigateway.LambdaIntegration(
            function, scope_permission_to_method=False, timeout=_TIMEOUT
        )
        self._validator = self._api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        access = authorization.bind(self._api)
        for route in contract.routes:
            self._add_route(route, PUBLIC if route.is_public else access)
        for path in dict.fromkeys(["/", *(route.path for route in contract.routes), "/{proxy+}"]):
            self._add_method(path, "ANY", access)
        add_gateway_responses(self._api, origin=settings.allowed_origins[0])

    @property
    def stage_name(self) -> str:
        return _STAGE

    @property
    def origin(self) -> str:
        """Where it answers, as a browser names it."""
        stack = Stack.of(self)
        return f"https://{self._api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    @property
    def stage_arn(self) -> str:
        """As a firewall takes it."""
        return self._api.deployment_stage.stage_arn

    def accept_no_firewall(self) -> None:
        for finding in ("AwsSolutions-APIG3", "NIST.800.53.R5-APIGWAssociatedWithWAF"):
            acknowledge(
                self._api.deployment_stage,
                finding,
                "an environment without real customers: callers are authorized and throttled",
            )

    def _build_api(self, name: str, contract: Contract, settings: Api, logs: LogGroups) -> apigateway.RestApi:
        access_log = logs.group(self, "AccessLogs")
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=name,
            description=contract.title,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=_STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                metrics_enabled=True,
                throttling_rate_limit=settings.rate_limit,
                throttling_burst_limit=settings.burst_limit,
                tracing_enabled=True,
            ),
        )
        # API Gateway would make this group by itself, without retention and key.
        api.deployment_stage.node.add_dependency(
            logs.group(self, "ExecutionLogs", name=f"API-Gateway-Execution-Logs_{api.rest_api_id}/{_STAGE}")
        )
        for finding, reason in _ACCEPTED.items():
            acknowledge(api.deployment_stage, finding, reason)
        cast(CfnOutput, api.node.find_child("Endpoint")).override_logical_id("ApiUrl")
        return api

    def _add_route(self, route: Route, access: Access) -> None:
        if route.model is None:
            self._add_method(route.path, route.method, access)
            return
        model = apigateway.CfnModel(
            self._api,
            route.model["title"],
            rest_api_id=self._api.rest_api_id,
            content_type="application/json",
            schema=route.model,
        )
        deployment = cast(apigateway.Deployment, self._api.latest_deployment)
        deployment.node.add_dependency(model)
        # The method names the model only: without this, a changed schema would not be deployed.
        deployment.add_to_logical_id(route.model)
        self._add_method(
            route.path,
            route.method,
            access,
            request_models={
                "application/json": apigateway.Model.from_model_name(self, route.model["title"], model.ref)
            },
        )

    def _add_method(self, path: str, method: str, access: Access, **body: Any) -> None:
        resource = self._api.root.resource_for_path(path)
        added = resource.add_method(
            method, self._integration, request_validator=self._validator, **access.options, **body
        )
        for finding, reason in access.accepted.items():
            acknowledge(added, finding, reason)
