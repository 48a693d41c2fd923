"""The jobs of a pipeline: scanners do not look into its definition."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from stacks.instance_types import has_local_disk
from stacks.policies.definition import PIPELINE, Step, steps_with_trainings
from stacks.policies.rule import Faults, Omission, rule
from stacks.policies.templates import Resource, lookup


@dataclass(frozen=True)
class _Job:
    """Where a type of job keeps what runs it, the key of its results, its network's settings, and its VPC."""

    cluster: str
    output_key: str
    network: str | None
    vpc: str | None


_JOBS = {
    "Training": _Job("ResourceConfig", "OutputDataConfig.KmsKeyId", "", "VpcConfig"),
    "Processing": _Job(
        "ProcessingResources.ClusterConfig",
        "ProcessingOutputConfig.KmsKeyId",
        "NetworkConfig.",
        "NetworkConfig.VpcConfig",
    ),
    # A transform job runs where its model does.
    "Transform": _Job("TransformResources", "TransformOutput.KmsKeyId", None, None),
}
_MOST_INSTANCES = 8
_ENCRYPTION = "EnableInterContainerTrafficEncryption"


@rule(PIPELINE)
def job_encrypts_what_it_writes(pipeline: Resource) -> Faults:
    """A job encrypts its results and its volume with our key, but where the instance has a local disk, which
    refuses one for the volume."""
    for step, job in _jobs(pipeline):
        if not step.get(job.output_key):
            yield f"{step.path}.{job.output_key}", "is missing"
        instance_type = str(step.get(f"{job.cluster}.InstanceType"))
        has_key = bool(step.get(f"{job.cluster}.VolumeKmsKeyId"))
        if has_key == has_local_disk(instance_type):
            fault = f"is set, and {instance_type} has a local disk" if has_key else "is missing"
            yield f"{step.path}.{job.cluster}.VolumeKmsKeyId", fault


@rule(PIPELINE, dev_may_omit=Omission.VPC)
def job_runs_in_a_vpc(pipeline: Resource) -> Faults:
    """A job runs in our VPC, behind a security group."""
    for step, job in _jobs(pipeline):
        if job.vpc and not (step.get(f"{job.vpc}.Subnets") and step.get(f"{job.vpc}.SecurityGroupIds")):
            yield f"{step.path}.{job.vpc}", "has no Subnets or no SecurityGroupIds"


@rule(PIPELINE)
def instances_encrypt_what_they_tell_each_other(pipeline: Resource) -> Faults:
    """A processing or training job of several instances encrypts the traffic between them."""
    for step, job in _jobs(pipeline):
        if job.network is None or step.get(f"{job.cluster}.InstanceCount") in (None, 1):
            continue
        if step.get(f"{job.network}{_ENCRYPTION}") is not True:
            yield f"{step.path}.{job.network}{_ENCRYPTION}", "is not true"


@rule(PIPELINE)
def job_has_a_fixed_number_of_instances(pipeline: Resource) -> Faults:
    """The number of instances of a processing or training job is in the template, and is 8 at most: whoever
    starts an execution cannot make it expensive."""
    for step, job in _jobs(pipeline):
        if job.network is None:
            continue
        count = lookup(step.arguments, f"{job.cluster}.InstanceCount")
        if count is not None and not (isinstance(count, int) and 1 <= count <= _MOST_INSTANCES):
            yield f"{step.path}.{job.cluster}.InstanceCount", f"is {json.dumps(count)}"


def _jobs(pipeline: Resource) -> Iterator[tuple[Step, _Job]]:
    return ((step, _JOBS[step.type]) for step in steps_with_trainings(pipeline) if step.type in _JOBS)
