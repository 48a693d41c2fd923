"""A real-time endpoint in front of a model, whose deployments roll back by themselves."""

from collections.abc import Sequence
from typing import Any, Protocol

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_applicationautoscaling import CfnScalableTarget, CfnScalingPolicy
from aws_cdk.aws_cloudwatch import CfnAlarm
from aws_cdk.aws_sagemaker import CfnEndpoint, CfnEndpointConfig
from constructs import Construct

from stacks.asked_once import add_statement
from stacks.constructs.model.inference_pipeline import InferencePipeline
from stacks.constructs.operations.alarms import Alarms
from stacks.constructs.operations.log_groups import LogGroups
from stacks.constructs.operations.metrics import EndpointMetrics
from stacks.constructs.storage.artifact import S3Prefix
from stacks.instance_types import has_local_disk
from stacks.setting_parts import Deployment, Scaling, Serving

# Blue/green deployment and autoscaling find the variant by its name: it never changes.
VARIANT = "AllTraffic"
_MICROSECONDS = 1000
_FULL_PERCENT = 90


class Invocable(Protocol):
    """An endpoint as its callers and the people on call see it."""

    @property
    def name(self) -> str: ...

    @property
    def metrics(self) -> EndpointMetrics: ...

    @property
    def alarms(self) -> Sequence[CfnAlarm]: ...

    def grant_invoke(self, role: iam.IRole) -> None: ...


class ExistingEndpoint:
    """An endpoint of the stack's account and region that somebody else deploys, and watches."""

    alarms: Sequence[CfnAlarm] = ()

    def __init__(self, stack: Stack, name: str) -> None:
        self.name = name
        self.metrics = EndpointMetrics(name, VARIANT)
        self._arn = stack.format_arn(service="sagemaker", resource="endpoint", resource_name=name.lower())

    def grant_invoke(self, role: iam.IRole) -> None:
        add_statement(role, iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=[self._arn]))


class Endpoint(Construct):
    """One production variant. The endpoint is named, since clients type it; its configuration is not,
    since it is replaced at every change.

    Captured data goes to `capture`. The key encrypts captured data, and volumes where the settings say so:
    raises ValueError for an instance type that takes no key.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        model: InferencePipeline,
        settings: Serving,
        key: kms.IKey,
        capture: S3Prefix,
        logs: LogGroups,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, id)
        self.metrics = EndpointMetrics(name, VARIANT)
        rollback = self._build_alarms(alarms, settings)
        self.alarms = [*rollback, *self._build_instance_alarms(alarms)]
        capture.grant_write(model.role)
        model.role.allow_volumes(key)
        config = CfnEndpointConfig(
            self,
            "Config",
            kms_key_id=_volume_key(key, settings),
            production_variants=[
                CfnEndpointConfig.ProductionVariantProperty(
                    variant_name=VARIANT,
                    model_name=model.model_name,
                    instance_type=settings.instance_type,
                    initial_instance_count=settings.instance_count,
                    initial_variant_weight=1,
                )
            ],
            data_capture_config=_data_capture(capture, key, settings),
        )
        self._endpoint = CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            endpoint_config_name=config.attr_endpoint_config_name,
            deployment_config=_deployment(settings, rollback),
            retain_all_variant_properties=True,
        )
        # SageMaker would make this group by itself, without retention and key.
        group = logs.group(self, "Logs", name=f"/aws/sagemaker/Endpoints/{name}")
        self._endpoint.node.add_dependency(model.role.policy, group)
        self._build_scaling(name, settings.instance_count, settings.scaling)

    @property
    def name(self) -> str:
        """The name, known once the endpoint is in service: who uses it is deployed after it."""
        return self._endpoint.attr_endpoint_name

    def grant_invoke(self, role: iam.IRole) -> None:
        add_statement(
            role, iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=[self._endpoint.ref])
        )

    def _build_alarms(self, alarms: Alarms, settings: Serving) -> list[CfnAlarm]:
        limits = settings.limits
        return [
            alarms.above(
                self,
                "Errors",
                self.metrics.failed_share,
                limits.error_percent / 100,
                reason=f"More than {limits.error_percent:g} % of invocations failed in the model",
            ),
            alarms.above(
                self,
                "ModelLatency",
                self.metrics["ModelLatency"],
                limits.model_latency_ms * _MICROSECONDS,
                reason=f"One invocation of a hundred took the containers over {limits.model_latency_ms} ms",
            ),
            alarms.above(
                self,
                "OverheadLatency",
                self.metrics["OverheadLatency"],
                limits.overhead_latency_ms * _MICROSECONDS,
                reason=f"SageMaker added over {limits.overhead_latency_ms} ms to one invocation of a hundred",
            ),
        ]

    def _build_instance_alarms(self, alarms: Alarms) -> list[CfnAlarm]:
        return [
            alarms.above(
                self,
                id,
                metric,
                _FULL_PERCENT,
                reason=f"An instance's {what} is more than {_FULL_PERCENT} % full",
                minutes=5,
            )
            for id, metric, what in (
                ("Memory", self.metrics["MemoryUtilization"], "memory"),
                ("Disk", self.metrics["DiskUtilization"], "disk"),
            )
        ]

    def _build_scaling(self, name: str, least: int, scaling: Scaling) -> None:
        target = CfnScalableTarget(
            self,
            "Instances",
            service_namespace="sagemaker",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            resource_id=f"endpoint/{name}/variant/{VARIANT}",
            min_capacity=least,
            max_capacity=scaling.max_instances,
        )
        # The target names the endpoint by text, which CloudFormation takes for no reference.
        target.node.add_dependency(self._endpoint)
        CfnScalingPolicy(
            self,
            "Load",
            policy_name=f"{name}-load",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                predefined_metric_specification=CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                    predefined_metric_type="SageMakerVariantInvocationsPerInstance"
                ),
                target_value=scaling.invocations_per_minute,
                scale_out_cooldown=scaling.scale_out_cooldown_seconds,
                scale_in_cooldown=scaling.scale_in_cooldown_seconds,
            ),
        )


def _volume_key(key: kms.IKey, settings: Serving) -> str | None:
    if settings.volume_key == "hardware":
        return None
    if has_local_disk(settings.instance_type):
        raise ValueError(f"{settings.instance_type}: its local disk does not support a KMS key")
    return key.key_arn


def _data_capture(
    destination: S3Prefix, key: kms.IKey, settings: Serving
) -> CfnEndpointConfig.DataCaptureConfigProperty:
    return CfnEndpointConfig.DataCaptureConfigProperty(
        enable_capture=True,
        initial_sampling_percentage=settings.capture.percent,
        destination_s3_uri=destination.uri,
        kms_key_id=key.key_arn,
        capture_options=[
            CfnEndpointConfig.CaptureOptionProperty(capture_mode=mode) for mode in ("Input", "Output")
        ],
        # All other types are kept in base64.
        capture_content_type_header=CfnEndpointConfig.CaptureContentTypeHeaderProperty(
            csv_content_types=["text/csv"], json_content_types=["application/json", "application/jsonlines"]
        ),
    )


def _deployment(settings: Serving, alarms: list[CfnAlarm]) -> CfnEndpoint.DeploymentConfigProperty:
    deployment = settings.deployment
    return CfnEndpoint.DeploymentConfigProperty(
        auto_rollback_configuration=CfnEndpoint.AutoRollbackConfigProperty(
            alarms=[CfnEndpoint.AlarmProperty(alarm_name=alarm.ref) for alarm in alarms]
        ),
        blue_green_update_policy=CfnEndpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=CfnEndpoint.TrafficRoutingConfigProperty(
                wait_interval_in_seconds=deployment.wait_seconds,
                **_routing(deployment, settings.instance_count),
            ),
            termination_wait_in_seconds=deployment.termination_wait_seconds,
            maximum_execution_timeout_in_seconds=deployment.max_execution_seconds,
        ),
    )


def _routing(deployment: Deployment, instance_count: int) -> dict[str, Any]:
    # A canary is at most half of the instances: one instance leaves no half.
    if instance_count == 1:
        return {"type": "ALL_AT_ONCE"}
    size = CfnEndpoint.CapacitySizeProperty(type="INSTANCE_COUNT", value=deployment.canary_instances)
    return {"type": "CANARY", "canary_size": size}
