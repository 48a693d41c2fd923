"""Endpoints: capacity, capture, and deployments that roll back by themselves."""

from collections.abc import Iterator

from stacks.instance_types import has_local_disk
from stacks.policies.definition import MODEL
from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Json, Resource, lookup

_CONFIG = "AWS::SageMaker::EndpointConfig"
_ENDPOINT = "AWS::SageMaker::Endpoint"
_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_VARIANT = "AllTraffic"
_MAX_ALARMS = 10


@rule(_CONFIG, dev_may_omit=Omission.SECOND_INSTANCE)
def variant_has_two_instances(config: Resource) -> Faults:
    """A variant starts with at least two instances, so that losing a zone leaves one."""
    for path, variant in _variants(config):
        count = variant.get("InitialInstanceCount") or 0
        if int(count) < 2:
            yield f"{path}.InitialInstanceCount", f"is {count}"


@rule(_CONFIG)
def variant_keeps_its_name(config: Resource) -> Faults:
    """Every variant is called AllTraffic, always: blue/green deployments and autoscaling find it by that."""
    for path, variant in _variants(config):
        if variant.get("VariantName") != _VARIANT:
            yield f"{path}.VariantName", f"is {variant.get('VariantName')!r}"


@rule(_CONFIG)
def volume_key_fits_the_instance(config: Resource) -> Faults:
    """Volumes are encrypted with our key, but where the instance has a local disk: there a key fails it."""
    local = {
        variant.get("InstanceType", ""): has_local_disk(variant.get("InstanceType", ""))
        for _, variant in _variants(config)
    }
    if config.get("KmsKeyId"):
        for instance_type in (name for name, has_disk in local.items() if has_disk):
            yield "KmsKeyId", f"is set, and {instance_type} has a local disk"
    elif not all(local.values()):
        yield "KmsKeyId", "is missing"


@rule(_CONFIG)
def endpoint_captures_data(config: Resource) -> Faults:
    """Requests and answers are captured at a set rate, encrypted with our key."""
    if config.get("DataCaptureConfig.EnableCapture") is not True:
        yield "DataCaptureConfig.EnableCapture", "is not true"
        return
    modes = {one.get("CaptureMode") for one in config.get("DataCaptureConfig.CaptureOptions") or []}
    if not modes >= {"Input", "Output"}:
        yield "DataCaptureConfig.CaptureOptions", "lack Input or Output"
    for name in ("InitialSamplingPercentage", "KmsKeyId", "DestinationS3Uri"):
        if not config.get(f"DataCaptureConfig.{name}"):
            yield f"DataCaptureConfig.{name}", "is missing"


@rule(_CONFIG)
def captured_data_expires(config: Resource) -> Faults:
    """Captured data expire: they are what customers have sent."""
    destination = str(config.get("DataCaptureConfig.DestinationS3Uri") or "")
    bucket = config.templates.target(destination, "AWS::S3::Bucket")
    if not destination:
        return
    if bucket is None:
        yield "DataCaptureConfig.DestinationS3Uri", "is in no bucket of the stacks"
        return
    key = destination.partition("}/")[2]
    rules = bucket.get("LifecycleConfiguration.Rules") or []
    expiring = [one for one in rules if one.get("ExpirationInDays") and one.get("Status") == "Enabled"]
    if not any(key.startswith(one.get("Prefix", "")) for one in expiring):
        yield "DataCaptureConfig.DestinationS3Uri", "is where no object expires"


@rule(MODEL, _CONFIG)
def model_and_config_have_no_name(resource: Resource) -> Faults:
    """CloudFormation names models and endpoint configurations: they are replaced on change, and a fixed name
    makes the update fail."""
    name = "ModelName" if resource.type == MODEL else "EndpointConfigName"
    if resource.get(name):
        yield name, "is set"


@rule(_ENDPOINT)
def endpoint_rolls_back_on_alarms(endpoint: Resource) -> Faults:
    """A deployment is blue/green with a bake time, and rolls back on one to ten alarms of the stacks."""
    policy = endpoint.get("DeploymentConfig.BlueGreenUpdatePolicy") or {}
    if not policy:
        yield "DeploymentConfig.BlueGreenUpdatePolicy", "is missing"
    elif not policy.get("TerminationWaitInSeconds") or not policy.get("MaximumExecutionTimeoutInSeconds"):
        yield (
            "DeploymentConfig.BlueGreenUpdatePolicy",
            "has no TerminationWaitInSeconds or no MaximumExecutionTimeoutInSeconds",
        )
    path = "DeploymentConfig.AutoRollbackConfiguration.Alarms"
    alarms = endpoint.get(path) or []
    if not 1 <= len(alarms) <= _MAX_ALARMS:
        yield path, f"are {len(alarms)}"
    declared = endpoint.templates.of_type("AWS::CloudWatch::Alarm")
    names = {name for alarm in declared for name in (alarm.text(), alarm.get("AlarmName")) if name}
    for index, alarm in enumerate(alarms):
        if alarm.get("AlarmName") not in names:
            yield f"{path}.{index}", f"{alarm.get('AlarmName')!r} is not an alarm of the stacks"


@rule(_ENDPOINT, dev_may_omit=Omission.CANARY)
def endpoint_shifts_traffic_step_by_step(endpoint: Resource) -> Faults:
    """A deployment sends a part of the traffic to the new instances first, and waits before the rest."""
    path = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"
    routing = endpoint.get(path) or {}
    if routing.get("Type") not in ("CANARY", "LINEAR"):
        yield f"{path}.Type", f"is {routing.get('Type')!r}, not CANARY or LINEAR"
    elif not routing.get("WaitIntervalInSeconds"):
        yield f"{path}.WaitIntervalInSeconds", "is missing"


@rule(_ENDPOINT)
def endpoint_keeps_its_scaled_size(endpoint: Resource) -> Faults:
    """An update keeps the size that autoscaling gave: RetainAllVariantProperties."""
    if endpoint.get("RetainAllVariantProperties") is not True:
        yield "RetainAllVariantProperties", "is not true"


@rule(_ENDPOINT)
def endpoint_scales(endpoint: Resource) -> Faults:
    """Each variant is a scalable target with a target-tracking policy."""
    for variant, target in _targets(endpoint):
        if target is None:
            yield "EndpointName", f"has no scalable target for the variant {variant}"
        elif not any(
            policy.get("PolicyType") == "TargetTrackingScaling"
            and target.is_named_in(policy.get("ScalingTargetId"))
            for policy in endpoint.templates.of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
        ):
            yield "EndpointName", f"has no target-tracking policy for the variant {variant}"


@rule(_ENDPOINT, dev_may_omit=Omission.SECOND_INSTANCE)
def endpoint_never_scales_below_two(endpoint: Resource) -> Faults:
    """Autoscaling keeps at least two instances of each variant."""
    for variant, target in _targets(endpoint):
        if target is not None and int(target.get("MinCapacity") or 0) < 2:
            yield "EndpointName", f"scales the variant {variant} down to {target.get('MinCapacity')}"


def _variants(config: Resource) -> Iterator[tuple[str, dict[str, Json]]]:
    for index, variant in enumerate(config.get("ProductionVariants") or []):
        yield f"ProductionVariants.{index}", variant


def _targets(endpoint: Resource) -> Iterator[tuple[str, Resource | None]]:
    """Each variant of the endpoint's configuration with its scalable target."""
    config = endpoint.templates.target(endpoint.get("EndpointConfigName"), _CONFIG)
    names = (endpoint.get("EndpointName"), endpoint.text("EndpointName"))
    for _, variant in _variants(config) if config else ():
        name = lookup(variant, "VariantName")
        ids = {f"endpoint/{endpoint_name}/variant/{name}" for endpoint_name in names}
        targets = (one for one in endpoint.templates.of_type(_TARGET) if one.get("ResourceId") in ids)
        yield str(name), next(targets, None)
