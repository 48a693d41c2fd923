"""Log groups that services write: those that a stack declares go with it, any other stays.

A declared group must outlive its writer, too: what writes to a group that is gone makes it again, without
a retention. CloudFormation deletes in the reverse order of the dependencies.
"""

from collections.abc import Iterator

from quality.checks.teardown.remainder import Kind, Remainder
from stacks.policies.templates import Json, Resource, as_list, lookup

_GROUP = "AWS::Logs::LogGroup"
_JOBS = {
    "Processing": "/aws/sagemaker/ProcessingJobs",
    "Training": "/aws/sagemaker/TrainingJobs",
    "Tuning": "/aws/sagemaker/TrainingJobs",
    "Transform": "/aws/sagemaker/TransformJobs",
}


def of_function(function: Resource) -> Iterator[Remainder]:
    name = f"/aws/lambda/{function.get('FunctionName') or function.text()}"
    yield from _written_to(function, function.get("LoggingConfig.LogGroup"), name)


def of_stage(stage: Resource) -> Iterator[Remainder]:
    """The group of what the gateway does, whose name is given, and the one of who called."""
    settings = stage.get("MethodSettings") or []
    if any(one.get("LoggingLevel", "OFF") != "OFF" for one in settings):
        name = f"API-Gateway-Execution-Logs_{stage.get('RestApiId')}/{stage.get('StageName')}"
        yield from _written_to(stage, None, name)
    if destination := stage.get("AccessLogSetting.DestinationArn"):
        yield from _written_to(stage, destination, _name(destination))


def of_endpoint(endpoint: Resource) -> Iterator[Remainder]:
    name = endpoint.get("EndpointName") or endpoint.text("EndpointName")
    yield from _written_to(endpoint, None, f"/aws/sagemaker/Endpoints/{name}")


def of_notebook(notebook: Resource) -> Iterator[Remainder]:
    yield from _written_to(notebook, None, "/aws/sagemaker/NotebookInstances")


def of_space(space: Resource) -> Iterator[Remainder]:
    yield from _written_to(space, None, "/aws/sagemaker/studio")


def of_schedule(schedule: Resource) -> Iterator[Remainder]:
    yield from _written_to(schedule, None, "/aws/sagemaker/ProcessingJobs")


def of_cluster(cluster: Resource) -> Iterator[Remainder]:
    if cluster.get("Logging.ClusterLogging.EnabledTypes"):
        name = f"/aws/eks/{cluster.get('Name') or cluster.text()}/cluster"
        yield from _written_to(cluster, None, name)


def of_state_machine(machine: Resource) -> Iterator[Remainder]:
    for one in machine.get("LoggingConfiguration.Destinations") or []:
        destination = lookup(one, "CloudWatchLogsLogGroup.LogGroupArn")
        yield from _written_to(machine, destination, _name(destination))


def of_jobs(pipeline: Resource, kinds: set[str]) -> Iterator[Remainder]:
    for name in sorted({_JOBS[kind] for kind in kinds & set(_JOBS)}):
        yield from _written_to(pipeline, None, name)


def of_project(project: Resource) -> Iterator[Remainder]:
    to = project.get("LogsConfig.CloudWatchLogs") or {}
    if to.get("Status") != "DISABLED":
        name = f"/aws/codebuild/{project.get('Name') or project.text()}"
        yield from _written_to(project, to.get("GroupName"), name)


def of_flow_log(log: Resource) -> Iterator[Remainder]:
    if log.get("LogDestinationType") in (None, "cloud-watch-logs"):
        group = log.get("LogGroupName") or log.get("LogDestination")
        yield from _written_to(log, group, _name(group))


def of_firewall(logging: Resource) -> Iterator[Remainder]:
    for destination in logging.get("LogDestinationConfigs") or []:
        yield from _written_to(logging, destination, _name(destination))


def of_gateways_account(account: Resource) -> Iterator[Remainder]:
    yield from _written_to(account, None, "/aws/apigateway/welcome")


def _name(destination: Json) -> str:
    """The name of a group that is given by its name or its ARN."""
    return str(destination).rpartition(":log-group:")[2].removesuffix(":*")


def _written_to(writer: Resource, reference: Json, name: str) -> Iterator[Remainder]:
    """What stays of the group that a reference means or, without one, a name."""
    declared = [
        group
        for group in writer.templates.of_type(_GROUP)
        if group.is_named_in(reference) or group.get("LogGroupName") == name
    ]
    if not declared:
        yield Remainder.at(writer, Kind.LOG_GROUP, name)
    elif not any(_goes_before(writer, group) for group in declared):
        yield Remainder.at(writer, Kind.LOGS_OUTLIVED, name)


def _goes_before(writer: Resource, group: Resource) -> bool:
    """Whether the writer is deleted first: it refers to the group, or depends on it."""
    depends = as_list(writer.attributes.get("DependsOn"))
    is_named = group.stack == writer.stack and group.logical_id in depends
    return is_named or group.is_named_in(writer.properties)
