"""SageMaker's own Autopilot: a state machine that starts an AutoML job and waits for its end.

CloudFormation has no AutoML job, and the step of SageMaker's pipelines knows ensembles alone.
"""

from typing import Any, Literal

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.access.service_role import ServiceRole, allow_without_resource
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.operations.log_groups import LogGroups
from stacks.constructs.pipeline.autopilot_states import Job, states
from stacks.constructs.pipeline.pipeline import JOB_LOGS
from stacks.constructs.storage.artifact import S3Prefix
from stacks.policies.acknowledgement import acknowledge, wildcard

type Mode = Literal["candidates-only", "complete"]

# Autopilot calls its jobs and models after so many characters of its own job's name.
_PREFIX = 10
_OF_THE_JOB = (
    "the jobs and models of an AutoML job, which Autopilot names after the beginning of the job's name"
)
_LATER = "an AutoML job has a name of its own for each execution, which begins as the state machine says"
_RUNS = {
    "training-job": ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob"),
    "processing-job": ("CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob"),
    "transform-job": ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob"),
    "hyper-parameter-tuning-job": (
        "CreateHyperParameterTuningJob",
        "DescribeHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
        "StopHyperParameterTuningJob",
    ),
    "model": ("CreateModel", "DescribeModel", "DeleteModel"),
}
_LOGS = (
    *("CreateLogDelivery", "DeleteLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies"),
    *("GetLogDelivery", "ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery"),
)


class Autopilot(Construct):
    """A state machine called `<name>-autopilot`, which people start without input.

    `data` is a CSV file with a header, or a prefix of such files; the columns but `target` are features.
    What Autopilot writes goes below `outputs`. With the mode `candidates-only` it ends once both notebooks
    are written, else with the best candidate's models.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        job: Job,
        data: S3Prefix,
        outputs: S3Prefix,
        key: kms.IKey,
        vpc_config: VpcConfig | None,
        logs: LogGroups,
        names_source: bool,
    ) -> None:
        super().__init__(scope, id)
        self._key, self._vpc_config = key, vpc_config
        if len(job.name) < _PREFIX:
            raise ValueError(f"{job.name}: expected a name of {_PREFIX} characters at least")
        role = self._build_job_role(name, job.name, names_source)
        data.grant_read(role)
        outputs.grant_read(role)
        outputs.grant_write(role)
        starter = self._build_starter(name, job.name, role)
        group = logs.group(self, "Logs", name=f"/aws/vendedlogs/states/{name}-autopilot")
        request = job.request(
            data=data.uri,
            output=outputs.uri,
            role=role.role_arn,
            key=key.key_arn,
            vpc_config=vpc_config.as_request() if vpc_config else None,
        )
        machine = CfnStateMachine(
            self,
            "StateMachine",
            state_machine_name=f"{name}-autopilot",
            role_arn=starter.role_arn,
            definition_string=Stack.of(self).to_json_string(
                states(request, job.name, Stack.of(self).partition)
            ),
            logging_configuration=CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=False,
                destinations=[
                    CfnStateMachine.LogDestinationProperty(
                        cloud_watch_logs_log_group=CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=group.log_group_arn
                        )
                    )
                ],
            ),
            tracing_configuration=CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        machine.node.add_dependency(starter.policy, role.policy)

    def _build_job_role(self, name: str, job: str, names_source: bool) -> ExecutionRole:
        role = ExecutionRole(
            self,
            "JobRole",
            description=f"Runs the AutoML jobs of {name}, and the jobs that these start",
            log_groups=JOB_LOGS,
            names_source=names_source,
        )
        role.allow_volumes(self._key)
        if self._vpc_config:
            self._vpc_config.grant_attach(role)
        for kind, actions in _RUNS.items():
            self._allow(role, (*actions, "AddTags"), kind, f"{job[:_PREFIX]}*", _OF_THE_JOB)
        self._allow_to_pass(role, role)
        return role

    def _build_starter(self, name: str, job: str, role: ExecutionRole) -> ServiceRole:
        starter = ServiceRole(
            self,
            "Role",
            service="states.amazonaws.com",
            description=f"Starts AutoML jobs of {name} and asks for their state",
        )
        self._allow(
            starter, ("AddTags", "CreateAutoMLJobV2", "DescribeAutoMLJobV2"), "automl-job", f"{job}-*", _LATER
        )
        self._allow_to_pass(starter, role)
        tracing = ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
        allow_without_resource(
            starter, [*(f"logs:{one}" for one in _LOGS), *(f"xray:{one}" for one in tracing)]
        )
        return starter

    def _allow(self, role: iam.IRole, actions: tuple[str, ...], kind: str, name: str, wide: str) -> None:
        arn = Stack.of(self).format_arn(
            service="sagemaker", resource=kind, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        add_statement(
            role, iam.PolicyStatement(actions=[f"sagemaker:{action}" for action in actions], resources=[arn])
        )
        acknowledge(role, wildcard(role, arn), wide)

    def _allow_to_pass(self, role: iam.IRole, passed: iam.IRole) -> None:
        condition: dict[str, Any] = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        add_statement(
            role,
            iam.PolicyStatement(actions=["iam:PassRole"], resources=[passed.role_arn], conditions=condition),
        )
