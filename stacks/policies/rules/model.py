"""Models: the containers behind an endpoint, and those that pipelines create and register."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from stacks.policies.definition import MODEL, PIPELINE, models, steps, steps_with_trainings
from stacks.policies.images import fault_of
from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Json, Resource, lookup

_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
_RECORDIO = "application/x-recordio-protobuf"
_READS_RECORDIO = re.compile(r"/(sagemaker-xgboost|linear-learner)[:@]")
_IMAGE_NAMES = ("Image", "ImageUri", "TrainingImage")
_SECRET = re.compile(r"(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|(PRIVATE|ACCESS|API)_?KEY)(_|$)", re.IGNORECASE)
# The CDK's assets bucket: what `make train` built, published at deployment.
_ASSET = re.compile(r"s3://cdk-[a-z0-9]+-assets-")


@rule(MODEL, PIPELINE)
def model_runs_its_containers_in_order(resource: Resource) -> Faults:
    """A model of several containers says that they run one after the other, and names each for the logs."""
    for model in models(resource):
        if len(model.containers) < 2 or model.is_registered:
            continue
        if lookup(model.properties, "InferenceExecutionConfig.Mode") != "Serial":
            yield model.at("InferenceExecutionConfig.Mode"), "is not 'Serial'"
        hostnames = [container.get("ContainerHostname") for container in model.containers]
        for index, hostname in enumerate(hostnames):
            if not hostname:
                yield model.container_path(index, "ContainerHostname"), "is missing"
            elif hostname in hostnames[:index]:
                yield model.container_path(index, "ContainerHostname"), f"{hostname!r} is taken"


@rule(MODEL, PIPELINE)
def hop_answers_csv(resource: Resource) -> Faults:
    """Each container before the last sets SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=text/csv, or RecordIO before
    XGBoost and linear-learner: the default of scikit-learn is JSON, which the next container answers with
    415."""
    for model in models(resource):
        for index, (container, following) in enumerate(pairwise(model.containers)):
            accept = container.get("Environment", {}).get(_ACCEPT)
            reads_recordio = _READS_RECORDIO.search(str(following.get("Image")))
            if accept != "text/csv" and not (accept == _RECORDIO and reads_recordio):
                yield model.container_path(index, f"Environment.{_ACCEPT}"), f"is {accept!r}"


@rule(MODEL, PIPELINE)
def image_cannot_move(resource: Resource) -> Faults:
    """An image is named by digest, by a content tag in a repository with immutable tags, or exactly as
    versions.toml pins a managed image."""
    holders = (
        [("", resource.properties)]
        if resource.type == MODEL
        else [(f"{step.path}.", step.arguments) for step in steps(resource)]
    )
    for prefix, holder in holders:
        for path, image in _images(holder):
            if fault := fault_of(image, resource.templates):
                yield prefix + path, fault


@rule(MODEL, PIPELINE)
def environment_holds_no_secret(resource: Resource) -> Faults:
    """Whoever may describe a model or a job reads its environment: no secret stands in it."""
    holders = [
        (f"{model.container_path(i)}.", one)
        for model in models(resource)
        for i, one in enumerate(model.containers)
    ]
    if resource.type == PIPELINE:
        holders += [(f"{step.path}.", step.arguments) for step in steps_with_trainings(resource)]
    for prefix, holder in holders:
        for name in holder.get("Environment", {}):
            if _SECRET.search(name):
                yield f"{prefix}Environment.{name}", "looks like a secret"


@rule(MODEL, PIPELINE, dev_may_omit=Omission.VPC)
def model_runs_in_a_vpc(resource: Resource) -> Faults:
    """A model's containers run in our VPC, in subnets of two zones, behind a security group."""
    for model in models(resource):
        if model.is_registered:
            continue
        subnets = lookup(model.properties, "VpcConfig.Subnets") or []
        if len(_zones(resource, subnets)) < 2:
            yield model.at("VpcConfig.Subnets"), "are not in two zones" if subnets else "are missing"
        if not lookup(model.properties, "VpcConfig.SecurityGroupIds"):
            yield model.at("VpcConfig.SecurityGroupIds"), "are missing"


@rule(MODEL, PIPELINE, dev_may_omit=Omission.NETWORK_ISOLATION)
def model_is_isolated_from_the_network(resource: Resource) -> Faults:
    """A model's containers make no outbound calls; what they need is in the model archive."""
    for model in models(resource):
        if not model.is_registered and model.properties.get("EnableNetworkIsolation") is not True:
            yield model.at("EnableNetworkIsolation"), "is not true"


@rule(MODEL)
def released_model_is_approved(model: Resource) -> Faults:
    """A model archive is an asset of this assembly, or belongs to a release in releases/ that is approved."""
    approved = {
        container["model_data_url"]
        for release in model.templates.releases
        if release.get("status") == "Approved"
        for container in release.get("containers", [])
    }
    for declared in models(model):
        for index, container in enumerate(declared.containers):
            url = container.get("ModelDataUrl", "")
            if not _ASSET.match(url) and url not in approved:
                yield declared.container_path(index, "ModelDataUrl"), f"{url!r} is in no approved release"


def _images(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, item in items:
        place = f"{path}.{name}" if path else str(name)
        if name in _IMAGE_NAMES and isinstance(item, str):
            yield place, item
        elif name not in ("IfSteps", "ElseSteps"):
            yield from _images(item, place)


def _zones(resource: Resource, subnets: Json) -> set[str]:
    """The zones of subnets that the templates declare; one that they do not declare counts as a zone."""
    found = set()
    for subnet in subnets:
        declared = resource.templates.target(subnet, "AWS::EC2::Subnet")
        found.add(str(declared.get("AvailabilityZone")) if declared else str(subnet))
    return found
