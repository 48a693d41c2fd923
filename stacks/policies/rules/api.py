"""The REST API in front of an endpoint, and who may call it from where."""

import json
from collections.abc import Iterator, Mapping

from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Json, Resource, as_list

_API = "AWS::ApiGateway::RestApi"
_METHOD = "AWS::ApiGateway::Method"
_RESPONSE = "AWS::ApiGateway::GatewayResponse"
_STAGE = "AWS::ApiGateway::Stage"
_ORIGIN = "Access-Control-Allow-Origin"
_PROBLEM = "application/problem+json"


@rule(
    _METHOD,
    _RESPONSE,
    "AWS::ApiGatewayV2::Api",
    "AWS::Lambda::Function",
    "AWS::Lambda::Url",
    "AWS::S3::Bucket",
)
def cors_names_its_origins(resource: Resource) -> Faults:
    """Cross-origin access is for origins that are named, never for `*`."""
    for path, origins in _origins(resource):
        if any("*" in str(origin) for origin in as_list(origins)):
            yield path, f"is {origins!r}"


@rule(_METHOD)
def method_is_authorized(method: Resource) -> Faults:
    """Whoever calls a method that reaches our code is authorized or has an API key; a preflight cannot be."""
    calls_code = method.get("Integration.Type") != "MOCK"
    is_open = method.get("AuthorizationType") in (None, "NONE") and method.get("ApiKeyRequired") is not True
    if calls_code and is_open and method.get("HttpMethod") != "OPTIONS":
        yield "AuthorizationType", f"is {method.get('AuthorizationType')!r}"


@rule(_METHOD)
def method_validates_its_requests(method: Resource) -> Faults:
    """Every method names a request validator, and a JSON body has a model, before our code sees either."""
    if method.get("Integration.Type") == "MOCK":
        return
    if not method.get("RequestValidatorId"):
        yield "RequestValidatorId", "is missing"
    takes_body = method.get("HttpMethod") in ("PATCH", "POST", "PUT")
    if takes_body and "application/json" not in (method.get("RequestModels") or {}):
        yield "RequestModels", "have none for application/json"


@rule(_API)
def gateway_answers_problems_with_cors(api: Resource) -> Faults:
    """What the gateway itself refuses is answered as problem+json, with a CORS header for browsers."""
    responses = [one for one in api.templates.of_type(_RESPONSE) if api.is_named_in(one.get("RestApiId"))]
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        if not any(one.get("ResponseType") == kind for one in responses):
            yield "", f"has no gateway response for {kind}"
    for one in responses:
        if _PROBLEM not in (one.get("ResponseTemplates") or {}):
            yield "", f"answers {one.get('ResponseType')} without {_PROBLEM}"
        if f"gatewayresponse.header.{_ORIGIN}" not in (one.get("ResponseParameters") or {}):
            yield "", f"answers {one.get('ResponseType')} without {_ORIGIN}"


@rule(_STAGE)
def stage_is_throttled(stage: Resource) -> Faults:
    """A stage limits rate and burst of every method."""
    settings = next((one for one in _settings(stage) if one.get("HttpMethod") == "*"), {})
    for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        if not settings.get(name):
            yield "MethodSettings", f"set no {name} for all methods"


@rule(_STAGE)
def stage_logs_json(stage: Resource) -> Faults:
    """A stage writes an access log, each line a JSON object with the request's id."""
    if not stage.get("AccessLogSetting.DestinationArn"):
        yield "AccessLogSetting.DestinationArn", "is missing"
        return
    layout = str(stage.get("AccessLogSetting.Format"))
    try:
        entries = json.loads(layout)
    except ValueError:
        entries = None
    if not isinstance(entries, dict) or "$context.requestId" not in entries.values():
        yield "AccessLogSetting.Format", f"is not a JSON object with $context.requestId: {layout[:60]!r}"


@rule(_STAGE)
def stage_is_traced_and_keeps_bodies_to_itself(stage: Resource) -> Faults:
    """A stage traces requests, and its execution log holds no bodies."""
    if stage.get("TracingEnabled") is not True:
        yield "TracingEnabled", "is not true"
    if any(one.get("DataTraceEnabled") for one in _settings(stage)):
        yield "MethodSettings", "enable DataTraceEnabled, which logs bodies"


@rule(_STAGE, dev_may_omit=Omission.WAF)
def stage_is_behind_a_firewall(stage: Resource) -> Faults:
    """A web access list with a rate limit stands before a stage."""
    for association in stage.templates.of_type("AWS::WAFv2::WebACLAssociation"):
        if not _is_stage(association.get("ResourceArn"), stage):
            continue
        firewall = stage.templates.target(association.get("WebACLArn"), "AWS::WAFv2::WebACL")
        rules = (firewall.get("Rules") or []) if firewall else []
        if not any("RateBasedStatement" in one.get("Statement", {}) for one in rules):
            yield "", "is behind a web access list without a rate limit"
        return
    yield "", "has no web access list"


def _is_stage(arn: Json, stage: Resource) -> bool:
    """Whether `.../restapis/<api>/stages/<stage>` means this stage."""
    api, _, name = str(arn).partition("/stages/")
    is_api = api.endswith(f"/restapis/{stage.get('RestApiId')}")
    return is_api and name in (stage.text(), stage.get("StageName"))


def _settings(stage: Resource) -> list[Mapping[str, Json]]:
    return stage.get("MethodSettings") or []


def _origins(resource: Resource) -> Iterator[tuple[str, Json]]:
    """Each place of a resource that says which origins are allowed."""
    for path in ("CorsConfiguration.AllowOrigins", "Cors.AllowOrigins"):
        yield path, resource.get(path)
    for path in ("ResponseParameters", "Environment.Variables"):
        for name, value in (resource.get(path) or {}).items():
            if name.endswith(_ORIGIN) or "ORIGIN" in name:
                yield f"{path}.{name}", value
    for index, response in enumerate(resource.get("Integration.IntegrationResponses") or []):
        for name, value in response.get("ResponseParameters", {}).items():
            if name.endswith(_ORIGIN):
                yield f"Integration.IntegrationResponses.{index}.ResponseParameters", value
    for index, one in enumerate(resource.get("CorsConfiguration.CorsRules") or []):
        yield f"CorsConfiguration.CorsRules.{index}.AllowedOrigins", one.get("AllowedOrigins")
