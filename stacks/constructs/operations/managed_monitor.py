"""SageMaker's Model Monitor over what an endpoint captures, for accounts that still have it."""

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_sagemaker import CfnDataQualityJobDefinition, CfnMonitoringSchedule
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.access.execution_role import ExecutionRole
from stacks.constructs.model.image import ManagedImage
from stacks.constructs.model.image_uris import Use
from stacks.constructs.network.vpc_config import VpcConfig
from stacks.constructs.storage.artifact import S3Prefix
from stacks.constructs.storage.baseline import Baseline
from stacks.setting_parts import ModelMonitor

_LOGS = ("/aws/sagemaker/ProcessingJobs",)
_METRICS = "/aws/sagemaker/Endpoints/data-metrics"
_WORK = "/opt/ml/processing"
_OF = CfnDataQualityJobDefinition


class ManagedMonitor(Construct):
    """A schedule called `<name>-data-quality`, and the job that it starts: it reads `captures` of the
    endpoint, writes violations below `outputs` and puts metrics. Without a baseline it writes statistics
    alone. Its containers reach no network."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        endpoint: str,
        settings: ModelMonitor,
        captures: S3Prefix,
        baseline: Baseline | None,
        outputs: S3Prefix,
        key: kms.IKey,
        vpc_config: VpcConfig | None,
        names_source: bool,
    ) -> None:
        super().__init__(scope, id)
        role = ExecutionRole(
            self,
            "Role",
            description=f"Runs the jobs of Model Monitor for {name}",
            log_groups=_LOGS,
            names_source=names_source,
        )
        captures.grant_read(role)
        outputs.grant_write(role)
        role.allow_volumes(key)
        if vpc_config:
            vpc_config.grant_attach(role)
        _allow_metrics(role)
        image = ManagedImage("model-monitor", "").bind(
            self, role, Use("monitoring", [settings.instance_type])
        )
        # Without a name of ours: it is replaced at every change.
        definition = CfnDataQualityJobDefinition(
            self,
            "Definition",
            role_arn=role.role_arn,
            data_quality_app_specification=_OF.DataQualityAppSpecificationProperty(image_uri=image),
            data_quality_baseline_config=_baseline(baseline, role) if baseline else None,
            data_quality_job_input=_OF.DataQualityJobInputProperty(
                endpoint_input=_OF.EndpointInputProperty(
                    endpoint_name=endpoint, local_path=f"{_WORK}/input/endpoint"
                )
            ),
            data_quality_job_output_config=_output(outputs, key),
            job_resources=_resources(settings, key),
            network_config=_network(vpc_config),
            stopping_condition=_OF.StoppingConditionProperty(
                max_runtime_in_seconds=settings.max_runtime_seconds
            ),
        )
        definition.node.add_dependency(role.policy)
        self._build_schedule(name, settings.schedule, definition)

    def _build_schedule(self, name: str, expression: str, definition: CfnDataQualityJobDefinition) -> None:
        CfnMonitoringSchedule(
            self,
            "Schedule",
            monitoring_schedule_name=f"{name}-data-quality",
            monitoring_schedule_config=CfnMonitoringSchedule.MonitoringScheduleConfigProperty(
                monitoring_type="DataQuality",
                # CloudFormation gives the definition's ARN, and the schedule takes its name.
                monitoring_job_definition_name=Fn.select(
                    1, Fn.split("/", definition.attr_job_definition_arn)
                ),
                schedule_config=CfnMonitoringSchedule.ScheduleConfigProperty(schedule_expression=expression),
            ),
        )


def _allow_metrics(role: iam.IRole) -> None:
    add_statement(
        role,
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": _METRICS}},
        ),
    )


def _baseline(baseline: Baseline, role: iam.IRole) -> _OF.DataQualityBaselineConfigProperty:
    return _OF.DataQualityBaselineConfigProperty(
        statistics_resource=_OF.StatisticsResourceProperty(s3_uri=baseline.statistics.bind(role)),
        constraints_resource=_OF.ConstraintsResourceProperty(s3_uri=baseline.constraints.bind(role)),
    )


def _output(outputs: S3Prefix, key: kms.IKey) -> _OF.MonitoringOutputConfigProperty:
    to = _OF.S3OutputProperty(s3_uri=outputs.uri, local_path=f"{_WORK}/output", s3_upload_mode="EndOfJob")
    return _OF.MonitoringOutputConfigProperty(
        kms_key_id=key.key_arn, monitoring_outputs=[_OF.MonitoringOutputProperty(s3_output=to)]
    )


def _resources(settings: ModelMonitor, key: kms.IKey) -> _OF.MonitoringResourcesProperty:
    return _OF.MonitoringResourcesProperty(
        cluster_config=_OF.ClusterConfigProperty(
            instance_count=1,
            instance_type=settings.instance_type,
            volume_size_in_gb=settings.volume_size_gb,
            volume_kms_key_id=key.key_arn,
        )
    )


def _network(vpc_config: VpcConfig | None) -> _OF.NetworkConfigProperty:
    return _OF.NetworkConfigProperty(
        enable_network_isolation=True,
        enable_inter_container_traffic_encryption=True,
        vpc_config=_OF.VpcConfigProperty(
            subnets=[*vpc_config.subnet_ids], security_group_ids=[vpc_config.security_group_id]
        )
        if vpc_config
        else None,
    )
