"""Reads the REST APIs of an assembly; what the runner would not act on faithfully is refused by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from assembly import Assembly, Resource
from assembly.intrinsics import truth
from local.api.declaration import ANY, COGNITO, IAM, OPEN, Api, ApiKey, Function, Method, UserPool
from local.api.functions import find_function
from local.api.refusals import GatewayResponse, GatewayResponses
from local.api.throttle import Limit

_PREFIX = "AWS::ApiGateway::"
_INTEGRATION_TIMEOUT_MS = 29_000
_FUNCTION_URI = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/([^/]+)/invocations")
# The properties that are acted on, or that change nothing here. Any other is refused.
_KNOWN: Mapping[str, frozenset[str]] = {
    "ApiKey": frozenset({"Description", "Enabled", "Name", "StageKeys", "Value"}),
    "Authorizer": frozenset({"IdentitySource", "Name", "ProviderARNs", "RestApiId", "Type"}),
    "GatewayResponse": frozenset(
        {"ResponseParameters", "ResponseTemplates", "ResponseType", "RestApiId", "StatusCode"}
    ),
    "Method": frozenset(
        {
            *("ApiKeyRequired", "AuthorizationType", "AuthorizerId", "HttpMethod", "Integration"),
            *("OperationName", "RequestModels", "RequestValidatorId", "ResourceId", "RestApiId"),
        }
    ),
    "Model": frozenset({"ContentType", "Description", "Name", "RestApiId", "Schema"}),
    "RestApi": frozenset({"BinaryMediaTypes", "Description", "EndpointConfiguration", "Name"}),
    "Stage": frozenset(
        {
            *("AccessLogSetting", "ClientCertificateId", "DeploymentId", "Description", "MethodSettings"),
            *("RestApiId", "StageName", "TracingEnabled"),
        }
    ),
    "UsagePlan": frozenset({"ApiStages", "Description", "Throttle", "UsagePlanName"}),
}
_INTEGRATION = frozenset({"IntegrationHttpMethod", "TimeoutInMillis", "Type", "Uri"})
_HEADER = "gatewayresponse.header."
_CHECKS_BODY = "ValidateRequestBody"


def read_api(assembly: Assembly, declared: Resource) -> Api:
    """One AWS::ApiGateway::RestApi with all that belongs to it; raises AssemblyError."""
    with declared.named_in_errors():
        return _Reader(assembly).api(declared)


class _Reader:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._functions: dict[str, Function | None] = {}

    def all(self, kind: str, api: Resource | None = None) -> list[Resource]:
        """The resources of a kind, or those of one API; none has a property that is not known."""
        found = [
            one
            for one in self._assembly.resources(_PREFIX + kind)
            if api is None or one.known("RestApiId") == api.name
        ]
        for one in found:
            _refuse_unknown(one, one.properties, _KNOWN.get(kind))
        return found

    def api(self, api: Resource) -> Api:
        _refuse_unknown(api, api.properties, _KNOWN["RestApi"])
        stages = self.all("Stage", api)
        if len(stages) != 1:
            raise api.error(f"the runner serves one stage, not {len(stages)}")
        [stage] = stages
        paths = _paths(api, self.all("Resource", api))
        resources: dict[str, dict[str, Method]] = {path: {} for path in paths.values()}
        for one in self.all("Method", api):
            method = self._method(one, api, paths)
            self._check_permission(one, method, api, stage)
            resources[method.path][method.http_method] = method
        return Api(
            name=api.properties["Name"],
            address=replace(api.address, name=api.properties["Name"]),
            id=api.name,
            stage=stage.properties["StageName"],
            deployment=stage.properties["DeploymentId"],
            account=self._assembly.account,
            region=self._assembly.region,
            resources=resources,
            responses=GatewayResponses(dict(map(_response, self.all("GatewayResponse", api)))),
            limits=dict(_limits(stage)),
            keys=self._keys(api, stage),
            binary_media_types=api.properties.get("BinaryMediaTypes", ()),
            access_log=stage.properties.get("AccessLogSetting", {}).get("Format"),
        )

    def _method(self, one: Resource, api: Resource, paths: Mapping[str, str]) -> Method:
        integration = one.properties.get("Integration", {})
        _refuse_unknown(one, integration, _INTEGRATION)
        uri = _FUNCTION_URI.fullmatch(integration.get("Uri", ""))
        function = self._function(uri[1]) if uri is not None else None
        if integration.get("Type") != "AWS_PROXY" or function is None:
            raise one.error(
                "the runner supports AWS_PROXY with one of the Python functions, "
                f"not {integration.get('Type')}"
            )
        authorization = one.properties.get("AuthorizationType", OPEN)
        if authorization not in (OPEN, IAM, COGNITO):
            raise one.error(f"the runner does not support the authorization {authorization}")
        return Method(
            path=paths[one.properties["ResourceId"]],
            resource_id=one.properties["ResourceId"],
            http_method=one.properties["HttpMethod"],
            authorization=authorization,
            pool=self._pool(one, api) if authorization == COGNITO else None,
            needs_key=truth(one.properties.get("ApiKeyRequired", False), "ApiKeyRequired"),
            function=function,
            timeout=float(integration.get("TimeoutInMillis", _INTEGRATION_TIMEOUT_MS)) / 1000,
            models=self._models(one, api),
        )

    def _function(self, arn: str) -> Function | None:
        if arn not in self._functions:
            self._functions[arn] = find_function(self._assembly, arn)
        return self._functions[arn]

    def _models(self, one: Resource, api: Resource) -> Mapping[str, Mapping[str, Any]]:
        validator = one.properties.get("RequestValidatorId")
        named = [known for known in self.all("RequestValidator", api) if known.name == validator]
        if not any(truth(known.properties.get(_CHECKS_BODY, False), _CHECKS_BODY) for known in named):
            return {}
        schemas = {known.name: known.properties["Schema"] for known in self.all("Model", api)}
        return {media: schemas[name] for media, name in one.properties.get("RequestModels", {}).items()}

    def _pool(self, one: Resource, api: Resource) -> UserPool:
        authorizers = {known.name: known for known in self.all("Authorizer", api)}
        authorizer = authorizers[one.properties["AuthorizerId"]]
        arns = authorizer.properties.get("ProviderARNs", [])
        for pool in self._assembly.resources("AWS::Cognito::UserPool"):
            arn = self._assembly.place.arn("cognito-idp", f"userpool/{pool.name}")
            if arns == [arn]:
                clients = self._assembly.resources("AWS::Cognito::UserPoolClient")
                ids = [client.name for client in clients if client.properties["UserPoolId"] == pool.name]
                return UserPool(pool.name, arn, ids)
        raise authorizer.error("expected one user pool that the assembly declares")

    def _keys(self, api: Resource, stage: Resource) -> Sequence[ApiKey]:
        here = (api.name, stage.properties["StageName"])
        limits = {
            plan.name: _limit(plan.properties["Throttle"], "RateLimit", "BurstLimit")
            for plan in self.all("UsagePlan")
            if here in _stages(plan)
        }
        plans = {
            one.properties["KeyId"]: limits[one.properties["UsagePlanId"]]
            for one in self.all("UsagePlanKey")
            if one.properties["UsagePlanId"] in limits
        }
        return [
            ApiKey(key.name, key.properties.get("Value", f"dummy-{key.name}"), plans[key.name])
            for key in self.all("ApiKey")
            if key.name in plans and truth(key.properties.get("Enabled", True), "Enabled")
        ]

    def _check_permission(self, one: Resource, method: Method, api: Resource, stage: Resource) -> None:
        verb = "*" if method.http_method == ANY else method.http_method
        source = self._assembly.place.arn(
            "execute-api", f"{api.name}/{stage.properties['StageName']}/{verb}{method.path}"
        )
        if not any(
            function == method.function.arn and fnmatchcase(source, pattern)
            for function, pattern in _permissions(self._assembly)
        ):
            raise one.error(
                "no AWS::Lambda::Permission lets API Gateway call "
                f"{method.function.name} for {source}; it would answer 500"
            )


def _refuse_unknown(one: Resource, properties: Mapping[str, Any], known: frozenset[str] | None) -> None:
    unknown = sorted(properties.keys() - known - {"Tags"}) if known is not None else []
    if unknown:
        raise one.error(f"the runner does not support {', '.join(unknown)}")


def _permissions(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Which functions API Gateway may call, and for which methods, with `*` for any text."""
    for one in assembly.resources("AWS::Lambda::Permission"):
        given = (one.known("Principal"), one.known("Action"))
        if given == ("apigateway.amazonaws.com", "lambda:InvokeFunction"):
            yield one.known("FunctionName"), one.known("SourceArn") or "*"


def _paths(api: Resource, resources: Sequence[Resource]) -> Mapping[str, str]:
    """The path of each resource by its id."""
    paths = {f"{api.name}-root": "/"}
    left = list(resources)
    while left:
        known = [one for one in left if one.properties["ParentId"] in paths]
        if not known:
            raise left[0].error("its parent is not a resource of the API")
        for one in known:
            parent = paths[one.properties["ParentId"]]
            paths[one.name] = f"{parent.rstrip('/')}/{one.properties['PathPart']}"
            left.remove(one)
    return paths


def _response(one: Resource) -> tuple[str, GatewayResponse]:
    headers = {}
    for name, value in one.properties.get("ResponseParameters", {}).items():
        if not name.startswith(_HEADER) or not re.fullmatch("'[^']*'", value):
            raise one.error(f"the runner supports static headers, not {name}")
        headers[name.removeprefix(_HEADER)] = value[1:-1]
    status = one.properties.get("StatusCode")
    templates = list(one.properties.get("ResponseTemplates", {}).items())
    if len(templates) > 1:
        raise one.error(f"the runner supports one template, not {len(templates)}")
    kind = one.properties["ResponseType"]
    number = int(status) if status else None
    if not templates:
        return kind, GatewayResponse(number, headers)
    [(content_type, template)] = templates
    return kind, GatewayResponse(number, headers, content_type, template)


def _stages(plan: Resource) -> list[tuple[str, str]]:
    stages = plan.properties.get("ApiStages", [])
    if any(stage.get("Throttle") for stage in stages):
        raise plan.error("the runner does not support throttling per method")
    return [(stage["ApiId"], stage["Stage"]) for stage in stages]


def _limits(stage: Resource) -> Iterator[tuple[tuple[str, str], Limit]]:
    for setting in stage.properties.get("MethodSettings", []):
        if "ThrottlingRateLimit" in setting:
            path = setting["ResourcePath"].removeprefix("/").replace("~1", "/")
            limit = _limit(setting, "ThrottlingRateLimit", "ThrottlingBurstLimit")
            yield (path, setting["HttpMethod"]), limit


def _limit(settings: Mapping[str, Any], rate: str, burst: str) -> Limit:
    return Limit(float(settings[rate]), int(settings[burst]))
