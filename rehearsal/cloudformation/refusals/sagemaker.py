"""SageMaker: instance types, keys, traffic shifting, alarms, pipelines."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rehearsal.cloudformation.outcome import Refusal
from rehearsal.cloudformation.refusals.case import Case, Rule, listed, number
from rehearsal.cloudformation.state import is_known

_API: Final = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
_GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
_NVME: Final = "https://github.com/aws/sagemaker-python-sdk/issues/3677"
_CONFIG: Final = "AWS::SageMaker::EndpointConfig"
_ALARMS: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
# Families with NVMe instance storage: they encrypt it themselves. https://docs.aws.amazon.com/AWSEC2/latest/
# UserGuide/instance-types.html: those whose name has a d after the generation, and these.
_NVME_FAMILIES: Final = frozenset(
    {"g4dn", "g5", "g6", "g6e", "gr6", "p4d", "p4de", "p5", "p5e", "p5en", "trn1", "trn1n", "trn2"}
)


def notebook(case: Case) -> Iterator[Refusal]:
    """A notebook that nobody can reach."""
    if case.known("DirectInternetAccess") == "Disabled" and not case.resource.properties.get("SubnetId"):
        text = "Subnet ID is required when direct internet access is disabled"
        yield Refusal(
            "no-network",
            text,
            f"{_API}API_CreateNotebookInstance.html",
            ("give it a subnet and security groups",),
        )


def volume_key(case: Case) -> Iterator[Refusal]:
    """A key for volumes of instances that encrypt theirs in hardware."""
    if not case.resource.properties.get("KmsKeyId"):
        return
    for one in case.members("ProductionVariants"):
        kind = str(one.get("InstanceType"))
        if has_nvme(kind):
            text = f"The instance type {kind} has NVMe instance storage: KmsKeyId is not supported for it"
            ways = (
                "leave KmsKeyId out: the storage is encrypted in hardware",
                "an instance type with EBS volumes",
            )
            yield Refusal("key-on-nvme", text, _NVME, ways)


def has_nvme(instance_type: str) -> bool:
    """Whether an instance type has storage of its own in place of an EBS volume."""
    parts = instance_type.split(".")
    family = parts[1] if len(parts) == 3 else ""
    return family in _NVME_FAMILIES or (
        family[:1] in ("m", "c", "r", "i", "x") and family[2:] in ("d", "gd", "dn", "id", "ad")
    )


def variants(case: Case) -> Iterator[Refusal]:
    """Names, number and instances of an endpoint's variants."""
    names = [str(one.get("VariantName")) for one in case.members("ProductionVariants")]
    page = f"{_API}API_CreateEndpointConfig.html"
    if len(set(names)) < len(names):
        text = f"Production variant names must be unique: {', '.join(names)}"
        yield Refusal("variants", text, page, ("give each variant a name of its own",))
    if len(names) > 10:
        text = f"Expected at most 10 production variants, got {len(names)}"
        yield Refusal("variants", text, page, ("spread the variants over several endpoints",))
    weights = [number(one.get("InitialVariantWeight", 1)) for one in case.members("ProductionVariants")]
    if weights and not any(weights):
        text = "At least one production variant must have a weight that is greater than 0"
        yield Refusal("variants", text, page, ("InitialVariantWeight: 1",))
    for one in case.members("ProductionVariants"):
        serverless, count = one.get("ServerlessConfig"), one.get("InitialInstanceCount")
        if serverless and (one.get("InstanceType") or count):
            text = "A variant with ServerlessConfig cannot have InstanceType or InitialInstanceCount"
            yield Refusal("variants", text, page, ("one of the two",))
        if serverless and case.known("DataCaptureConfig", "EnableCapture") in (True, "true"):
            text = "Data capture is not supported for serverless endpoints"
            yield Refusal(
                "variants", text, f"{_GUIDE}serverless-endpoints.html", ("without DataCaptureConfig",)
            )


def instances(case: Case) -> Iterator[Refusal]:
    """The instances of all endpoints' variants against the quotas that a team has filled in."""
    wanted = _instances(case.resource.properties)
    held: Counter[str] = Counter()
    for one in case.existing(_CONFIG):
        if case.resource.action == "create":
            held.update(_instances(one.properties))
    for kind, count in wanted.items():
        most = case.quotas.endpoint_instances.get(kind)
        if most is not None and held[kind] + count > most:
            text = (
                f"The account-level service limit '{kind} for endpoint usage' is {most} Instances, with"
                f" current utilization of {held[kind]} Instances and a request delta of {count} Instances."
                " Please use AWS Service Quotas to request an increase for this quota."
            )
            page = "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html"
            yield Refusal(
                "quota", text, page, ("request an increase in Service Quotas", "another instance type")
            )


def _instances(properties: Mapping[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in listed(properties.get("ProductionVariants")):
        found[str(one.get("InstanceType"))] += int(number(one.get("InitialInstanceCount")) or 0)
    return found


def shifting(case: Case) -> Iterator[Refusal]:
    """Canaries and linear steps that are too large, and updates that end before they can."""
    policy = case.known("DeploymentConfig", "BlueGreenUpdatePolicy") or {}
    routing = policy.get("TrafficRoutingConfiguration", {})
    kind, fleet = routing.get("Type"), _fleet(case)
    for name, value in (("CanarySize", "CANARY"), ("LinearStepSize", "LINEAR")):
        part = _part(routing.get(name) or {}, fleet)
        if kind == value and not routing.get(name):
            text = f"{name} is required when the type of traffic routing is {value}"
            yield Refusal("traffic", text, f"{_API}API_TrafficRoutingConfig.html", (f"set {name}",))
        elif kind == value and part is not None and part > 0.5:
            text = (
                f"{name} must be less than or equal to 50% of the variant's total instance count (it is"
                f" {part:.0%})"
            )
            page = f"{_GUIDE}deployment-guardrails-blue-green-{value.lower()}.html"
            ways = (f"a {name} of at most half of the instances", "ALL_AT_ONCE, for a fleet of one instance")
            yield Refusal("traffic", text, page, ways)
    waits = (number(routing.get("WaitIntervalInSeconds")) or 0) + (
        number(policy.get("TerminationWaitInSeconds")) or 0
    )
    most = number(policy.get("MaximumExecutionTimeoutInSeconds"))
    if most is not None and waits > most:
        text = f"MaximumExecutionTimeoutInSeconds ({most:g}) must be greater than the wait times ({waits:g})"
        ways = ("a longer MaximumExecutionTimeoutInSeconds", "shorter waits")
        yield Refusal("traffic", text, f"{_API}API_BlueGreenUpdatePolicy.html", ways)


def _fleet(case: Case) -> float | None:
    config = case.find(_CONFIG, case.resource.properties.get("EndpointConfigName"))
    if config is None:
        return None
    counts = [
        number(one.get("InitialInstanceCount")) for one in listed(config.properties.get("ProductionVariants"))
    ]
    return min((one for one in counts if one), default=None)


def _part(size: Mapping[str, Any], fleet: float | None) -> float | None:
    value = number(size.get("Value"))
    if value is None:
        return None
    if size.get("Type") == "CAPACITY_PERCENT":
        return value / 100
    return value / fleet if fleet else None


def alarms(case: Case) -> Iterator[Refusal]:
    """Alarms of a rollback: at most ten, and there before the endpoint."""
    names = [
        one.get("AlarmName")
        for one in case.members("DeploymentConfig", "AutoRollbackConfiguration", "Alarms")
    ]
    page = f"{_GUIDE}deployment-guardrails-configuration.html"
    if len(names) > 10:
        text = f"Expected at most 10 alarms, got {len(names)}"
        yield Refusal("too-many", text, page, ("join alarms into a composite alarm",))
    known = {one.physical_id for one in case.existing(*_ALARMS)}
    for name in names:
        if isinstance(name, str) and is_known(name) and name not in known:
            text = f"The alarm {name} in AutoRollbackConfiguration does not exist"
            ways = (
                "refer to the alarm (Ref), so that it is created before",
                f"create {name} in a deployment before",
            )
            yield Refusal("alarm-missing", text, page, ways)


def pipeline(case: Case) -> Iterator[Refusal]:
    """A pipeline's definition that SageMaker can't read."""
    text = case.resource.properties.get("PipelineDefinition", {}).get("PipelineDefinitionBody")
    if not isinstance(text, str):
        return
    page = f"{_API}API_CreatePipeline.html"
    if not is_known(text):
        text = text.replace("⟨", "").replace("⟩", "")
    try:
        steps = listed(json.loads(text)["Steps"])
    except (ValueError, KeyError, TypeError) as error:
        yield Refusal(
            "pipeline", f"Unable to parse pipeline definition: {error}", page, ("write it with json.dumps",)
        )
        return
    names = [str(one.get("Name")) for one in steps]
    if len(set(names)) < len(names):
        yield Refusal(
            "pipeline", "Step names must be unique within a pipeline", page, ("name each step differently",)
        )
    for one in steps:
        for name in listed(one.get("DependsOn")):
            if name not in names:
                message = f"Step {one.get('Name')} depends on {name}, which is not a step of the pipeline"
                yield Refusal("pipeline", message, page, (f"name a step, or take {name} out of DependsOn",))


def model(case: Case) -> Iterator[Refusal]:
    """A model's containers: one kind of them, at most 15, each with its own hostname."""
    containers, page = case.members("Containers"), f"{_API}API_CreateModel.html"
    names = [one["ContainerHostname"] for one in containers if one.get("ContainerHostname")]
    if containers and case.resource.properties.get("PrimaryContainer"):
        text = "Either PrimaryContainer or Containers must be specified, not both"
        yield Refusal(
            "model", text, page, ("Containers for an inference pipeline, PrimaryContainer for one",)
        )
    if len(containers) > 15:
        text = f"A model has at most 15 containers, got {len(containers)}"
        yield Refusal("model", text, page, ("join steps into one container",))
    if len(set(names)) < len(names):
        text = f"Container hostnames must be unique: {', '.join(names)}"
        yield Refusal("model", text, page, ("give each container its own hostname",))
    for one in (*containers, case.resource.properties.get("PrimaryContainer") or {}):
        variables = one.get("Environment") or {}
        for name, value in variables.items():
            if len(str(value)) > 1024:
                text = (
                    f"1 validation error detected: Value at 'environment.{name}' failed to satisfy"
                    " constraint: Map value must satisfy constraint: Member must have length less than or"
                    " equal to 1024"
                )
                yield Refusal(
                    "model", text, f"{_API}API_ContainerDefinition.html", ("put the value into the archive",)
                )


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    _CONFIG: (volume_key, variants, instances),
    "AWS::SageMaker::Endpoint": (shifting, alarms),
    "AWS::SageMaker::Model": (model,),
    "AWS::SageMaker::NotebookInstance": (notebook,),
    "AWS::SageMaker::Pipeline": (pipeline,),
}
