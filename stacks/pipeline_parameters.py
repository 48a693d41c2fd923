"""What whoever starts a pipeline may set in every workload: data, and machines that the settings offer."""

from aws_cdk import aws_s3 as s3

from stacks.constructs.artifact import S3Prefix
from stacks.constructs.references import Join, Parameter
from stacks.constructs.steps import Cluster, Machines, Processing, Spot
from stacks.settings import Settings

# A step's result is reused while the names of its inputs are the same: other data under the same key need
# another version. A trigger gives what the event says.
DATA_VERSION = Parameter.string("DataVersion", "1")
SPLIT_SEED = Parameter.string("SplitSeed", "1729")


def input_key(default: str) -> Parameter:
    """The object of the data bucket that holds the data."""
    return Parameter.string("InputKey", default)


def in_bucket(bucket: s3.IBucket, key: Parameter) -> Join:
    """The S3 URI of the object that a parameter names."""
    return Join("/", (f"s3://{bucket.bucket_name}", key))


def training_cluster(settings: Settings) -> Cluster:
    training = settings.training
    return Cluster(
        Machines(Parameter.choice("InstanceType", training.instance_types)),
        training.volume_size_gb,
        training.max_runtime_seconds,
    )


def scoring_machines(settings: Settings) -> Machines:
    scoring = settings.scoring
    return Machines(
        Parameter.choice("ScoringInstanceType", scoring.instance_types),
        Parameter.integer("ScoringInstanceCount", scoring.instance_count),
    )


def spot(settings: Settings, checkpoints: S3Prefix, data: Processing) -> Spot | None:
    """Spot instances, where the settings want them, for a fit that learns from what `data` made and writes
    checkpoints below the prefix."""
    training = settings.training
    return Spot(training.max_wait_seconds, data.job_name, checkpoints) if training.spot else None
