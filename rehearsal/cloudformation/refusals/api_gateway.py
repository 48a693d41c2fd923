"""API Gateway: paths, time-outs, deployments without methods, logging without a role."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from assembly.references import references, waits_for
from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, number
from rehearsal.cloudformation.state import is_known

_QUOTAS: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
_API: Final = "https://docs.aws.amazon.com/apigateway/latest/api/"
_LOGGING: Final = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"
_DEPLOYMENT: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html"


def integration(case: Case) -> Iterator[Refusal]:
    """How long an integration may take."""
    wait, most = (
        number(case.known("Integration", "TimeoutInMillis")),
        case.quotas.numbers["integration_timeout"],
    )
    if wait is not None and not 50 <= wait <= most:
        text = f"Timeout should be between 50 ms and {most} ms ({wait:g})"
        ways = (
            f"TimeoutInMillis of at most {most}",
            "raise the quota of the integration timeout (Regional APIs)",
        )
        yield Refusal("quota", text, _QUOTAS, ways)


def path(case: Case) -> Iterator[Refusal]:
    """A part of a path twice under one parent, or two variable ones."""
    mine = case.resource.properties
    for one in case.existing(case.resource.type):
        theirs = one.properties
        if (theirs.get("RestApiId"), theirs.get("ParentId")) != (mine.get("RestApiId"), mine.get("ParentId")):
            continue
        part, other = str(mine.get("PathPart")), str(theirs.get("PathPart"))
        if part == other:
            text = f"Another resource with the same parent already has this name: {part}"
            ways = ("keep the construct's id, or two deployments: without the path, then with it",)
            yield Refusal("path-taken", text, f"{_API}API_CreateResource.html", ways)
        elif part.startswith("{") and other.startswith("{"):
            text = (
                f"A sibling ({other}) of this resource already has a variable path part -- only one is"
                " allowed"
            )
            yield Refusal(
                "path-taken", text, f"{_API}API_CreateResource.html", ("use the variable path that is there",)
            )


def deployed_methods(case: Case) -> Iterator[Refusal]:
    """A deployment that doesn't wait for any method of its API."""
    resources = case.situation.stack.resources
    api = set(references(case.resource.declared.get("Properties", {}).get("RestApiId")))
    methods = {
        id
        for id, one in resources.items()
        if one["Type"] == "AWS::ApiGateway::Method" and api & {*references(one.get("Properties", {}))}
    }
    inline = any(case.situation.stack.resources.get(one, {}).get("Properties", {}).get("Body") for one in api)
    if (
        case.resource.action == "create"
        and not inline
        and api
        and not methods & waits_for(resources, case.resource.logical_id)
    ):
        ways = ("DependsOn: the methods of the API (the Deployment construct's node.add_dependency)",)
        yield Refusal("no-methods", "The REST API doesn't contain any methods", _DEPLOYMENT, ways)


def logging(case: Case) -> Iterator[Refusal]:
    """A stage that logs, in an account that has no role for it."""
    logs = case.resource.properties.get("AccessLogSetting") or any(
        one.get("LoggingLevel") in ("INFO", "ERROR") for one in case.members("MethodSettings")
    )
    if logs and next(case.existing("AWS::ApiGateway::Account"), None) is None:
        ways = ("deploy an AWS::ApiGateway::Account with CloudWatchRoleArn before (cloud_watch_role=True)",)
        text = "CloudWatch Logs role ARN must be set in account settings to enable logging"
        yield Refusal("no-logging-role", text, _LOGGING, ways)


def model(case: Case) -> Iterator[Refusal]:
    """A model whose schema is no JSON, or whose name has other signs than letters and digits."""
    schema, name = case.resource.properties.get("Schema"), case.known("Name")
    page = f"{_API}API_CreateModel.html"
    if isinstance(schema, str) and is_known(schema):
        try:
            json.loads(schema)
        except ValueError:
            text = (
                "Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema"
                " specified]"
            )
            yield Refusal("api-model", text, page, ("a JSON schema of draft 4",))
    if isinstance(name, str) and not name.isalnum():
        text = f"Model name must be alphanumeric: {name}"
        yield Refusal("api-model", text, page, ("letters and digits only",))


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "AWS::ApiGateway::Method": (integration,),
    "AWS::ApiGateway::Resource": (path,),
    "AWS::ApiGateway::Deployment": (deployed_methods,),
    "AWS::ApiGateway::Stage": (logging,),
    "AWS::ApiGateway::Model": (model,),
}
