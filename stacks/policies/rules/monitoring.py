"""Jobs of SageMaker's Model Monitor, and the schedules that start them."""

from stacks.policies.rule import Faults, Omission, must_be, rule
from stacks.policies.templates import Resource

_JOB = "AWS::SageMaker::DataQualityJobDefinition"


@rule(_JOB)
def monitoring_job_encrypts_what_it_writes(job: Resource) -> Faults:
    """A monitoring job encrypts its results, its volume, and what goes from instance to instance."""
    for name in ("DataQualityJobOutputConfig.KmsKeyId", "JobResources.ClusterConfig.VolumeKmsKeyId"):
        if not job.get(name):
            yield name, "is missing"
    yield from must_be(job, "NetworkConfig.EnableInterContainerTrafficEncryption", True)


@rule(_JOB)
def monitoring_job_is_isolated(job: Resource) -> Faults:
    """The containers of a monitoring job, which see customers' data, reach no network."""
    yield from must_be(job, "NetworkConfig.EnableNetworkIsolation", True)


@rule(_JOB, dev_may_omit=Omission.VPC)
def monitoring_job_runs_in_a_vpc(job: Resource) -> Faults:
    """A monitoring job runs in our subnets, behind a security group."""
    for name in ("Subnets", "SecurityGroupIds"):
        if not job.get(f"NetworkConfig.VpcConfig.{name}"):
            yield f"NetworkConfig.VpcConfig.{name}", "is missing"


@rule("AWS::SageMaker::MonitoringSchedule")
def monitoring_schedule_names_a_declared_job(schedule: Resource) -> Faults:
    """A monitoring schedule starts a job whose definition is declared, so that rules see it."""
    name = "MonitoringScheduleConfig.MonitoringJobDefinitionName"
    if schedule.templates.target(schedule.get(name), _JOB) is None:
        yield name, "names no declared definition"
