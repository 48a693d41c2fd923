"""What Lambda, API Gateway and CodeDeploy call for the functions of the templates."""

import re
from collections.abc import Iterator

from assembly import Resource
from rehearsal.iam.calls import pages
from rehearsal.iam.calls.call import Call, Caller, of_service
from rehearsal.iam.calls.parts import function_enters, logs
from rehearsal.iam.calls.storage import by_service
from rehearsal.iam.inventory import Inventory

_URI = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/(?P<function>[^/]+)/invocations")


def function_calls(inventory: Inventory) -> Iterator[Call]:
    """The calls of every AWS::Lambda::Function, and of whoever invokes it or shifts its alias."""
    for one in inventory.resources("AWS::Lambda::Function"):
        yield from of_function(inventory, one)
    yield from _gateway(inventory)
    yield from _shifts(inventory)


def of_function(inventory: Inventory, function: Resource) -> Iterator[Call]:
    """What a function calls, and Lambda for it."""
    yield from prepares(inventory, function)
    properties = function.properties
    variables = properties.get("Environment", {}).get("Variables", {})
    if endpoint := variables.get("ENDPOINT_NAME"):
        caller = Caller(inventory, properties["Role"], inventory.path(function))
        yield asks(caller.within(properties.get("VpcConfig")), endpoint)


def prepares(inventory: Inventory, function: Resource) -> Iterator[Call]:
    """What Lambda calls before and beside a function."""
    properties, path = function.properties, inventory.path(function)
    arn = inventory.arn("lambda", f"function:{function.name}")
    role = properties["Role"]
    yield of_service(inventory, "lambda.amazonaws.com", path, arn).assumes(role, pages.LAMBDA_ROLE)
    caller = Caller(inventory, role, path)
    group = properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{function.name}")
    yield from logs(caller, group, pages.LAMBDA_ROLE, creates_group=False)
    if key := properties.get("KmsKeyArn"):
        carries = by_service(caller, "lambda", {"aws:lambda:FunctionArn": arn})
        yield caller.call("kms:Decrypt", key, "decrypts its variables", pages.LAMBDA_KEY, carries)
    if properties.get("TracingConfig", {}).get("Mode") == "Active":
        inside = caller.within(properties.get("VpcConfig"))
        yield from inside.calls(
            ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
            "*",
            "sends its traces",
            pages.LAMBDA_XRAY,
            leaves_by="xray",
        )
    if "VpcConfig" in properties:
        yield from function_enters(caller, properties["VpcConfig"], pages.LAMBDA_VPC)


def runs_with(inventory: Inventory, role: str) -> Caller:
    """Who calls with a role while it works: the function that has the role, in its network, if one has."""
    for one in inventory.resources("AWS::Lambda::Function"):
        if one.known("Role") == role:
            return Caller(inventory, role, inventory.path(one)).within(one.known("VpcConfig"))
    return Caller(inventory, role, role)


def asks(caller: Caller, endpoint: str) -> Call:
    """An endpoint is invoked."""
    return caller.call(
        "sagemaker:InvokeEndpoint",
        caller.inventory.arn("sagemaker", f"endpoint/{endpoint}"),
        "asks the endpoint",
        pages.ENDPOINT_API,
        leaves_by="sagemaker.runtime",
    )


def _gateway(inventory: Inventory) -> Iterator[Call]:
    stages = {one.properties["RestApiId"]: one for one in inventory.resources("AWS::ApiGateway::Stage")}
    for method in inventory.resources("AWS::ApiGateway::Method"):
        properties = method.properties
        found = _URI.match(str(properties.get("Integration", {}).get("Uri", "")))
        stage = stages.get(properties["RestApiId"])
        if found is None or stage is None:
            continue
        verb = "POST" if properties["HttpMethod"] == "ANY" else properties["HttpMethod"]
        route = f"{properties['RestApiId']}/{stage.name}/{verb}/example"
        yield answers_by(inventory, route, found["function"], inventory.path(method))
    for account in inventory.resources("AWS::ApiGateway::Account"):
        role, path = account.properties["CloudWatchRoleArn"], inventory.path(account)
        arn = f"arn:{inventory.place.partition}:apigateway:{inventory.place.region}::/account"
        yield of_service(inventory, "apigateway.amazonaws.com", path, arn).assumes(role, pages.GATEWAY_LOGS)
        for api, stage in stages.items():
            group = f"API-Gateway-Execution-Logs_{api}/{stage.name}"
            yield from logs(Caller(inventory, role, path), group, pages.GATEWAY_LOGS)


def answers_by(inventory: Inventory, route: str, function: str, made_by: str) -> Call:
    """API Gateway invokes a function for a route, `<api>/<stage>/<verb>/<path>`."""
    source = inventory.arn("execute-api", route)
    service = of_service(inventory, "apigateway.amazonaws.com", made_by, source)
    return service.call("lambda:InvokeFunction", function, "answers by the function", pages.GATEWAY_LAMBDA)


def _shifts(inventory: Inventory) -> Iterator[Call]:
    aliases = inventory.resources("AWS::Lambda::Alias")
    for group in inventory.resources("AWS::CodeDeploy::DeploymentGroup"):
        role, path = group.properties["ServiceRoleArn"], inventory.path(group)
        application = group.properties["ApplicationName"]
        arn = inventory.arn("codedeploy", f"deploymentgroup:{application}/{group.name}")
        yield of_service(inventory, "codedeploy.amazonaws.com", path, arn).assumes(role, pages.CODEDEPLOY)
        caller = Caller(inventory, role, path)
        for alias in aliases:
            if alias.stack == group.stack:
                function = alias.properties["FunctionName"]
                shifted = inventory.arn("lambda", f"function:{function}:{alias.properties['Name']}")
                yield from caller.calls(
                    ("lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"),
                    shifted,
                    "shifts the alias",
                    pages.CODEDEPLOY,
                )
        for alarm in group.properties.get("AlarmConfiguration", {}).get("Alarms", []):
            watched = inventory.arn("cloudwatch", f"alarm:{alarm['Name']}")
            yield caller.call("cloudwatch:DescribeAlarms", watched, "watches the alarm", pages.CODEDEPLOY)
