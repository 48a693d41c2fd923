"""Lambda functions of ours. The CDK's own handlers of custom resources run at deployment only."""

from collections.abc import Iterator

from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Resource, lookup

_FUNCTION = "AWS::Lambda::Function"
_ALIAS = "AWS::Lambda::Alias"
_METHOD = "AWS::ApiGateway::Method"
_SHIFTED = "UpdatePolicy.CodeDeployLambdaAliasUpdate"
_GATEWAY_SECONDS = 29


@rule(_FUNCTION)
def function_is_traced(function: Resource) -> Faults:
    """A function is traced, so that a slow answer can be told from a slow endpoint."""
    if _is_ours(function) and function.get("TracingConfig.Mode") != "Active":
        yield "TracingConfig.Mode", "is not Active"


@rule(_FUNCTION)
def function_reserves_its_concurrency(function: Resource) -> Faults:
    """A function reserves the concurrency that its endpoint can take, and takes no more of the account's."""
    if _is_ours(function) and not function.get("ReservedConcurrentExecutions"):
        yield "ReservedConcurrentExecutions", "is missing"


@rule(_FUNCTION)
def function_writes_to_a_declared_log_group(function: Resource) -> Faults:
    """A function's log group is declared: the one that Lambda makes never expires and has no key of ours."""
    group = function.get("LoggingConfig.LogGroup")
    if _is_ours(function) and not function.templates.target(group, "AWS::Logs::LogGroup"):
        yield "LoggingConfig.LogGroup", "is none of the stacks' log groups"


@rule(_METHOD)
def function_gives_up_before_the_gateway(method: Resource) -> Faults:
    """A function behind the API ends before the gateway's patience (29 s) does: its answer arrives."""
    for function in _called(method):
        patience = (method.get("Integration.TimeoutInMillis") or _GATEWAY_SECONDS * 1000) / 1000
        timeout = function.get("Timeout") or 3
        if timeout >= patience:
            yield (
                "Integration",
                f"waits {patience:g} s for {function.logical_id}, which takes up to {timeout} s",
            )


@rule(_METHOD, dev_may_omit=Omission.CANARY)
def function_is_deployed_step_by_step(method: Resource) -> Faults:
    """The API calls a function by an alias that CodeDeploy shifts gradually, and back on an alarm."""
    for function in _called(method):
        alias = method.templates.target(method.get("Integration.Uri"), _ALIAS)
        update = lookup(alias.attributes, _SHIFTED) if alias else None
        if not update:
            yield "Integration.Uri", f"calls {function.logical_id} by no alias that CodeDeploy shifts"
            continue
        group = method.templates.target(update.get("DeploymentGroupName"), "AWS::CodeDeploy::DeploymentGroup")
        alarms = (group.get("AlarmConfiguration.Alarms") or []) if group else []
        known = all(method.templates.target(one.get("Name"), "AWS::CloudWatch::Alarm") for one in alarms)
        if not alarms or not known:
            yield "Integration.Uri", f"calls {function.logical_id}, deployed without an alarm of the stacks"
        if group and "AllAtOnce" in str(group.get("DeploymentConfigName")):
            yield "Integration.Uri", f"calls {function.logical_id}, deployed all at once"


@rule(_FUNCTION, dev_may_omit=Omission.VPC)
def function_runs_in_a_vpc(function: Resource) -> Faults:
    """A function runs in our VPC, in at least two subnets, behind a security group."""
    subnets = function.get("VpcConfig.SubnetIds") or []
    if _is_ours(function) and (len(subnets) < 2 or not function.get("VpcConfig.SecurityGroupIds")):
        yield "VpcConfig", f"has {len(subnets)} subnets or no security group"


def _is_ours(function: Resource) -> bool:
    return not any(
        function.is_named_in(resource.get("ServiceToken"))
        for resource in function.templates
        if resource.type.startswith("Custom::")
    )


def _called(method: Resource) -> Iterator[Resource]:
    """The functions that a method calls, by themselves or by an alias."""
    for resource in method.templates.references(method.get("Integration.Uri")):
        if resource.type == _FUNCTION:
            yield resource
        elif resource.type == _ALIAS:
            function = method.templates.target(resource.get("FunctionName"), _FUNCTION)
            if function:
                yield function
