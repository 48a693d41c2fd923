"""The parts of an environment's settings: typed, frozen, in the units that their names say."""

from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from stacks.instance_types import has_local_disk
from stacks.text_forms import (
    BucketName,
    CertificateArn,
    ClusterName,
    DomainName,
    Email,
    HourlySchedule,
    InstanceType,
    KubernetesName,
    KubernetesVersion,
    RoleName,
    Schedule,
    User,
    WebAclArn,
)


def _of_one_kind(types: tuple[str, ...]) -> tuple[str, ...]:
    # A job's volume has a key in its definition, or none: that cannot follow from what an execution chooses.
    if len({has_local_disk(one) for one in types}) > 1:
        raise ValueError("some have a local disk, for which SageMaker refuses a key, and some have none")
    return types


InstanceTypes = Annotated[
    tuple[InstanceType, ...], Field(min_length=1, max_length=20, strict=False), AfterValidator(_of_one_kind)
]
# As many as the local runner starts (docs/decisions/several-instances.md).
InstanceCount = Annotated[int, Field(ge=1, le=8)]
Zone = Annotated[int, Field(ge=0, le=5)]
Seconds = Annotated[int, Field(ge=60, le=3600)]
# SageMaker's limit for a job, with the waiting for a spot instance.
LONGEST_JOB_DAYS = 5


def _private_block(block: str) -> str:
    network = IPv4Network(block)
    if not network.is_private or not 16 <= network.prefixlen <= 24:
        raise ValueError("a network is a private block of 16 to 24 bits, such as 10.20.0.0/22")
    return block


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Training(Part):
    """Each processing and training job of a pipeline.

    What trains a model runs on `instance_count` instances and what prepares its data on
    `processing_instance_count`, in a workload whose scripts can share the work; everything else on one.

    An execution may choose among the `instance_types`; the first is the default. What is only processed can
    have `processing_instance_types` of its own, where training needs a GPU. With `spot`, fits that write
    checkpoints run on spot instances, for `max_wait_seconds` at most with the waiting for one.
    """

    instance_types: InstanceTypes
    processing_instance_types: InstanceTypes | None = None
    instance_count: InstanceCount = 1
    processing_instance_count: InstanceCount = 1
    volume_size_gb: int = Field(ge=1, le=16384)
    max_runtime_seconds: int = Field(ge=60, le=LONGEST_JOB_DAYS * 86_400)
    spot: bool
    max_wait_seconds: int = Field(le=LONGEST_JOB_DAYS * 86_400)

    @field_validator("max_wait_seconds")
    @classmethod
    def _covers_the_run(cls, seconds: int, info: ValidationInfo) -> int:
        if seconds < (run := info.data.get("max_runtime_seconds", 0)):
            raise ValueError(f"max_wait_seconds must be at least max_runtime_seconds, {run}")
        return seconds


class Triggers(Part):
    """What starts a training pipeline besides people: a schedule in UTC, and new data in the data bucket."""

    schedule: Schedule | None = None
    new_data: bool


class Scoring(Part):
    """Batch transform jobs. An execution may choose among the `instance_types`; the first is the default."""

    instance_types: InstanceTypes
    instance_count: int = Field(ge=1, le=20)


class Network(Part):
    """An isolated VPC: `block` is halved between two of the zones that the account has in the region,
    counted from 0."""

    block: Annotated[str, AfterValidator(_private_block)]
    zones: Annotated[tuple[Zone, Zone], Field(strict=False)]

    @model_validator(mode="after")
    def _zones_differ(self) -> Self:
        if self.zones[0] == self.zones[1]:
            raise ValueError("the zones are the same; name two")
        return self


class Deployment(Part):
    """Blue/green: the traffic shifts to the green fleet by `canary_instances` first, wholly after
    `wait_seconds`; the blue fleet stays for `termination_wait_seconds`. One instance shifts all at once."""

    canary_instances: int = Field(ge=1, le=10)
    wait_seconds: Seconds
    termination_wait_seconds: Seconds
    max_execution_seconds: int = Field(ge=600, le=28_800)

    @model_validator(mode="after")
    def _has_time_to_wait(self) -> Self:
        waits = self.wait_seconds + self.termination_wait_seconds
        if self.max_execution_seconds <= waits:
            raise ValueError(f"max_execution_seconds must exceed the {waits} s of the two waits")
        return self


class Scaling(Part):
    """Between the variant's instance count and `max_instances`, for a load of so many invocations a minute
    on each instance."""

    max_instances: int = Field(ge=1, le=100)
    invocations_per_minute: int = Field(ge=1, le=1_000_000)
    scale_out_cooldown_seconds: Seconds
    scale_in_cooldown_seconds: Seconds


class Capture(Part):
    """Which share of requests and answers is kept, and for how long: they hold customers' data."""

    percent: int = Field(ge=1, le=100)
    retention_days: int = Field(ge=1, le=3650)


class Monitoring(Part):
    """When what an endpoint captured is compared with what its model was trained on, in UTC: what came in the
    `window_hours` before. With `labels`, the model's answers are compared with the labels in the data bucket,
    too, below `batch/labels/<workload>/`, where some have to be."""

    schedule: Schedule | None = "rate(1 day)"
    window_hours: int = Field(default=24, ge=1, le=24 * 31)
    labels: bool = False


class Limits(Part):
    """Where alarms go off, and a deployment rolls back: the share of invocations that fail, and p99s."""

    error_percent: float = Field(gt=0, le=100)
    model_latency_ms: int = Field(ge=1, le=60_000)
    overhead_latency_ms: int = Field(ge=1, le=60_000)


class Serving(Part):
    """The endpoint's production variant.

    `volume_key` is "ours", or "hardware" for an instance with a local disk, which takes no key.
    """

    instance_type: InstanceType
    instance_count: int = Field(ge=1, le=20)
    volume_key: Literal["ours", "hardware"] = "ours"
    deployment: Deployment
    scaling: Scaling
    capture: Capture
    limits: Limits

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        fitting = "hardware" if has_local_disk(self.instance_type) else "ours"
        if self.volume_key != fitting:
            raise ValueError(f"volume_key must be {fitting!r} for {self.instance_type}")
        if self.scaling.max_instances < self.instance_count:
            raise ValueError(f"scaling.max_instances must be at least instance_count, {self.instance_count}")
        if self.instance_count > 1 and 2 * self.deployment.canary_instances > self.instance_count:
            raise ValueError(f"deployment.canary_instances must be at most half of {self.instance_count}")
        return self


class Operations(Part):
    """Who hears of alarms, by e-mail, and from which monthly cost on."""

    alarm_email: Email | None = None
    monthly_budget_usd: int = Field(ge=1, le=1_000_000)


class Workbench(Part):
    """A notebook instance, which stops when nobody has used it for `idle_minutes`."""

    instance_type: InstanceType
    volume_size_gb: int = Field(ge=5, le=16_384)
    idle_minutes: int = Field(ge=15, le=1_440)


def _each_once(users: tuple[str, ...]) -> tuple[str, ...]:
    # A construct goes by the words of the name, and ignores the hyphens.
    names = [one.replace("-", "") for one in users]
    if twice := [one for one in users if names.count(one.replace("-", "")) > 1]:
        raise ValueError(f"user names must be unique ignoring hyphens, got {', '.join(twice)}")
    return users


class Studio(Part):
    """A domain of SageMaker Studio, which is in the environment's network, with a profile and a JupyterLab
    space for each of the `users`. What runs there stops when nobody has used it for `idle_minutes`: SageMaker
    counts an hour at least."""

    users: Annotated[tuple[User, ...], Field(min_length=1, max_length=60, strict=False)]
    instance_type: InstanceType
    volume_size_gb: int = Field(ge=5, le=16_384)
    idle_minutes: int = Field(ge=60, le=525_600)

    @field_validator("users")
    @classmethod
    def _users_differ(cls, users: tuple[str, ...]) -> tuple[str, ...]:
        return _each_once(users)


class AutoMode(Part):
    """An EKS cluster of ours in Auto Mode, in the environment's network. The IAM role `deployer` of the
    account administers it: nobody else may at first, whoever deploys the stack included."""

    version: KubernetesVersion
    deployer: RoleName


class Kubeflow(Part):
    """Who in a Kubernetes cluster may start the training pipeline of `workload`: the pods of a
    `service_account` in a `namespace`. The cluster is an existing one of the account and region, by its name,
    or an `auto_mode` cluster of ours."""

    workload: str
    cluster: ClusterName | None = None
    auto_mode: AutoMode | None = None
    namespace: KubernetesName = "kubeflow"
    service_account: KubernetesName = "slipway-training"

    @model_validator(mode="after")
    def _is_one_cluster(self) -> Self:
        if (self.cluster is None) == (self.auto_mode is None):
            raise ValueError("expected either cluster, the name of an existing one, or auto_mode")
        return self


class Console(Part):
    """The page over every workload, at a `domain` of the account's own. Its certificate, and the firewall
    (a web ACL of WAF) before it, are ARNs of us-east-1, where CloudFront looks for both. `log_bucket` is an
    existing bucket to which CloudFront may deliver its logs."""

    domain: DomainName
    certificate: CertificateArn
    log_bucket: BucketName
    firewall: WebAclArn | None = None

    @property
    def origin(self) -> str:
        return f"https://{self.domain}"

    @property
    def url(self) -> str:
        return f"{self.origin}/"


class ModelMonitor(Part):
    """SageMaker's own Model Monitor, which new customers cannot have any more: jobs that compare what
    endpoints captured with a baseline, by a `schedule` of whole hours in UTC, at most every hour."""

    schedule: HourlySchedule
    instance_type: InstanceType
    volume_size_gb: int = Field(ge=1, le=16_384)
    max_runtime_seconds: int = Field(ge=60, le=86_400)

    @field_validator("instance_type")
    @classmethod
    def _takes_a_key(cls, name: str) -> str:
        if has_local_disk(name):
            raise ValueError("a job of Model Monitor has its volume encrypted: expected no local disk")
        return name
